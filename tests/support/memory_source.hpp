// SPDX-License-Identifier: Apache-2.0
//
// Dense frames in memory as a source, and random ones.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "esieve/source.hpp"

namespace esieve {

class MemorySource : public Source {
 public:
  MemorySource(ScanShape scan, DetectorShape detector, DType dtype)
      : Source(describe(scan, detector, dtype)), bytes_(info_.dense_bytes()) {}

  void read(FrameRange range, std::span<std::byte> out) const override {
    std::memcpy(out.data(), bytes_.data() + range.first * info_.frame_bytes(), out.size());
  }

  SourceInfo& info_to_change() { return info_; }
  std::span<std::byte> bytes() { return bytes_; }
  std::span<std::byte> frame(std::uint64_t i) { return bytes().subspan(i * info_.frame_bytes(), info_.frame_bytes()); }

  template <class T>
  std::span<T> values() {
    return {reinterpret_cast<T*>(bytes_.data()), bytes_.size() / sizeof(T)};
  }

 private:
  static SourceInfo describe(ScanShape scan, DetectorShape detector, DType dtype) {
    SourceInfo info;
    info.path = "frames_in_memory";
    info.format = "memory";
    info.shape = {scan.scan_y, scan.scan_x, detector.det_y, detector.det_x};
    info.scan = scan;
    info.detector = detector;
    info.dtype = dtype;
    for (std::size_t axis = 0; axis < 4; ++axis) info.axes[axis].name = std::array{"scan_y", "scan_x", "det_y", "det_x"}[axis];
    return info;
  }

  std::vector<std::byte> bytes_;
};

/// Poisson counts whose mean falls off from `peak` in the middle of the detector.
inline void fill_with_counts(MemorySource& source, double peak, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const DetectorShape detector = source.info().detector;
  std::vector<std::poisson_distribution<int>> pixels;
  for (std::uint32_t y = 0; y < detector.det_y; ++y)
    for (std::uint32_t x = 0; x < detector.det_x; ++x) {
      const double dy = (2.0 * y + 1) / detector.det_y - 1, dx = (2.0 * x + 1) / detector.det_x - 1;
      pixels.emplace_back(peak / (1 + 8 * (dy * dy + dx * dx)));
    }
  visit_dtype(source.info().dtype, [&]<class T>(T) {
    const std::span values = source.values<T>();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(pixels[i % pixels.size()](random));
  });
}

/// Any bits at all in `share` of the elements, zero elsewhere.
inline void fill_with_noise(MemorySource& source, double share, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::bernoulli_distribution is_set(share);
  const std::size_t item = item_bytes(source.info().dtype);
  for (std::size_t at = 0; at < source.bytes().size(); at += item) {
    const std::uint64_t bits = is_set(random) ? random() : 0;
    std::memcpy(source.bytes().data() + at, &bits, item);
  }
}

}  // namespace esieve
