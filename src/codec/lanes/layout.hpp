// SPDX-License-Identifier: Apache-2.0
//
// Which part of a block each lane codes. [§2]
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "codec/block_shape.hpp"

namespace esieve::codec::lanes {

inline constexpr std::size_t n_lanes = 64;
inline constexpr std::size_t group_lanes = 32;  // lanes of one rANS stream
inline constexpr std::size_t n_groups = n_lanes / group_lanes;

/// A unit is a frame or, where frames are few, a horizontal strip of one. Lane l codes the units
/// [l * n_steps, (l + 1) * n_steps), one after the other; in step s all lanes are in their s-th unit.
struct Layout {
  explicit Layout(const BlockShape& block) : shape(block) {
    while (std::size_t{shape.n_frames} * n_strips * 2 <= n_lanes && strip_rows() >= 16) n_strips *= 2;
    n_rows = strip_rows();
    n_units = std::size_t{shape.n_frames} * n_strips;
    n_steps = (n_units + n_lanes - 1) / n_lanes;
  }

  /// First pixel of `row` of the unit in which `lane` is at `step`, as an index into the block's counts;
  /// `none` where the lane has nothing there.
  static constexpr std::size_t none = ~std::size_t{0};
  [[nodiscard]] std::size_t row_start(std::size_t lane, std::size_t step, std::size_t row) const noexcept {
    const std::size_t unit = lane * n_steps + step;
    if (unit >= n_units) return none;
    const std::size_t y = unit % n_strips * n_rows + row;
    if (y >= shape.det_y) return none;
    return (unit / n_strips * shape.det_y + y) * shape.det_x;
  }

  [[nodiscard]] std::size_t n_pixels() const noexcept { return n_rows * shape.det_x; }

  BlockShape shape;
  std::size_t n_strips = 1;
  std::size_t n_rows = 0;   ///< Rows of a unit; the last strip of a frame may have fewer.
  std::size_t n_units = 0;
  std::size_t n_steps = 0;

 private:
  [[nodiscard]] std::size_t strip_rows() const noexcept { return (shape.det_y + n_strips - 1) / n_strips; }
};

/// Row starts of all lanes at one place, and which lanes are active there (bit l of group l / 32).
struct LaneRows {
  LaneRows(const Layout& layout, std::size_t step, std::size_t row) {
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      start[lane] = layout.row_start(lane, step, row);
      if (start[lane] != Layout::none) active[lane / group_lanes] |= 1U << lane % group_lanes;
    }
  }
  std::array<std::size_t, n_lanes> start{};
  std::array<std::uint32_t, n_groups> active{};
};

}  // namespace esieve::codec::lanes
