// SPDX-License-Identifier: Apache-2.0
#include "record/encode_block.hpp"

namespace esieve {

EncodedBlock BlockEncoder::encode(Block& block) {
  EncodedBlock result;
  result.chunk = block.chunk;
  result.frames = block.frames;
  result.ticket = block.ticket;
  result.is_fragment = block.is_fragment;
  result.epoch = block.epoch;
  result.status = block.status;
  const std::size_t n_bytes = block.frames.count * info_.frame_bytes();
  if (block.dense.empty()) block.dense.resize(n_bytes);
  const std::span dense = std::span(block.dense).first(n_bytes);
  if (block.is_fragment) {
    clear_missing(dense, block.status, info_.frame_bytes());
    encoder_.encode_bytes(dense, block.frames.first, result.bytes);
  } else {
    encoder_.prepare(dense, result);
    encoder_.encode(dense, block.frames.first, result);
  }
  return result;
}

Fragment BlockEncoder::encode_fragment(std::uint64_t chunk, std::uint64_t first_frame, std::span<const std::byte> dense,
                                       std::span<const FrameStatus> status, std::uint32_t epoch, bool sums) {
  Fragment fragment{.chunk = chunk, .epoch = epoch, .sums = sums, .status = {status.begin(), status.end()}, .bytes = {}};
  encoder_.encode_bytes(dense, first_frame, fragment.bytes);
  return fragment;
}

}  // namespace esieve
