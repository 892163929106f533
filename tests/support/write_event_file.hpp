// SPDX-License-Identifier: Apache-2.0
//
// Writes event files with the container stage alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <numeric>
#include <vector>

#include "base/hash.hpp"
#include "esieve/container.hpp"
#include "support/memory_source.hpp"

namespace esieve {

/// XXH3-64 of every frame.
inline std::vector<std::uint64_t> hashes_of(MemorySource& source) {
  std::vector<std::uint64_t> hashes;
  for (std::uint64_t i = 0; i < source.info().scan.n_frames(); ++i) hashes.push_back(hash64(source.frame(i)));
  return hashes;
}

/// Sum of frames by pixel.
inline std::vector<double> pattern_of(std::span<const std::byte> frames, DType dtype, std::uint64_t n_pixels) {
  std::vector<double> pattern(n_pixels);
  visit_dtype(dtype, [&]<class T>(T) {
    const auto* values = reinterpret_cast<const T*>(frames.data());
    for (std::size_t i = 0; i < frames.size() / sizeof(T); ++i) pattern[i % n_pixels] += static_cast<double>(values[i]);
  });
  return pattern;
}

/// Encodes chunk `i` of `source` and hands it to `writer`.
inline void write_chunk(ContainerWriter& writer, MemorySource& source, std::uint64_t i) {
  const SourceInfo& info = source.info();
  const FrameRange frames = writer.grid().frames(i, info.scan);
  const std::span dense = source.bytes().subspan(frames.first * info.frame_bytes(), frames.count * info.frame_bytes());
  std::vector<std::byte> chunk;
  std::vector<FrameTotals> totals(frames.count);
  ChunkCodec().encode(dense, writer.parameters(), frames.first, chunk, totals);
  std::vector<std::uint64_t> hashes;
  for (std::uint64_t k = 0; k < frames.count; ++k) hashes.push_back(hash64(source.frame(frames.first + k)));
  writer.write(i, chunk, {totals, hashes, pattern_of(dense, info.dtype, info.detector.n_pixels())});
}

inline void write_event_file(MemorySource& source, const std::filesystem::path& path, ContainerOptions options = {}) {
  options.durable = false;  // much faster, and nobody pulls the plug
  ContainerWriter writer(path, source.info(), options);
  for (std::uint64_t i = 0; i < writer.grid().n_chunks(); ++i) write_chunk(writer, source, i);
  writer.close();
}

}  // namespace esieve
