// SPDX-License-Identifier: Apache-2.0
//
// Where a pixel is: its row and column, and its leaf.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/quotient.hpp"
#include "codec/gaps/leaf_map.hpp"

namespace esieve::codec::gaps {

class PixelPlace {
 public:
  explicit PixelPlace(std::uint32_t det_x) noexcept : det_x_(det_x), row_(det_x) {}
  [[nodiscard]] std::uint32_t row(std::uint32_t pixel) const noexcept { return row_(pixel); }
  [[nodiscard]] std::uint32_t column(std::uint32_t pixel, std::uint32_t row) const noexcept { return pixel - row * det_x_; }

 private:
  std::uint32_t det_x_;
  Quotient row_;
};

/// The leaf of a grid that a pixel is in.
class LeafOf {
 public:
  LeafOf(const LeafGrid& grid, std::uint32_t det_x) noexcept : n_x_(grid.n_x), log2_size_(grid.log2_size), place_(det_x) {}
  [[nodiscard]] std::size_t operator()(std::uint32_t pixel) const noexcept {
    const std::uint32_t y = place_.row(pixel), x = place_.column(pixel, y);
    return std::size_t{y >> log2_size_} * n_x_ + (x >> log2_size_);
  }

 private:
  std::uint32_t n_x_;
  unsigned log2_size_;
  PixelPlace place_;
};

}  // namespace esieve::codec::gaps
