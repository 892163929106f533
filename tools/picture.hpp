// SPDX-License-Identifier: Apache-2.0
//
// Maps of numbers as pictures: in a terminal by half-block characters, and as PNG (png_writer).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace esieve::tools {

/// Grey values; what is no data has none.
struct Picture {
  struct Pixel {
    std::uint8_t grey = 0;
    bool is_data = false;
  };
  std::size_t width = 0, height = 0;
  std::vector<Pixel> pixels;  ///< (height, width)
};

enum class Contrast : std::uint8_t {
  linear,      ///< From the 1st to the 99th percentile.
  square_root  ///< From 0 to the largest, small values brighter: for diffraction patterns.
};

/// \param values   (height, width); NaN is no data
Picture make_picture(std::span<const double> values, std::size_t height, std::size_t width, Contrast contrast);

/// Side by side, the smaller one enlarged by a whole number.
Picture beside(const Picture& left, const Picture& right);

enum class Colours : std::uint8_t { c256, c24bit };

/// Lines of characters, two pixels of one column each, at most `columns` wide and `lines` high. Every line ends with a reset
/// and a newline.
std::string to_terminal(const Picture& picture, std::size_t columns, std::size_t lines, Colours colours);

}  // namespace esieve::tools
