// SPDX-License-Identifier: Apache-2.0
//
// Elements of any type <-> unsigned counts and what it takes to undo that: docs/format/codec.md, "Value mapping".
//
// An element is, in this order of precedence: the entry of its pixel in `constants`; its entry in `exceptions`; what its
// count stands for. Counts of elements in either list are 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "codec/chunk/block_layout.hpp"
#include "codec/chunk/elements.hpp"
#include "codec/values/quantum.hpp"
#include "codec/values/side_list.hpp"

namespace esieve::codec {

struct ValueMap {
  std::uint8_t count_bytes = 1;       ///< 1, 2 or 4
  bool zigzag = false;                ///< Counts 0, 1, 2, 3, 4 stand for 0, -1, 1, -2, 2.
  std::optional<Quantum> quantum;     ///< Floats only, and always there for them.
  std::vector<SideEntry> constants;   ///< By pixel: the same element in every frame.
  std::vector<SideEntry> exceptions;  ///< By position in the block.

  void clear() {
    count_bytes = 1;
    zigzag = false;
    quantum.reset();
    constants.clear();
    exceptions.clear();
  }
};

/// Exceptions a block of so many counts may have. More would not pay, and the bound keeps hostile blocks small.
constexpr std::uint64_t max_exceptions(std::size_t n_counts) { return n_counts / 64 + 16; }

/// Whether counts of this map are the elements themselves, bit for bit, where no list says otherwise.
constexpr bool counts_are_elements(const ValueMap& map, const BlockLayout& layout) {
  return map.count_bytes == layout.item_bytes && !map.zigzag && !map.quantum;
}

/// Memory that mapping keeps from call to call.
struct ValueScratch {
  ValueMap map;
  std::vector<std::byte> unmasked;  ///< Elements without the constant pixels.
  std::vector<std::byte> plane;     ///< Counts.
};

/// Finds a map, left in `scratch.map`, and the counts of a block.
///
/// \returns the counts, of map.count_bytes: the elements themselves, or in memory of `scratch`. Nothing if the elements are not
///          counts in any way that pays
std::optional<Elements> map_values(Elements elements, const BlockLayout& layout, ValueScratch& scratch);

void append_value_map(const ValueMap& map, std::size_t item_bytes, Zstd& zstd, std::vector<std::byte>& out);

/// Takes a map from the front of `reader`; what it returns holds for a block of this layout.
[[nodiscard]] DecodeStatus read_value_map(ByteReader& reader, const BlockLayout& layout, Zstd& zstd, ValueMap& map);

/// Elements from counts. The two may be the same memory if counts_are_elements.
void restore_values(const ValueMap& map, std::span<const std::byte> plane, const BlockLayout& layout,
                    std::span<std::byte> elements);

/// The element a count other than 0 stands for, as a bit pattern.
std::uint64_t element_bits(const ValueMap& map, DType dtype, std::uint32_t count);

/// The count an element stands for, or 0 if it is none: the inverse of element_bits without zigzag.
std::uint32_t count_of_bits(const ValueMap& map, DType dtype, std::uint64_t bits);

}  // namespace esieve::codec
