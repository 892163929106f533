// SPDX-License-Identifier: Apache-2.0
//
// The value map as bytes.
#include "codec/values/value_map.hpp"

#include <bit>

#include "base/bytes.hpp"

namespace esieve::codec {
namespace {

// Bits of the first byte: docs/format/codec.md, "Value mapping".
constexpr unsigned width_mask = 3, zigzag_bit = 4, quantum_bit = 8, divides_bit = 16, constants_bit = 32, exceptions_bit = 64,
                   unused_bits = 128;

}  // namespace

void append_value_map(const ValueMap& map, std::size_t item_bytes, Zstd& zstd, std::vector<std::byte>& out) {
  unsigned form = map.count_bytes == 4 ? 2 : map.count_bytes - 1u;
  if (map.zigzag) form |= zigzag_bit;
  if (map.quantum) form |= quantum_bit;
  if (map.quantum && map.quantum->divides) form |= divides_bit;
  if (!map.constants.empty()) form |= constants_bit;
  if (!map.exceptions.empty()) form |= exceptions_bit;
  out.push_back(static_cast<std::byte>(form));
  if (map.quantum) append_le(out, std::bit_cast<std::uint64_t>(map.quantum->value));
  if (!map.constants.empty()) append_side_list(map.constants, item_bytes, zstd, out);
  if (!map.exceptions.empty()) append_side_list(map.exceptions, item_bytes, zstd, out);
}

DecodeStatus read_value_map(ByteReader& reader, const BlockLayout& layout, Zstd& zstd, ValueMap& map) {
  map.clear();
  const auto first = reader.take(1);
  if (first.empty()) return DecodeStatus::truncated;
  const auto form = std::to_integer<unsigned>(first[0]);
  if ((form & unused_bits) != 0) return DecodeStatus::unknown_version;
  if ((form & width_mask) == 3) return DecodeStatus::unknown_version;
  map.count_bytes = static_cast<std::uint8_t>(1u << (form & width_mask));
  map.zigzag = (form & zigzag_bit) != 0;
  if (layout.opaque || map.count_bytes > layout.item_bytes) return DecodeStatus::out_of_range;

  const bool has_quantum = (form & quantum_bit) != 0, divides = (form & divides_bit) != 0;
  if (has_quantum != is_float(layout.dtype) || (divides && !has_quantum)) return DecodeStatus::corrupt;
  if (has_quantum) {
    const auto bytes = reader.take(8);
    if (bytes.empty()) return DecodeStatus::truncated;
    map.quantum = Quantum{std::bit_cast<double>(load_le<std::uint64_t>(bytes, 0)), divides};
  }
  if ((form & constants_bit) != 0) {
    if (layout.shape.n_frames < 2) return DecodeStatus::out_of_range;
    const SideLimits limits{layout.shape.n_pixels(), layout.shape.n_pixels()};
    const auto status = read_side_list(reader, layout.item_bytes, limits, zstd, map.constants);
    if (status != DecodeStatus::okay) return status;
  }
  if ((form & exceptions_bit) == 0) return DecodeStatus::okay;
  const SideLimits limits{max_exceptions(layout.shape.n_counts()), layout.shape.n_counts()};
  return read_side_list(reader, layout.item_bytes, limits, zstd, map.exceptions);
}

}  // namespace esieve::codec
