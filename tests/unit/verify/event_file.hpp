// SPDX-License-Identifier: Apache-2.0
//
// Event files for tests: sound ones, and ones whose writer was told lies.
#pragma once

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>

#include "base/hash.hpp"
#include "esieve/container.hpp"
#include "esieve/convert.hpp"
#include "esieve/reader.hpp"
#include "esieve/verify.hpp"
#include "support/memory_source.hpp"
#include "support/temporary_folder.hpp"

namespace esieve {

/// What is written beside each chunk; `lie` may change it.
struct Written {
  std::vector<std::byte> chunk;
  std::vector<FrameTotals> totals;
  std::vector<std::uint64_t> hashes;
};

/// Writes `source` chunk by chunk after `lie(chunk index, what is to be written)`.
inline void write_with_lies(const MemorySource& source, const std::filesystem::path& path, std::uint32_t frames_per_chunk,
                            const std::function<void(std::uint64_t, Written&)>& lie) {
  ContainerOptions options;
  options.frames_per_chunk = frames_per_chunk;
  options.all_parts = true;
  ContainerWriter writer(path, source.info(), options);
  ChunkCodec codec;
  const std::vector<double> no_pattern(source.info().detector.n_pixels());
  for (std::uint64_t i = 0; i < writer.grid().n_chunks(); ++i) {
    const FrameRange frames = writer.grid().frames(i, source.info().scan);
    std::vector<std::byte> dense(frames.count * source.info().frame_bytes());
    source.read(frames, dense);
    Written written;
    written.totals.resize(frames.count);
    codec.encode(dense, writer.parameters(), frames.first, written.chunk, written.totals);
    for (std::uint64_t k = 0; k < frames.count; ++k)
      written.hashes.push_back(hash64(std::span(dense).subspan(k * source.info().frame_bytes(), source.info().frame_bytes())));
    lie(i, written);
    writer.write(i, written.chunk, {written.totals, written.hashes, no_pattern});
  }
  writer.close();
}

/// A sound file of `source`, and a place to put others.
struct StoredFrames {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "events.hdf5";

  StoredFrames() = default;
  explicit StoredFrames(const MemorySource& source, std::uint32_t frames_per_chunk = 4) {
    ConvertOptions options;
    options.frames_per_chunk = frames_per_chunk;
    convert(source, path, options);
  }

  VerifyResult verify_with(const Source* source = nullptr, int threads = 0) const {
    return verify(Reader(path), source, {.threads = threads, .progress = {}});
  }

  /// Byte offset of chunk `i` in the file.
  std::uint64_t chunk_offset(std::uint64_t i) const {
    const std::vector<std::byte> chunk = Reader(path).chunk(i);
    const std::vector<char> file = bytes();
    const auto* first = reinterpret_cast<const char*>(chunk.data());
    return static_cast<std::uint64_t>(std::search(file.begin(), file.end(), first, first + chunk.size()) - file.begin());
  }

  void flip_bit(std::uint64_t offset, unsigned bit = 0) const {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(offset));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(static_cast<char>(static_cast<unsigned>(byte) ^ (1U << bit)));
  }

  std::vector<char> bytes() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

}  // namespace esieve
