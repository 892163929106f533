// SPDX-License-Identifier: Apache-2.0
#include "report/dense_sample.hpp"

#include <algorithm>
#include <cmath>

namespace esieve {

DenseSample choose_sample(ScanShape scan, std::uint64_t frame_bytes, std::uint64_t max_bytes) {
  const std::uint64_t max_frames = std::max<std::uint64_t>(1, max_bytes / std::max<std::uint64_t>(1, frame_bytes));
  if (scan.n_frames() <= max_frames) return {{{.first_y = 0, .n_y = scan.scan_y, .first_x = 0, .n_x = scan.scan_x}}};

  ScanShape tile{std::min<std::uint64_t>(32, scan.scan_y), std::min<std::uint64_t>(32, scan.scan_x)};
  while (tile.n_frames() > max_frames) {
    std::uint64_t& longer = tile.scan_y > tile.scan_x ? tile.scan_y : tile.scan_x;
    longer = (longer + 1) / 2;
  }
  // A lattice about as wide and as high as the scan: every n-th tile could always meet the same column.
  const ScanShape all{scan.scan_y / tile.scan_y, scan.scan_x / tile.scan_x};
  const std::uint64_t n = std::min(max_frames / tile.n_frames(), all.n_frames());
  const double aspect = static_cast<double>(all.scan_y) / static_cast<double>(all.scan_x);
  const auto wanted_y = static_cast<std::uint64_t>(std::llround(std::sqrt(static_cast<double>(n) * aspect)));
  const std::uint64_t n_x =
      std::clamp<std::uint64_t>(n / std::clamp<std::uint64_t>(wanted_y, 1, std::min(n, all.scan_y)), 1, all.scan_x);
  const std::uint64_t n_y = std::clamp<std::uint64_t>(n / n_x, 1, all.scan_y);
  DenseSample sample;
  for (std::uint64_t y = 0; y < n_y; ++y)
    for (std::uint64_t x = 0; x < n_x; ++x)
      sample.tiles.push_back({.first_y = (2 * y + 1) * all.scan_y / (2 * n_y) * tile.scan_y,
                              .n_y = tile.scan_y,
                              .first_x = (2 * x + 1) * all.scan_x / (2 * n_x) * tile.scan_x,
                              .n_x = tile.scan_x});
  return sample;
}

}  // namespace esieve
