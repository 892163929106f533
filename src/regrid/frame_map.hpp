// SPDX-License-Identifier: Apache-2.0
//
// Which frame of the original stands where, and as few regular pieces of both scans as that takes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "esieve/scan_geometry.hpp"
#include "esieve/shape.hpp"

namespace esieve {

/// The original's frame at each position of the new scan, `no_frame` where there is none.
/// \throws UsageError  two frames at one position
std::vector<std::uint64_t> map_frames(const ScanGeometry& geometry, std::uint64_t n_original);

/// Rows of `length` frames, `count` of them: the k-th begins at (to_y + k · step, to_x) of the new scan, and at (from_y + k ·
/// from_step_y, from_x + k · from_step_x) of the original. One of the two is 0.
struct MapRun {
  std::uint64_t to_y = 0, to_x = 0, from_y = 0, from_x = 0;
  std::uint64_t length = 0, count = 1;
  std::uint64_t step = 1, from_step_y = 0, from_step_x = 0;

  friend bool operator==(const MapRun&, const MapRun&) = default;
};

/// Runs that cover every frame of `map` once.
std::vector<MapRun> runs_of(std::span<const std::uint64_t> map, ScanShape scan, ScanShape original);

}  // namespace esieve
