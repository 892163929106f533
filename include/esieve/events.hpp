// SPDX-License-Identifier: Apache-2.0
//
// Events: (scan index, pixel, count) grouped by frame in compressed sparse rows, frames as rows.
#pragma once

#include <cstdint>
#include <vector>

#include "esieve/shape.hpp"

namespace esieve {

/// Events of some frames. Row i is the frame at `scan_indices[i]`; its events are [offsets[i], offsets[i + 1]).
///
/// Offsets and pixels share one 32-bit type so that Eigen and SciPy can look at the same memory (esieve/eigen.hpp);
/// one Events therefore holds fewer than 2^31 events.
template <class Count>
struct Events {
  DetectorShape detector;
  std::vector<std::uint64_t> scan_indices;  ///< n_frames entries, scan_y * n_scan_x + scan_x
  std::vector<std::int32_t> offsets;        ///< n_frames + 1 entries, the first 0
  std::vector<std::int32_t> pixels;         ///< det_y * n_det_x + det_x, ascending within a frame
  std::vector<Count> counts;                ///< never zero

  std::uint64_t n_frames() const { return scan_indices.size(); }
  std::uint64_t n_events() const { return pixels.size(); }
};

/// A pixel's value in some frame, where that is a float.
struct PixelValue {
  std::uint32_t pixel = 0;
  float value = 0;
};

}  // namespace esieve
