// SPDX-License-Identifier: Apache-2.0
//
// Shapes and ranges of a 4D-STEM dataset. Axes are always (scan_y, scan_x, det_y, det_x), slowest first.
#pragma once

#include <cstddef>
#include <cstdint>

namespace esieve {

/// Scan positions. A frame's index is `y * scan_x + x`, called scan index where it is stored.
struct ScanShape {
  std::uint64_t scan_y = 0;
  std::uint64_t scan_x = 0;

  constexpr std::uint64_t n_frames() const { return scan_y * scan_x; }
  friend constexpr bool operator==(const ScanShape&, const ScanShape&) = default;
};

/// Detector pixels. A pixel's index is `y * det_x + x`.
struct DetectorShape {
  std::uint32_t det_y = 0;
  std::uint32_t det_x = 0;

  constexpr std::uint64_t n_pixels() const { return std::uint64_t{det_y} * det_x; }
  friend constexpr bool operator==(const DetectorShape&, const DetectorShape&) = default;
};

/// Squares of pixels in which the frames of large detectors are added up for a mean pattern.
struct PatternBins {
  std::uint32_t factor = 1;  ///< Pixels along an edge, a power of two.
  DetectorShape shape;       ///< Bins along the axes; the last ones may have fewer pixels.
};

/// The smallest bins that leave 1025 at most along an axis: single pixels of most detectors.
constexpr PatternBins pattern_bins(DetectorShape detector) {
  PatternBins bins;
  while ((detector.det_y > detector.det_x ? detector.det_y : detector.det_x) / bins.factor > 1024) bins.factor *= 2;
  bins.shape = {(detector.det_y - 1) / bins.factor + 1, (detector.det_x - 1) / bins.factor + 1};
  return bins;
}

/// Frames [first, first + count) in scan order.
struct FrameRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;

  constexpr std::uint64_t end() const { return first + count; }
  friend constexpr bool operator==(const FrameRange&, const FrameRange&) = default;
};

/// A rectangle of scan positions: rows [first_y, first_y + n_y), columns [first_x, first_x + n_x).
struct ScanRegion {
  std::uint64_t first_y = 0, n_y = 0;
  std::uint64_t first_x = 0, n_x = 0;

  constexpr std::uint64_t n_frames() const { return n_y * n_x; }
};

}  // namespace esieve
