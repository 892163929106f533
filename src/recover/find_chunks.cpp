// SPDX-License-Identifier: Apache-2.0
#include "recover/find_chunks.hpp"

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/hash.hpp"

namespace esieve {
namespace {

constexpr std::uint64_t window_bytes = std::uint64_t{8} << 20;
constexpr std::size_t min_chunk_bytes = 40;
constexpr std::size_t checksum_bytes = 8;

/// Reads a file front to back, with a window that can be looked at.
class Window {
 public:
  explicit Window(const std::filesystem::path& path) : file_(path) {}

  std::uint64_t file_bytes() const { return file_.size(); }

  /// Bytes from `at`, at least `n` or up to the end of the file.
  std::span<const std::byte> look(std::uint64_t at, std::uint64_t n) {
    n = std::min(n, file_.size() - at);
    if (at < start_ || at + n > start_ + bytes_.size()) {
      start_ = at;
      bytes_.resize(std::min(std::max(n, window_bytes), file_.size() - at));
      file_.read(at, bytes_);
    }
    return std::span(bytes_).subspan(at - start_);
  }

 private:
  InputFile file_;
  std::uint64_t start_ = 0;
  std::vector<std::byte> bytes_;
};

}  // namespace

std::vector<FoundChunk> find_chunks(const std::filesystem::path& path, std::uint64_t max_bytes, ProgressMeter& meter) {
  std::vector<FoundChunk> found;
  Window window(path);
  std::uint64_t at = 0;
  while (at + min_chunk_bytes <= window.file_bytes()) {
    meter.add(0, 0, 0);
    const auto ahead = window.look(at, min_chunk_bytes);
    // The magic, "ESV": first its first byte.
    const auto* next = static_cast<const std::byte*>(std::memchr(ahead.data(), 'E', ahead.size()));
    if (next == nullptr) {
      at += ahead.size();
      continue;
    }
    at += static_cast<std::uint64_t>(next - ahead.data());
    if (at + min_chunk_bytes > window.file_bytes()) break;
    ChunkHeader header;
    const auto head = window.look(at, min_chunk_bytes);
    const ChunkStatus status = ChunkCodec::inspect(head, header);
    const bool plausible = (status == ChunkStatus::okay || status == ChunkStatus::truncated) &&
                           header.chunk_bytes >= min_chunk_bytes && header.chunk_bytes <= max_bytes &&
                           header.chunk_bytes <= window.file_bytes() - at;
    if (plausible) {
      const auto chunk = window.look(at, header.chunk_bytes).first(header.chunk_bytes);
      const std::size_t end = chunk.size() - checksum_bytes;
      if (ChunkCodec::inspect(chunk, header) == ChunkStatus::okay &&
          load_le<std::uint64_t>(chunk, end) == hash64(chunk.first(end))) {
        found.push_back({header, at});
        at += header.chunk_bytes;
        continue;
      }
    }
    ++at;
  }
  return found;
}

}  // namespace esieve
