// SPDX-License-Identifier: Apache-2.0
//
// Which part of a block each lane codes. [§2]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "codec/block_shape.hpp"

namespace esieve::codec::lanes {

inline constexpr std::size_t n_groups = 4;
inline constexpr std::size_t group_lanes = 32;  // lanes of one rANS stream
inline constexpr std::size_t n_lanes = n_groups * group_lanes;

/// Blocks of fewer frames have no rate map, and single frames are cut into slices; others have one if the encoder likes.
inline constexpr std::size_t least_mapped_frames = 8;

/// A unit is what a lane codes in one pass: a strip or slice of one frame, or all of it.
///
/// With a rate map all 32 lanes of a group are in the same strip of different frames; where frames are too few for
/// 128 lanes, groups share them and code different strips. Without a map, lanes are in any slice of any frame.
struct Layout {
  Layout(const BlockShape& block, bool with_map) : shape(block), mapped(with_map && block.n_frames >= least_mapped_frames) {
    if (mapped) {
      while (n_strips < n_groups && shape.n_frames * n_strips < n_lanes) n_strips *= 2;
    } else {
      while (std::size_t{shape.n_frames} * n_slices * 2 <= n_lanes && rows_of(n_slices) >= 2 * least_slice_rows)
        n_slices *= 2;
    }
    n_rows = rows_of(n_strips * n_slices);
    n_units = std::size_t{shape.n_frames} * n_slices;
    const std::size_t n_unit_lanes = n_lanes / n_strips;
    n_steps = (n_units + n_unit_lanes - 1) / n_unit_lanes;
  }

  /// First pixel of `row` of the unit in which a lane of a group is at `step`, as an index into the block's
  /// counts; `none` where the lane has nothing there.
  static constexpr std::size_t none = ~std::size_t{0};
  [[nodiscard]] std::size_t row_start(std::size_t group, std::size_t lane, std::size_t step,
                                      std::size_t row) const noexcept {
    const std::size_t unit = (group / n_strips * group_lanes + lane) * n_steps + step;
    if (unit >= n_units) return none;
    const std::size_t y = (group % n_strips + unit % n_slices) * n_rows + row;
    if (y >= shape.det_y) return none;
    return (unit / n_slices * shape.det_y + y) * shape.det_x;
  }

  /// First pixel of a group's row among the pixels that have models.
  [[nodiscard]] std::size_t model_start(std::size_t group, std::size_t row) const noexcept {
    return (group % n_strips * n_rows + row) * shape.det_x;
  }
  /// Rows that have models: those of all strips, or of one slice.
  [[nodiscard]] std::size_t model_rows() const noexcept { return n_strips * n_rows; }
  [[nodiscard]] std::size_t n_models() const noexcept { return model_rows() * shape.det_x; }

  /// Whether any lane of the group ever codes anything.
  [[nodiscard]] bool in_use(std::size_t group) const noexcept {
    return group / n_strips * group_lanes * n_steps < n_units && group % n_strips * n_rows < shape.det_y;
  }

  /// States of the groups in use.
  [[nodiscard]] std::size_t n_states() const noexcept {
    std::size_t n = 0;
    for (std::size_t g = 0; g < n_groups; ++g) n += in_use(g) ? group_lanes : 0;
    return n;
  }

  BlockShape shape;
  bool mapped;
  std::size_t n_strips = 1;
  std::size_t n_slices = 1;
  std::size_t n_rows = 0;  ///< Rows of a unit; the last of a frame may have fewer.
  std::size_t n_units = 0;
  std::size_t n_steps = 0;

 private:
  static constexpr std::size_t least_slice_rows = 32;
  [[nodiscard]] std::size_t rows_of(std::size_t n_parts) const noexcept {
    return (shape.det_y + n_parts - 1) / n_parts;
  }
};

/// Row starts of all lanes at one place, and which lanes are active there.
struct LaneRows {
  LaneRows(const Layout& layout, std::size_t step, std::size_t row) {
    for (std::size_t g = 0; g < n_groups; ++g)
      for (std::size_t lane = 0; lane < group_lanes; ++lane) {
        const std::size_t found = layout.row_start(g, lane, step, row);
        start[g * group_lanes + lane] = found;
        if (found != Layout::none) active[g] |= 1U << lane;
      }
  }
  std::array<std::size_t, n_lanes> start{};
  std::array<std::uint32_t, n_groups> active{};  ///< Bit l: lane l of the group.
};

}  // namespace esieve::codec::lanes
