// SPDX-License-Identifier: Apache-2.0
//
// What is gathered from dense frames on their way into a file: the sum pattern and the frames' hashes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "esieve/dtype.hpp"
#include "esieve/events.hpp"
#include "esieve/shape.hpp"

namespace esieve {

/// Frames added pixel by pixel: one sum for each of their pattern_bins() or, of mostly empty frames whose bins are single pixels,
/// the lit pixels' values as they come. NaN counts as zero; exact for integers while below 2^53.
class PatternSum {
 public:
  /// Takes the frames of `frames` (C order, (n, det_y, det_x)) in place of what was there. Keeps its memory.
  void sum(std::span<const std::byte> frames, DType dtype, DetectorShape detector);

  /// The same of lit pixels that somebody has listed.
  void take(std::span<const std::uint32_t> pixels, std::span<const std::uint32_t> counts, DetectorShape detector);

  /// The same of sums that somebody has made, of every pixel.
  void take(std::span<const std::uint64_t> pixel_sums, DetectorShape detector);

  /// Empty where `values` are in use.
  std::span<const double> sums() const { return sums_; }
  /// In the order of frames; pixels return.
  std::span<const PixelValue> values() const { return values_; }

 private:
  std::vector<double> sums_;
  std::vector<PixelValue> values_;
  std::vector<std::uint32_t> partial_;
};

}  // namespace esieve
