// SPDX-License-Identifier: Apache-2.0
#include "codec/values/side_list.hpp"

#include <cstring>

#include "base/bytes.hpp"

namespace esieve::codec {
namespace {

constexpr int zstd_level = 5;
constexpr std::size_t max_varint_bytes = 10;

}  // namespace

void append_side_list(std::span<const SideEntry> entries, std::size_t item_bytes, Zstd& zstd, std::vector<std::byte>& out) {
  std::vector<std::byte> plain;
  std::uint64_t next = 0;
  for (const SideEntry& entry : entries) {
    append_varint(plain, entry.position - next);
    next = entry.position + 1;
  }
  for (const SideEntry& entry : entries) {
    plain.resize(plain.size() + item_bytes);
    std::memcpy(plain.data() + plain.size() - item_bytes, &entry.bits, item_bytes);
  }
  std::vector<std::byte> packed;
  zstd.compress(plain, zstd_level, packed);
  const std::vector<std::byte>& stored = packed.size() < plain.size() ? packed : plain;
  append_varint(out, entries.size());
  append_varint(out, plain.size());
  append_varint(out, stored.size());
  out.insert(out.end(), stored.begin(), stored.end());
}

DecodeStatus read_side_list(ByteReader& reader, std::size_t item_bytes, const SideLimits& limits, Zstd& zstd,
                            std::vector<SideEntry>& entries) {
  const std::uint64_t n_entries = reader.varint(), plain_bytes = reader.varint(), stored_bytes = reader.varint();
  const auto stored = reader.take(stored_bytes);
  if (!reader.ok()) return DecodeStatus::truncated;
  if (n_entries > limits.n_entries || plain_bytes > n_entries * (max_varint_bytes + item_bytes))
    return DecodeStatus::out_of_range;

  std::vector<std::byte> unpacked;
  auto plain = stored;
  if (stored.size() != plain_bytes) {
    unpacked.resize(plain_bytes);
    if (!zstd.decompress(stored, unpacked)) return DecodeStatus::corrupt;
    plain = unpacked;
  }
  ByteReader list(plain);
  entries.resize(n_entries);
  std::uint64_t next = 0;
  for (SideEntry& entry : entries) {
    const std::uint64_t gap = list.varint();
    if (gap >= limits.n_positions - next) return DecodeStatus::out_of_range;
    entry.position = next + gap;
    next = entry.position + 1;
  }
  for (SideEntry& entry : entries) {
    const auto bits = list.take(item_bytes);
    if (bits.empty()) return DecodeStatus::truncated;
    entry.bits = 0;
    std::memcpy(&entry.bits, bits.data(), item_bytes);
    if (entry.bits == 0) return DecodeStatus::corrupt;
  }
  return list.rest().empty() ? DecodeStatus::okay : DecodeStatus::trailing_bytes;
}

}  // namespace esieve::codec
