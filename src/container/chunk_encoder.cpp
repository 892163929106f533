// SPDX-License-Identifier: Apache-2.0
#include "container/chunk_encoder.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "codec/chunk/totals.hpp"

namespace esieve {
void clear_missing(std::span<std::byte> dense, std::span<const FrameStatus> status, std::size_t frame_bytes) {
  for (std::size_t i = 0; i < status.size(); ++i)
    if (!is_data(status[i])) {
      const auto frame = dense.subspan(i * frame_bytes, frame_bytes);
      std::fill(frame.begin(), frame.end(), std::byte{0});
    }
}

void ChunkEncoder::prepare(std::span<std::byte> dense, EncodedChunk& out) const {
  if (threshold_ != nullptr) {
    out.dropped.assign(dense.size() / info_.frame_bytes(), {});
    clear_missing(dense, out.status, info_.frame_bytes());  // of what is not data nothing counts as dropped
    threshold_->apply(dense, dense, out.dropped);
  }
  clear_missing(dense, out.status, info_.frame_bytes());  // a dark map may make something of nothing
}

void ChunkEncoder::encode(std::span<const std::byte> dense, std::uint64_t first_frame, EncodedChunk& out) {
  out.totals.resize(dense.size() / info_.frame_bytes());
  out.bytes.clear();
  out.hashes.resize(out.totals.size());
  codec_.encode(dense, parameters_, first_frame, out.bytes, out.totals, out.hashes);
  if (const auto sums = codec_.pixel_sums(); !sums.empty())
    out.pattern.take(sums, info_.detector);
  else if (const auto events = codec_.listed_events())
    out.pattern.take(events->pixels, events->counts, info_.detector);
  else
    out.pattern.sum(dense, info_.dtype, info_.detector);
}

void ChunkEncoder::encode_events(const ListedEvents& events, std::uint64_t first_frame, EncodedChunk& out) {
  out.totals.resize(events.frame_events.size());
  out.bytes.clear();
  codec_.encode_events(events, parameters_, first_frame, out.bytes, out.totals);
  out.pattern.take(events.pixels, events.counts, info_.detector);
}

std::size_t chunks_under_way(std::uint64_t dense_bytes, int threads) {
  // All together, and what a chunk has of it for each dense byte: its frames, and what the hungriest coders make of them.
  constexpr std::uint64_t most_bytes = std::uint64_t{384} << 20, bytes_per_dense_byte = 6;
  const std::uint64_t n = most_bytes / bytes_per_dense_byte / std::max<std::uint64_t>(1, dense_bytes);
  return std::clamp<std::uint64_t>(n, 2, static_cast<std::uint64_t>(threads) + 1);
}

void account_frames(std::span<const std::byte> dense, const SourceInfo& info, EncodedChunk& out) {
  out.totals.resize(dense.size() / info.frame_bytes());
  codec::frame_totals(dense, info.dtype, info.detector.n_pixels(), out.totals);
  out.hashes.resize(out.totals.size());
  hash_frames(dense, info.frame_bytes(), out.hashes);
  out.pattern.sum(dense, info.dtype, info.detector);
}

}  // namespace esieve
