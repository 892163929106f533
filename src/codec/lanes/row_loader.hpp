// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "codec/lanes/kernel.hpp"
#include "codec/lanes/layout.hpp"
#include "codec/lanes/workspace.hpp"

namespace esieve::codec::lanes {

/// Frames as rows of all lanes, each made when it is asked for. Made all at once they would take as much memory as the frames,
/// or twice, and each would have left the caches before it is coded.
template <class Count>
class RowLoader {
 public:
  RowLoader(const Count* counts, const Layout& layout, const Kernels& kernels, RowWindow& window)
      : counts_(counts), layout_(layout), kernels_(kernels), window_(window), lanes_(layout, 0) {
    window.reset(layout.shape.det_x);
    loaded_.fill(nothing);
  }

  /// Valid until a row of another step, or four above or below, is asked for.
  const std::uint16_t* row(std::size_t step, std::size_t y) {
    std::uint16_t* to = window_.row(y);
    const std::size_t wanted = step * layout_.n_rows + y;
    if (std::size_t& loaded = loaded_[y % RowWindow::n_rows]; loaded != wanted) {
      load(lanes(step, y), y, to);
      loaded = wanted;
    }
    return to;
  }

  /// Row y - up, or zeros above the unit.
  const std::uint16_t* above(std::size_t step, std::size_t y, std::size_t up) {
    return y >= up ? row(step, y - up) : window_.zeros();
  }

  /// Valid until another step is asked for.
  const StepLanes::Lanes& lanes(std::size_t step, std::size_t y) {
    if (step != step_) {
      lanes_ = StepLanes(layout_, step);
      step_ = step;
    }
    return lanes_.at(y);
  }

 private:
  static constexpr std::size_t nothing = ~std::size_t{0};

  void load(const StepLanes::Lanes& where, std::size_t y, std::uint16_t* row) const {
    const std::size_t width = layout_.shape.det_x;
    const Count* const counts = counts_ + y * width;
    if constexpr (sizeof(Count) == 1) {
      kernels_.gather8(counts, where.start.data(), width, row);
    } else if constexpr (sizeof(Count) == 2) {
      kernels_.gather16(counts, where.start.data(), width, row);
    } else {
      for (std::size_t lane = 0; lane < n_lanes; ++lane)
        for (std::size_t x = 0; x < width; ++x)
          row[x * n_lanes + lane] =
              where.start[lane] == Layout::none
                  ? std::uint16_t{0}
                  : static_cast<std::uint16_t>(std::min<std::uint32_t>(counts[where.start[lane] + x], largest_lane_count));
    }
  }

  const Count* counts_;
  const Layout& layout_;
  const Kernels& kernels_;
  RowWindow& window_;
  StepLanes lanes_;
  std::size_t step_ = 0;
  std::array<std::size_t, RowWindow::n_rows> loaded_{};
};

}  // namespace esieve::codec::lanes
