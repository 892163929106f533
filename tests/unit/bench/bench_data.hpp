// SPDX-License-Identifier: Apache-2.0
//
// Small seeded datasets in memory.
#pragma once

#include <cstring>
#include <limits>
#include <random>

#include "bench/dense_data.hpp"

namespace esieve::bench {

/// Elements are zero with probability `zeros`, else random bit patterns of few bits: small counts, or floats near zero.
inline DenseData random_data(DType dtype, ScanShape scan, DetectorShape detector, double zeros, std::uint64_t seed) {
  SourceInfo info;
  info.path = "random";
  info.shape = {scan.scan_y, scan.scan_x, detector.det_y, detector.det_x};
  info.scan = scan;
  info.detector = detector;
  info.dtype = dtype;
  std::mt19937_64 random(seed);
  std::vector<std::byte> bytes(info.dense_bytes());
  const std::size_t item = item_bytes(dtype);
  for (std::size_t i = 0; i < bytes.size(); i += item) {
    if (static_cast<double>(random() >> 11) * 0x1p-53 < zeros) continue;
    visit_dtype(dtype, [&]<class T>(T) {
      const T value = static_cast<T>(1 + random() % 100);
      std::memcpy(bytes.data() + i, &value, sizeof value);
    });
  }
  return {std::move(info), std::move(bytes)};
}

}  // namespace esieve::bench
