// SPDX-License-Identifier: Apache-2.0
#include "codec/chunk/count_coder.hpp"
#include "codec/gaps/gaps.hpp"
#include "codec/lanes/lanes.hpp"

namespace esieve::codec {
namespace {

template <class Count>
CountCoder encode_as(std::span<const std::byte> plane, const BlockShape& shape, Level level, CoderScratch& scratch,
                     std::vector<std::byte>& out) {
  const auto* counts = reinterpret_cast<const Count*>(plane.data());
  if (encode_gaps(counts, shape, level, scratch.coders, out)) return CountCoder::gaps;
  if (encode_lanes(counts, shape, level, scratch.coders, out)) return CountCoder::lanes;
  pack_items(plane, sizeof(Count), level, scratch.pack, out);
  return CountCoder::packed;
}

}  // namespace

CountCoder encode_counts(std::span<const std::byte> plane, std::uint8_t count_bytes, const BlockShape& shape,
                         std::uint64_t n_events, Level level, CoderScratch& scratch, std::vector<std::byte>& out) {
  if (n_events == 0) return CountCoder::none;
  switch (count_bytes) {
    case 1: return encode_as<std::uint8_t>(plane, shape, level, scratch, out);
    case 2: return encode_as<std::uint16_t>(plane, shape, level, scratch, out);
    default: return encode_as<std::uint32_t>(plane, shape, level, scratch, out);
  }
}

}  // namespace esieve::codec
