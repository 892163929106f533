// SPDX-License-Identifier: Apache-2.0
//
// Items as differences from what their neighbours promise: docs/format/codec.md, "Predictions".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/block_shape.hpp"

namespace esieve::codec {

/// These values are stored in files: append, never renumber.
enum class Prediction : std::uint8_t {
  none = 0,
  left = 1,   ///< The item to the left.
  plane = 2,  ///< Left plus above minus above left: a plane through the three.
  frame = 3,  ///< The same pixel of the frame before.
};
inline constexpr std::uint8_t n_predictions = 4;

/// Others are not predicted.
[[nodiscard]] constexpr bool is_predictable(std::size_t item_bytes) noexcept {
  return item_bytes == 1 || item_bytes == 2 || item_bytes == 4 || item_bytes == 8;
}

/// Bits that the differences from each prediction take on a sample of rows, if each is coded by itself; for `none` the items.
/// \pre is_predictable(item_bytes)
std::array<std::uint64_t, n_predictions> prediction_bits(std::span<const std::byte> items, std::size_t item_bytes,
                                                         const BlockShape& shape);

/// The differences of frames `first_frame` to `first_frame + n_frames` of a block.
/// \param out  resized
void predict_items(Prediction prediction, std::span<const std::byte> items, std::size_t item_bytes, const BlockShape& shape,
                   std::size_t first_frame, std::size_t n_frames, std::vector<std::byte>& out);

/// Differences of a whole block become items again, in place.
void restore_items(Prediction prediction, std::size_t item_bytes, const BlockShape& shape, std::span<std::byte> items);

}  // namespace esieve::codec
