// SPDX-License-Identifier: Apache-2.0
//
// A gathered block becomes a chunk with its account.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "container/journal.hpp"
#include "esieve/codec.hpp"
#include "esieve/threshold.hpp"
#include "frames/frame_sums.hpp"
#include "record/block.hpp"

namespace esieve {

struct EncodedBlock {
  std::uint64_t chunk = 0;
  FrameRange frames;
  std::uint64_t ticket = 0;
  bool is_fragment = false;
  std::uint32_t epoch = 0;
  std::vector<FrameStatus> status;
  std::vector<std::byte> bytes;
  // Not of fragments.
  std::vector<FrameTotals> totals;
  std::vector<std::uint64_t> hashes;
  std::vector<double> pattern;
  std::vector<DroppedFrame> dropped;
};

/// Holds scratch memory: one object a thread.
class BlockEncoder {
 public:
  BlockEncoder(const SourceInfo& info, const ChunkParameters& parameters, const Threshold* threshold)
      : info_(info), parameters_(parameters), threshold_(threshold) {}

  /// `block.dense` is used up: thresholded in place, frames without data set to zero.
  EncodedBlock encode(Block& block);

  /// Of frames as they came, without threshold.
  Fragment encode_fragment(std::uint64_t chunk, std::uint64_t first_frame, std::span<const std::byte> dense,
                           std::span<const FrameStatus> status, std::uint32_t epoch, bool sums);

 private:
  const SourceInfo& info_;
  const ChunkParameters& parameters_;
  const Threshold* threshold_;
  ChunkCodec codec_;
  PatternSum pattern_sum_;
};

}  // namespace esieve
