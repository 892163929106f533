// SPDX-License-Identifier: Apache-2.0
//
// Values of HDF5 attributes and small datasets as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "h5/h5.hpp"

namespace esieve {

/// Values larger than this are not turned into JSON.
inline constexpr std::uint64_t max_json_value_bytes = std::uint64_t{64} << 10;

/// Nested lists in the value's shape. Booleans and other enumerations by name, compounds as objects,
/// references as the path they lead to, opaque bytes in hexadecimal, NaN and infinities as the strings "NaN",
/// "Infinity", "-Infinity"; text that is not UTF-8 as {"latin1": ...}.
///
/// Nothing if the value is too large or cannot be read.
std::optional<nlohmann::json> attribute_json(hid_t attribute);
std::optional<nlohmann::json> dataset_json(hid_t dataset);

}  // namespace esieve
