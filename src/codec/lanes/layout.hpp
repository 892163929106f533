// SPDX-License-Identifier: Apache-2.0
//
// Which part of a block each lane codes. [§2]
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "codec/block_shape.hpp"

namespace esieve::codec::lanes {

inline constexpr std::size_t n_groups = 4;
inline constexpr std::size_t group_lanes = 32;  // lanes of one rANS stream
inline constexpr std::size_t n_lanes = n_groups * group_lanes;

/// Blocks of fewer frames have no rate map, and single frames are cut into slices; others have one if the encoder likes.
inline constexpr std::size_t least_mapped_frames = 8;

/// Strips that frames are cut into, where a block has a rate map.
[[nodiscard]] constexpr std::size_t strips_of(std::size_t n_frames) {
  std::size_t n_strips = 1;
  while (n_strips < n_groups && n_frames * n_strips < n_lanes) n_strips *= 2;
  return n_strips;
}

/// How many frames a block with a rate map has room for in the time that it takes: `n_frames` where no lane is idle.
[[nodiscard]] constexpr std::size_t room_for_frames(std::size_t n_frames) {
  if (n_frames == 0) return 0;
  const std::size_t at_once = n_lanes / strips_of(n_frames);
  const std::size_t n_steps = (n_frames + at_once - 1) / at_once;
  const std::size_t n_busy = (n_frames + n_steps - 1) / n_steps;
  return (n_busy + group_lanes - 1) / group_lanes * group_lanes * n_steps;
}

/// A unit is what a lane codes in one pass: a strip or slice of one frame, or all of it.
///
/// With a rate map all 32 lanes of a group are in the same strip of different frames; where frames are too few for
/// 128 lanes, groups share them and code different strips. Without a map, lanes are in any slice of any frame.
struct Layout {
  Layout(const BlockShape& block, bool with_map) : shape(block), mapped(with_map && block.n_frames >= least_mapped_frames) {
    if (mapped) {
      n_strips = strips_of(shape.n_frames);
    } else {
      while (std::size_t{shape.n_frames} * n_slices * 2 <= n_lanes && rows_of(n_slices) >= 2 * least_slice_rows) n_slices *= 2;
    }
    n_rows = rows_of(n_strips * n_slices);
    n_units = std::size_t{shape.n_frames} * n_slices;
    const std::size_t n_unit_lanes = n_lanes / n_strips;
    n_steps = (n_units + n_unit_lanes - 1) / n_unit_lanes;
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

  static constexpr std::size_t none = ~std::size_t{0};

  BlockShape shape;
  bool mapped;
  std::size_t n_strips = 1;
  std::size_t n_slices = 1;
  std::size_t n_rows = 0;  ///< Rows of a unit; the last of a frame may have fewer.
  std::size_t n_units = 0;
  std::size_t n_steps = 0;

 private:
  static constexpr std::size_t least_slice_rows = 32;
  [[nodiscard]] std::size_t rows_of(std::size_t n_parts) const noexcept { return (shape.det_y + n_parts - 1) / n_parts; }
};

/// Where all lanes are at a step.
struct StepLanes {
  struct Lanes {
    /// First pixel of the lane's unit, as an index into the block's counts; Layout::none where the lane has nothing.
    std::array<std::size_t, n_lanes> start;
    std::array<std::uint32_t, n_groups> active{};  ///< Bit l: lane l of the group.
  };

  StepLanes(const Layout& layout, std::size_t step) : n_common_rows_(layout.n_rows) {
    const auto slice_bits = static_cast<unsigned>(std::countr_zero(layout.n_slices));
    // Units of a frame's end may have fewer rows, all of them as many.
    if (const std::size_t n_last = layout.shape.det_y % layout.n_rows; n_last != 0) n_common_rows_ = n_last;
    for (std::size_t g = 0; g < n_groups; ++g) {
      const std::size_t first_unit = g / layout.n_strips * group_lanes * layout.n_steps + step;
      for (std::size_t lane = 0; lane < group_lanes; ++lane) {
        const std::size_t unit = first_unit + lane * layout.n_steps;
        const std::size_t y = (g % layout.n_strips + (unit & (layout.n_slices - 1))) * layout.n_rows;
        const std::size_t at = ((unit >> slice_bits) * layout.shape.det_y + y) * layout.shape.det_x;
        const auto set = [&](Lanes& lanes, std::size_t last_row) {
          const bool is_active = unit < layout.n_units && y + last_row < layout.shape.det_y;
          lanes.start[g * group_lanes + lane] = is_active ? at : Layout::none;
          lanes.active[g] |= (is_active ? 1U : 0U) << lane;
        };
        set(first_rows_, n_common_rows_ - 1);
        set(last_rows_, layout.n_rows - 1);
      }
    }
  }

  /// The lanes that have `row` of their unit.
  [[nodiscard]] const Lanes& at(std::size_t row) const noexcept { return row < n_common_rows_ ? first_rows_ : last_rows_; }

 private:
  std::size_t n_common_rows_;
  Lanes first_rows_, last_rows_;
};

}  // namespace esieve::codec::lanes
