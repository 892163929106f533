// SPDX-License-Identifier: Apache-2.0
#include "bench/chunkings.hpp"

#include <algorithm>

namespace esieve::bench {

std::vector<Chunking> paper_chunkings(ScanShape scan, DetectorShape detector) {
  const auto clipped = [&](const char* name, std::uint64_t n_scan, std::uint64_t n_det) {
    return Chunking{name,
                    {std::min(n_scan, scan.scan_y), std::min(n_scan, scan.scan_x), std::min<std::uint64_t>(n_det, detector.det_y),
                     std::min<std::uint64_t>(n_det, detector.det_x)}};
  };
  std::vector<Chunking> list;
  for (const Chunking& chunking :
       {clipped("real space", 32, 256), clipped("balanced", 16, 128), clipped("single frame", 1, ~std::uint64_t{0})})
    if (std::none_of(list.begin(), list.end(), [&](const Chunking& other) { return other.shape == chunking.shape; }))
      list.push_back(chunking);
  return list;
}

}  // namespace esieve::bench
