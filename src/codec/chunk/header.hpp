// SPDX-License-Identifier: Apache-2.0
//
// The fields around a payload: docs/format/codec.md, "Chunk". Nothing else knows their places.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "esieve/codec.hpp"

namespace esieve::codec {

/// How a payload holds the elements. These values are stored in files: append, never renumber.
enum class Mode : std::uint8_t {
  zero = 0,    ///< Every element is zero; no payload.
  raw = 1,     ///< The elements themselves, little endian.
  packed = 2,  ///< The elements shuffled and compressed.
  counts = 3,  ///< The elements mapped to counts, and these coded.
};

inline constexpr std::size_t header_bytes = 32;
inline constexpr std::size_t checksum_bytes = 8;  ///< XXH3-64 of all bytes before it.
inline constexpr std::size_t frame_bytes = header_bytes + checksum_bytes;

/// Appends a header whose mode and length are not known yet.
void open_chunk(const ChunkHeader& header, std::vector<std::byte>& out);

/// Stores mode and length(the length also in `header`), and appends the checksum. `start` is where the chunk begins in `out`.
void close_chunk(std::size_t start, Mode mode, ChunkHeader& header, std::vector<std::byte>& out);

/// Checks what the header alone can tell; `chunk` may be longer than the chunk.
[[nodiscard]] ChunkStatus read_header(std::span<const std::byte> chunk, ChunkHeader& header, Mode& mode);

/// `chunk` is exactly one chunk, whose header was read. Always true in builds for fuzzing.
[[nodiscard]] bool checksum_holds(std::span<const std::byte> chunk);

}  // namespace esieve::codec
