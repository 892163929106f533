// SPDX-License-Identifier: Apache-2.0
#include "regrid/frame_map.hpp"

#include <algorithm>
#include <string>
#include <tuple>

#include "esieve/error.hpp"
#include "reader/gather_frames.hpp"

namespace esieve {
namespace {

/// Frames that follow one another in a row of both scans.
std::vector<MapRun> single_rows(std::span<const std::uint64_t> map, ScanShape scan, ScanShape original) {
  std::vector<MapRun> rows;
  bool open = false;
  for (std::uint64_t i = 0; i < map.size(); ++i) {
    const std::uint64_t frame = map[i];
    if (frame == no_frame) {
      open = false;
      continue;
    }
    open = open && i % scan.scan_x != 0 && frame == map[i - 1] + 1 && frame % original.scan_x != 0;
    if (!open)
      rows.push_back({.to_y = i / scan.scan_x,
                      .to_x = i % scan.scan_x,
                      .from_y = frame / original.scan_x,
                      .from_x = frame % original.scan_x});
    open = true;
    ++rows.back().length;
  }
  return rows;
}

/// Whether `row` goes on with `run`; it then is part of it.
bool extend(MapRun& run, const MapRun& row) {
  if (row.to_x != run.to_x || row.length != run.length) return false;
  if (row.from_y < run.from_y || row.from_x < run.from_x) return false;
  const std::uint64_t y = row.from_y - run.from_y, x = row.from_x - run.from_x, to = row.to_y - run.to_y;
  if ((y == 0) == (x == 0)) return false;
  if (run.count == 1) {
    if (y == 0 && x < run.length) return false;  // HDF5's blocks do not overlap
    run.step = to;
    run.from_step_y = y;
    run.from_step_x = x;
  } else if (to != run.count * run.step || y != run.count * run.from_step_y || x != run.count * run.from_step_x) {
    return false;
  }
  ++run.count;
  return true;
}

}  // namespace

std::vector<std::uint64_t> map_frames(const ScanGeometry& geometry, std::uint64_t n_original) {
  std::vector<std::uint64_t> map(static_cast<std::size_t>(geometry.scan_y * geometry.scan_x), no_frame);
  for (std::uint64_t frame = 0; frame < n_original; ++frame) {
    const auto position = scan_index_of(geometry, frame);
    if (!position) continue;
    if (map[*position] != no_frame)
      throw UsageError("frames " + std::to_string(map[*position]) + " and " + std::to_string(frame) + " are both at position " +
                       std::to_string(*position));
    map[*position] = frame;
  }
  return map;
}

std::vector<MapRun> runs_of(std::span<const std::uint64_t> map, ScanShape scan, ScanShape original) {
  std::vector<MapRun> rows = single_rows(map, scan, original);
  std::sort(rows.begin(), rows.end(), [](const MapRun& a, const MapRun& b) {
    return std::tie(a.to_x, a.length, a.to_y) < std::tie(b.to_x, b.length, b.to_y);
  });
  std::vector<MapRun> runs;
  for (const MapRun& row : rows)
    if (runs.empty() || !extend(runs.back(), row)) runs.push_back(row);
  return runs;
}

}  // namespace esieve
