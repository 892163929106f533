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
