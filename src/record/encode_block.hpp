// SPDX-License-Identifier: Apache-2.0
//
// A gathered block becomes a chunk with its account.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "container/chunk_encoder.hpp"
#include "container/journal.hpp"
#include "record/block.hpp"

namespace esieve {

/// Of a fragment only the bytes and the status are filled.
struct EncodedBlock : EncodedChunk {
  std::uint64_t chunk = 0;
  FrameRange frames;
  std::uint64_t ticket = 0;
  bool is_fragment = false;
  std::uint32_t epoch = 0;
};

/// Holds scratch memory: one object a thread.
class BlockEncoder {
 public:
  BlockEncoder(const SourceInfo& info, const ChunkParameters& parameters, const Threshold* threshold)
      : info_(info), encoder_(info, parameters, threshold) {}

  /// Fills `out`, whose memory it reuses. The slots of `block` are used up: made dense, thresholded in place, frames without data
  /// set to zero.
  void encode(Block& block, EncodedBlock& out);

  /// Of frames as they came, without threshold.
  Fragment encode_fragment(std::uint64_t chunk, std::uint64_t first_frame, std::span<const std::byte> dense,
                           std::span<const FrameStatus> status, std::uint32_t epoch, bool sums);

  /// Whether the block encoded last had so few events that its frames are best listed as they come.
  bool was_sparse() const { return was_sparse_; }

 private:
  bool gather_events(const Block& block);
  void make_dense(Block& block);

  const SourceInfo& info_;
  ChunkEncoder encoder_;
  bool was_sparse_ = true;
  std::optional<std::uint64_t> hash_of_nothing_;  ///< Of a frame of zeros, once one was missing.
  std::vector<std::uint32_t> frame_events_, pixels_, counts_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::byte> frame_, nothing_;
};

}  // namespace esieve
