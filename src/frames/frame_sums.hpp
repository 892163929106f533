// SPDX-License-Identifier: Apache-2.0
//
// What is gathered from dense frames on their way into a file: the sum pattern and the frames' hashes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "esieve/dtype.hpp"

namespace esieve {

/// Adds frames pixel by pixel. Holds scratch memory: one object a thread.
class PatternSum {
 public:
  /// Sets `out[pixel]` to the sum over the frames of `frames` (C order, (n, det_y, det_x)); NaN counts as zero.
  /// Exact for integers while below 2^53.
  void sum(std::span<const std::byte> frames, DType dtype, std::span<double> out);

 private:
  std::vector<std::uint32_t> partial_;
};

/// XXH3-64 of each frame of `frame_bytes` bytes.
void hash_frames(std::span<const std::byte> frames, std::size_t frame_bytes, std::span<std::uint64_t> hashes);

}  // namespace esieve
