// SPDX-License-Identifier: Apache-2.0
#include "codec/chunk/header.hpp"

#include "base/bytes.hpp"
#include "base/hash.hpp"

namespace esieve::codec {
namespace {

// Offsets and widths are those of docs/format/codec.md, table "Header".
constexpr std::uint32_t magic = 0x01565345;  // "ESV" and the version, 1
constexpr std::uint32_t magic_mask = 0x00ffffff;
constexpr std::size_t at_magic = 0, at_chunk_bytes = 4, at_dataset_id = 8, at_first_frame = 16, at_mode = 22, at_flags = 23,
                      at_n_frames = 24, at_n_events = 28;
static_assert(at_n_events + 4 == header_bytes);

constexpr std::uint64_t first_frame_mask = (std::uint64_t{1} << 48) - 1;  // all ones: unknown

}  // namespace

void open_chunk(const ChunkHeader& header, std::vector<std::byte>& out) {
  const std::size_t start = out.size();
  out.resize(start + header_bytes);
  const auto field = std::span(out).subspan(start);
  const std::uint64_t first_frame = header.first_frame < first_frame_mask ? header.first_frame : first_frame_mask;
  store_le(field, at_magic, magic);
  store_le(field, at_chunk_bytes, std::uint32_t{0});
  store_le(field, at_dataset_id, header.dataset_id);
  store_le(field, at_first_frame, first_frame);  // mode and flags are zero
  store_le(field, at_n_frames, header.n_frames);
  store_le(field, at_n_events, header.n_events);
}

void close_chunk(std::size_t start, Mode mode, ChunkHeader& header, std::vector<std::byte>& out) {
  header.chunk_bytes = static_cast<std::uint32_t>(out.size() - start + checksum_bytes);
  store_le(std::span(out).subspan(start), at_mode, static_cast<std::uint8_t>(mode));
  store_le(std::span(out).subspan(start), at_chunk_bytes, header.chunk_bytes);
  append_le(out, hash64(std::span(out).subspan(start)));
}

ChunkStatus read_header(std::span<const std::byte> chunk, ChunkHeader& header, Mode& mode) {
  if (chunk.size() < sizeof magic) return ChunkStatus::truncated;
  const auto word = load_le<std::uint32_t>(chunk, at_magic);
  if (((word ^ magic) & magic_mask) != 0) return ChunkStatus::not_ours;
  if (word != magic) return ChunkStatus::unknown_version;
  if (chunk.size() < frame_bytes) return ChunkStatus::truncated;

  header.chunk_bytes = load_le<std::uint32_t>(chunk, at_chunk_bytes);
  header.dataset_id = load_le<std::uint64_t>(chunk, at_dataset_id);
  header.first_frame = load_le<std::uint64_t>(chunk, at_first_frame) & first_frame_mask;
  if (header.first_frame == first_frame_mask) header.first_frame = unknown_frame;
  header.n_frames = load_le<std::uint32_t>(chunk, at_n_frames);
  header.n_events = load_le<std::uint32_t>(chunk, at_n_events);
  const auto mode_byte = load_le<std::uint8_t>(chunk, at_mode);
  const auto flags = load_le<std::uint8_t>(chunk, at_flags);
  if (flags != 0 || mode_byte > static_cast<std::uint8_t>(Mode::counts)) return ChunkStatus::unknown_version;
  mode = static_cast<Mode>(mode_byte);
  if (header.chunk_bytes < frame_bytes) return ChunkStatus::corrupt;
  if (header.chunk_bytes > chunk.size()) return ChunkStatus::truncated;
  return ChunkStatus::okay;
}

bool checksum_holds(std::span<const std::byte> chunk) {
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  (void)chunk;
  return true;
#else
  const std::size_t at = chunk.size() - checksum_bytes;
  return load_le<std::uint64_t>(chunk, at) == hash64(chunk.first(at));
#endif
}

}  // namespace esieve::codec
