// SPDX-License-Identifier: Apache-2.0
#include "reader/selection.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "esieve/error.hpp"

namespace esieve {
namespace {

void append(Selection& selection, const ChunkGrid& grid, ScanShape scan, FrameRange range) {
  std::uint64_t out = selection.scan_indices.size();
  selection.scan_indices.resize(out + range.count);
  std::iota(selection.scan_indices.begin() + static_cast<std::ptrdiff_t>(out), selection.scan_indices.end(), range.first);
  while (range.count > 0) {
    const std::uint64_t chunk = grid.chunk_of(range.first, scan);
    const FrameRange frames = grid.frames(chunk, scan);
    const std::uint64_t n = std::min(range.count, frames.end() - range.first);
    if (selection.chunks.empty() || selection.chunks.back().chunk != chunk) selection.chunks.push_back({chunk, {}});
    selection.chunks.back().pieces.push_back({range.first - frames.first, n, out});
    out += n;
    range = {range.first + n, range.count - n};
  }
}

std::string text(std::uint64_t first, std::uint64_t count) { return std::to_string(first) + ":" + std::to_string(first + count); }

bool inside(std::uint64_t first, std::uint64_t count, std::uint64_t size) { return first <= size && count <= size - first; }

}  // namespace

Selection select(const ChunkGrid& grid, ScanShape scan, FrameRange range) {
  if (!inside(range.first, range.count, scan.n_frames()))
    throw UsageError("frames " + text(range.first, range.count) + " are outside the scan (it has " +
                     std::to_string(scan.n_frames()) + " frames)");
  Selection selection;
  append(selection, grid, scan, range);
  return selection;
}

Selection select(const ChunkGrid& grid, ScanShape scan, const ScanRegion& region) {
  if (!inside(region.first_y, region.n_y, scan.scan_y) || !inside(region.first_x, region.n_x, scan.scan_x))
    throw UsageError("the region " + text(region.first_y, region.n_y) + ", " + text(region.first_x, region.n_x) +
                     " is outside the scan (it has " + std::to_string(scan.scan_y) + " rows of " + std::to_string(scan.scan_x) +
                     ")");
  Selection selection;
  for (std::uint64_t y = region.first_y; y < region.first_y + region.n_y; ++y)
    append(selection, grid, scan, {y * scan.scan_x + region.first_x, region.n_x});
  return selection;
}

}  // namespace esieve
