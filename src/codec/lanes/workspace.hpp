// SPDX-License-Identifier: Apache-2.0
//
// Memory of the lanes coder and the window of rows it walks through.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/lanes/kernel.hpp"

namespace esieve::codec::lanes {

struct alignas(64) LaneColumn {
  std::array<std::uint16_t, n_lanes> counts{};
};

/// Lane-major rows of a unit: the last few, each with zero margins.
class RowWindow {
 public:
  static constexpr std::size_t n_rows = 4;

  /// Rows are zero only where nobody writes: margins, and what lies above a unit.
  void reset(std::size_t width) {
    if (width + 2 * row_margin == n_columns_) return;
    n_columns_ = width + 2 * row_margin;
    items_.assign((n_rows + 1) * n_columns_, {});
  }

  /// Column 0 of row y. Rows y, y - 1 and y - 2 are distinct; y - 3 may be overwritten.
  [[nodiscard]] std::uint16_t* row(std::size_t y) noexcept { return items_[y % n_rows * n_columns_ + row_margin].counts.data(); }
  /// Row y - up, or zeros above the unit.
  [[nodiscard]] const std::uint16_t* above(std::size_t y, std::size_t up) noexcept { return y >= up ? row(y - up) : zeros(); }
  [[nodiscard]] const std::uint16_t* zeros() const noexcept { return items_[n_rows * n_columns_ + row_margin].counts.data(); }

 private:
  std::size_t n_columns_ = 0;
  std::vector<LaneColumn> items_;
};

struct Workspace {
  const Kernels* kernels = &lanes::kernels();  ///< Tests try others.
  BlockModel model;
  RowWindow window;
  std::vector<std::byte> stage;                             ///< Of a decoder's RowStage.
  std::array<std::vector<std::uint16_t>, n_groups> words;   ///< Of an encoder.
  std::array<std::vector<std::byte>, n_groups> last_words;  ///< Of a decoder.
  std::vector<std::uint64_t> pixel_sums;                    ///< Of an encoder, where there is a rate map.
  std::vector<std::uint8_t> tiles;
  std::vector<std::uint16_t> levels;
  std::vector<LevelHistogram> histograms;  ///< Of an encoder's LevelStatistics.
};

}  // namespace esieve::codec::lanes
