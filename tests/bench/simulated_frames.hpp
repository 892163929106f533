// SPDX-License-Identifier: Apache-2.0
//
// Simulated frames in memory, to measure on.
#pragma once

#include <cstdint>
#include <vector>

#include "esieve/source.hpp"

namespace esieve {

struct SimulatedFrames {
  SourceInfo info;
  std::vector<std::uint16_t> counts;  ///< (frame, det_y, det_x)
  std::uint64_t n_events = 0;         ///< Non-zero counts.
};

/// A 128 × 128 detector; the same counts every time.
SimulatedFrames simulate_frames(ScanShape scan, double dose_electrons);

}  // namespace esieve
