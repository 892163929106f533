// SPDX-License-Identifier: Apache-2.0
//
// The shape of one block: the frames that are encoded and decoded together.
#pragma once

#include <cstddef>
#include <cstdint>

namespace esieve::codec {

/// Counts of a block lie in C order (n_frames, det_y, det_x); the frames follow the scan.
struct BlockShape {
  std::uint32_t n_frames = 0;
  std::uint32_t det_y = 0;
  std::uint32_t det_x = 0;
  /// Frames of one scan row within the block: frame f - scan_row_frames is the neighbour above in
  /// the scan. Equal to n_frames if the block holds (a part of) one row.
  std::uint32_t scan_row_frames = 0;

  [[nodiscard]] constexpr std::size_t n_pixels() const noexcept { return std::size_t{det_y} * det_x; }
  [[nodiscard]] constexpr std::size_t n_counts() const noexcept { return n_pixels() * n_frames; }

  friend constexpr bool operator==(const BlockShape&, const BlockShape&) = default;
};

}  // namespace esieve::codec
