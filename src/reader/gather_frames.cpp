// SPDX-License-Identifier: Apache-2.0
#include "reader/gather_frames.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

namespace esieve {

void gather_frames(const ChunkStore& store, CodecPool& pool, std::span<const std::uint64_t> frames, std::span<std::byte> out) {
  const FileInfo& info = store.info();
  const std::size_t frame_bytes = info.frame_bytes();
  std::vector<std::size_t> order(frames.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return frames[a] < frames[b]; });
  CodecPool::Lease workspace(pool);
  std::optional<std::uint64_t> decoded;
  for (const std::size_t i : order) {
    const auto to = out.subspan(i * frame_bytes, frame_bytes);
    if (frames[i] == no_frame) {
      std::memset(to.data(), 0, to.size());
      continue;
    }
    const std::uint64_t chunk = info.grid.chunk_of(frames[i], info.scan);
    if (decoded != chunk) {
      store.fetch(chunk, workspace->chunk);
      workspace->dense.resize(info.chunk_parameters.dense_bytes());
      const ChunkStatus status = workspace->codec.decode(workspace->chunk, info.chunk_parameters, workspace->dense);
      if (status != ChunkStatus::okay) store.fail(chunk, describe(status));
      decoded = chunk;
    }
    const std::uint64_t at = frames[i] - info.grid.frames(chunk, info.scan).first;
    std::memcpy(to.data(), workspace->dense.data() + at * frame_bytes, frame_bytes);
  }
}

}  // namespace esieve
