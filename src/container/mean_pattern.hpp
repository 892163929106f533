// SPDX-License-Identifier: Apache-2.0
//
// The mean of all frames, as small a preview of it as its budget of bytes asks for.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "esieve/events.hpp"
#include "esieve/shape.hpp"
#include "h5/h5.hpp"

namespace esieve {

/// Gathers the sum of all frames, in pattern_bins(): memory stays below about 8 MiB.
class MeanPattern {
 public:
  explicit MeanPattern(DetectorShape detector);

  /// \param pattern_sum  sum of some frames, one value for each of the detector's pattern_bins(); or empty
  /// \param values       lit pixels of some frames
  void add(std::span<const double> pattern_sum, std::span<const PixelValue> values, std::uint64_t n_frames);

  /// Mean per frame of each pixel's bin, (det_y, det_x).
  std::vector<double> means() const;

  /// A mean pattern to store: detector binned by `binning`, values rounded.
  struct Preview {
    std::uint32_t binning = 1;
    DetectorShape shape;
    std::vector<float> values;  ///< Mean per frame and pixel.
  };

  /// The finest preview that gzip stores in about `budget_bytes`: binned by a power of two and rounded to some leading
  /// bits, but never coarser than 32 × 32 (or the detector, where that is smaller) with 4 bits.
  Preview preview(std::uint64_t budget_bytes) const;

 private:
  DetectorShape detector_;
  std::uint32_t binning_ = 1;
  DetectorShape shape_;
  std::vector<double> sums_;  ///< Of bins.
  std::uint64_t n_frames_ = 0;
};

}  // namespace esieve
