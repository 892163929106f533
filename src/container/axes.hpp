// SPDX-License-Identifier: Apache-2.0
//
// Calibrated axes as datasets that serve every convention at once.
#pragma once

#include <cstdint>

#include "esieve/source.hpp"
#include "h5/compact.hpp"

namespace esieve {

/// Writes the values of `axis` as 1-D dataset with units, name and calibration.
h5::Id write_axis(hid_t parent, const std::string& name, const Axis& axis, std::uint64_t size, bool navigate,
                  h5::Text kind);

/// The axis of an event file, or the default where it is missing or says nothing.
Axis read_axis(hid_t parent, const std::string& name);

/// Axis whose value i stands for values [i * factor, (i + 1) * factor) of `axis`.
Axis binned(const Axis& axis, std::uint32_t factor);

}  // namespace esieve
