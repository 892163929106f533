// SPDX-License-Identifier: Apache-2.0
#include "record/encode_block.hpp"

#include <algorithm>

namespace esieve {
namespace {

void clear_missing(std::span<std::byte> dense, std::span<const FrameStatus> status, std::size_t frame_bytes) {
  for (std::size_t i = 0; i < status.size(); ++i)
    if (!is_data(status[i])) {
      const auto frame = dense.subspan(i * frame_bytes, frame_bytes);
      std::fill(frame.begin(), frame.end(), std::byte{0});
    }
}

}  // namespace

EncodedBlock BlockEncoder::encode(Block& block) {
  EncodedBlock result{.chunk = block.chunk, .frames = block.frames, .ticket = block.ticket,
                      .is_fragment = block.is_fragment, .epoch = block.epoch, .status = block.status,
                      .bytes = {}, .totals = {}, .hashes = {}, .pattern = {}, .dropped = {}};
  const std::size_t frame_bytes = info_.frame_bytes();
  if (block.dense.empty()) block.dense.resize(block.frames.count * frame_bytes);
  const std::span dense = std::span(block.dense).first(block.frames.count * frame_bytes);
  clear_missing(dense, block.status, frame_bytes);
  if (!block.is_fragment) {
    if (threshold_ != nullptr) {
      result.dropped.resize(block.frames.count);
      threshold_->apply(dense, dense, result.dropped);
      clear_missing(dense, block.status, frame_bytes);  // a dark map may make something of nothing
    }
    result.hashes.resize(block.frames.count);
    hash_frames(dense, frame_bytes, result.hashes);
    result.pattern.resize(info_.detector.n_pixels());
    pattern_sum_.sum(dense, info_.dtype, result.pattern);
  }
  result.totals.resize(block.frames.count);
  codec_.encode(dense, parameters_, block.frames.first, result.bytes, result.totals);
  return result;
}

Fragment BlockEncoder::encode_fragment(std::uint64_t chunk, std::uint64_t first_frame, std::span<const std::byte> dense,
                                       std::span<const FrameStatus> status, std::uint32_t epoch, bool sums) {
  Fragment fragment{.chunk = chunk, .epoch = epoch, .sums = sums, .status = {status.begin(), status.end()}, .bytes = {}};
  codec_.encode(dense, parameters_, first_frame, fragment.bytes);
  return fragment;
}

}  // namespace esieve
