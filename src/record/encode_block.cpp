// SPDX-License-Identifier: Apache-2.0
#include "record/encode_block.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "codec/gaps/extract.hpp"

namespace esieve {

void BlockEncoder::encode(Block& block, EncodedBlock& out) {
  out.bytes.clear();
  out.chunk = block.chunk;
  out.frames = block.frames;
  out.ticket = block.ticket;
  out.is_fragment = block.is_fragment;
  out.epoch = block.epoch;
  out.status = block.status;
  const std::size_t n_bytes = block.frames.count * info_.frame_bytes();
  if (!block.is_fragment && gather_events(block)) {
    out.hashes = hashes_;
    encoder_.encode_events({frame_events_, pixels_, counts_}, block.frames.first, out);
    was_sparse_ = pixels_.size() <= n_bytes / item_bytes(info_.dtype) / codec::gaps::pixels_per_listed_event;
    return;
  }
  if (block.dense.empty()) nothing_.assign(n_bytes, std::byte{0});
  const auto dense = block.dense.empty() ? std::span(nothing_) : block.dense.first(n_bytes);
  make_dense(block);
  if (block.is_fragment) {
    clear_missing(dense, block.status, info_.frame_bytes());
    encoder_.encode_bytes(dense, block.frames.first, out.bytes);
  } else {
    encoder_.prepare(dense, out);
    encoder_.encode(dense, block.frames.first, out);
    was_sparse_ = encoder_.listed_events().has_value();
  }
}

bool BlockEncoder::gather_events(const Block& block) {
  if (block.n_listed.empty()) return false;
  frame_events_.clear();
  pixels_.clear();
  counts_.clear();
  hashes_.clear();
  for (std::size_t i = 0; i < block.frames.count; ++i) {
    if (!is_data(block.status[i])) {
      frame_events_.push_back(0);
      if (!hash_of_nothing_) hash_of_nothing_ = hash64(std::vector<std::byte>(info_.frame_bytes()));
      hashes_.push_back(*hash_of_nothing_);
      continue;
    }
    if (block.n_listed[i] == dense_frame) return false;
    const SlotEvents events = events_in(block.slot(i, info_.frame_bytes()), block.n_listed[i]);
    frame_events_.push_back(block.n_listed[i]);
    pixels_.insert(pixels_.end(), events.pixels.begin(), events.pixels.end());
    counts_.insert(counts_.end(), events.counts.begin(), events.counts.end());
    hashes_.push_back(block.hashes[i]);
  }
  return true;
}

void BlockEncoder::make_dense(Block& block) {
  for (std::size_t i = 0; i < block.n_listed.size() && i < block.frames.count; ++i) {
    if (!is_data(block.status[i]) || block.n_listed[i] == dense_frame) continue;
    frame_.assign(info_.frame_bytes(), std::byte{0});
    const auto slot = block.slot(i, info_.frame_bytes());
    add_events(events_in(slot, block.n_listed[i]), info_.dtype, frame_);
    std::copy(frame_.begin(), frame_.end(), slot.begin());
    block.n_listed[i] = dense_frame;
  }
}

Fragment BlockEncoder::encode_fragment(std::uint64_t chunk, std::uint64_t first_frame, std::span<const std::byte> dense,
                                       std::span<const FrameStatus> status, std::uint32_t epoch, bool sums) {
  Fragment fragment{.chunk = chunk, .epoch = epoch, .sums = sums, .status = {status.begin(), status.end()}, .bytes = {}};
  encoder_.encode_bytes(dense, first_frame, fragment.bytes);
  return fragment;
}

}  // namespace esieve
