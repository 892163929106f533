// SPDX-License-Identifier: Apache-2.0
//
// Two runs of dense frames, compared element by element, and single elements in words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "esieve/dtype.hpp"

namespace esieve {

struct Comparison {
  std::uint64_t n_different = 0;       ///< Elements whose bits differ.
  std::optional<std::uint64_t> first;  ///< Index of the first of them.
};

/// \pre  equal sizes, a whole number of elements
Comparison compare_elements(std::span<const std::byte> expected, std::span<const std::byte> stored, DType dtype);

/// The element at `index` so that no two different elements read the same: "17", "0.1", "-0", "nan (0x7fc00001)".
std::string format_element(std::span<const std::byte> frames, std::uint64_t index, DType dtype);

}  // namespace esieve
