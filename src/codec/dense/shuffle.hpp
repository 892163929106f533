// SPDX-License-Identifier: Apache-2.0
//
// Rearrangements of elements that make them easier to compress: docs/format/codec.md, "Shuffles".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace esieve::codec {

/// These values are stored in files: append, never renumber.
enum class Shuffle : std::uint8_t {
  none = 0,
  bytes = 1,  ///< First the first byte of every element, then the second, ...
  bits = 2,   ///< First bit 0 of every element, then bit 1, ...; each plane padded to a byte.
};
inline constexpr std::uint8_t n_shuffles = 3;

/// Wider items are not taken apart into bits.
inline constexpr std::size_t max_bits_item_bytes = 64;

std::size_t shuffled_bytes(Shuffle shuffle, std::size_t n_items, std::size_t item_bytes);

/// \param out  resized to shuffled_bytes
void shuffle_items(Shuffle shuffle, std::span<const std::byte> items, std::size_t item_bytes, std::vector<std::byte>& out);

/// \param shuffled  shuffled_bytes long
/// \param items     filled; a whole number of items
void unshuffle_items(Shuffle shuffle, std::span<const std::byte> shuffled, std::size_t item_bytes, std::span<std::byte> items);

}  // namespace esieve::codec
