// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "codec/chunk/block.hpp"

namespace esieve::codec {
namespace {

DecodeStatus decode_mapped(std::span<const std::byte> payload, const BlockLayout& layout, BlockScratch& scratch,
                           std::span<std::byte> elements) {
  MappedPayload mapped;
  ValueMap& map = scratch.values.map;
  auto status = open_mapped(payload, layout, scratch.coder.pack.zstd, map, mapped);
  if (status != DecodeStatus::okay) return status;
  auto plane = elements;
  if (!counts_are_elements(map, layout)) {
    scratch.values.plane.resize(layout.shape.n_counts() * map.count_bytes);
    plane = scratch.values.plane;
  }
  status = decode_counts(mapped.counts, mapped.coder, map.count_bytes, layout.shape, scratch.coder, plane);
  if (status == DecodeStatus::okay) restore_values(map, plane, layout, elements);
  return status;
}

}  // namespace

DecodeStatus open_mapped(std::span<const std::byte> payload, const BlockLayout& layout, Zstd& zstd, ValueMap& map,
                         MappedPayload& mapped) {
  ByteReader reader(payload);
  const auto coder = reader.take(1);
  if (coder.empty()) return DecodeStatus::truncated;
  if (std::to_integer<std::uint8_t>(coder[0]) > static_cast<std::uint8_t>(CountCoder::lanes))
    return DecodeStatus::unknown_version;
  mapped.coder = static_cast<CountCoder>(coder[0]);
  const auto status = read_value_map(reader, layout, zstd, map);
  mapped.counts = reader.rest();
  return status;
}

DecodeStatus decode_block(std::span<const std::byte> payload, Mode mode, const BlockLayout& layout, BlockScratch& scratch,
                          std::span<std::byte> elements) {
  switch (mode) {
    case Mode::zero:
      if (!payload.empty()) return DecodeStatus::trailing_bytes;
      std::fill(elements.begin(), elements.end(), std::byte{0});
      return DecodeStatus::okay;
    case Mode::raw:
      if (payload.size() < elements.size()) return DecodeStatus::truncated;
      if (payload.size() > elements.size()) return DecodeStatus::trailing_bytes;
      std::copy(payload.begin(), payload.end(), elements.begin());
      return DecodeStatus::okay;
    case Mode::packed: return unpack_items(payload, layout.item_bytes, layout.shape, scratch.coder.pack, elements);
    case Mode::counts: return decode_mapped(payload, layout, scratch, elements);
  }
  return DecodeStatus::unknown_version;
}

}  // namespace esieve::codec
