// SPDX-License-Identifier: Apache-2.0
#include "filter/last_chunk.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

namespace esieve::filter {
namespace {

/// For as long as the process lives. Chunks that esieve chooses by itself are half as large at most, or single frames.
constexpr std::size_t most_dense_bytes = std::size_t{32} << 20;

std::uint64_t checksum(std::span<const std::byte> chunk) {
  std::uint64_t at_end = 0;
  if (chunk.size() >= sizeof at_end) std::memcpy(&at_end, chunk.data() + chunk.size() - sizeof at_end, sizeof at_end);
  return at_end;
}

}  // namespace

bool LastChunk::copy(const ChunkParameters& parameters, std::span<const std::byte> chunk, std::span<std::byte> dense) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || parameters != parameters_ || dense.size() != dense_.size() || !std::ranges::equal(chunk, chunk_)) return false;
  std::ranges::copy(dense_, dense.begin());
  return true;
}

void LastChunk::remember(const ChunkParameters& parameters, std::span<const std::byte> chunk,
                         std::span<const std::byte> dense) noexcept {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return;
  const bool again = std::exchange(seen_, checksum(chunk)) == checksum(chunk);
  if (!again || dense.size() > most_dense_bytes) return;
  try {
    chunk_.assign(chunk.begin(), chunk.end());
    dense_.assign(dense.begin(), dense.end());
    parameters_ = parameters;
  } catch (const std::exception&) {
    chunk_ = {};
    dense_ = {};
  }
}

}  // namespace esieve::filter
