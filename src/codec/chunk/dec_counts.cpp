// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/huge_pages.hpp"
#include "codec/chunk/count_coder.hpp"
#include "codec/chunk/list_events.hpp"
#include "codec/gaps/gaps.hpp"
#include "codec/lanes/lanes.hpp"

namespace esieve::codec {
namespace {

template <class Count>
DecodeStatus decode_as(std::span<const std::byte> payload, CountCoder coder, const BlockShape& shape, CoderScratch& scratch,
                       std::span<std::byte> plane) {
  auto* counts = reinterpret_cast<Count*>(plane.data());
  switch (coder) {
    case CountCoder::none:
      std::fill(plane.begin(), plane.end(), std::byte{0});
      return payload.empty() ? DecodeStatus::okay : DecodeStatus::trailing_bytes;
    case CountCoder::packed: return unpack_items(payload, sizeof(Count), shape, scratch.pack, plane);
    case CountCoder::gaps: return decode_gaps(payload, shape, scratch.coders, counts);
    case CountCoder::lanes: return decode_lanes(payload, shape, scratch.coders, counts);
  }
  return DecodeStatus::unknown_version;
}

}  // namespace

DecodeStatus decode_counts(std::span<const std::byte> payload, CountCoder coder, std::uint8_t count_bytes,
                           const BlockShape& shape, CoderScratch& scratch, std::span<std::byte> plane) {
  switch (count_bytes) {
    case 1: return decode_as<std::uint8_t>(payload, coder, shape, scratch, plane);
    case 2: return decode_as<std::uint16_t>(payload, coder, shape, scratch, plane);
    default: return decode_as<std::uint32_t>(payload, coder, shape, scratch, plane);
  }
}

DecodeStatus decode_count_events(std::span<const std::byte> payload, CountCoder coder, std::uint8_t count_bytes,
                                 const BlockShape& shape, CoderScratch& scratch, EventSink& sink) {
  if (coder == CountCoder::gaps) return decode_gaps_events(payload, shape, scratch.coders, sink);
  // Frames of the other coders have so many events that going through dense ones costs little.
  resize_in_huge_pages(scratch.plane, shape.n_counts() * count_bytes);
  const DecodeStatus status = decode_counts(payload, coder, count_bytes, shape, scratch, scratch.plane);
  if (status != DecodeStatus::okay) return status;
  const std::byte* const plane = scratch.plane.data();
  switch (count_bytes) {
    case 1: list_events(reinterpret_cast<const std::uint8_t*>(plane), shape, sink); break;
    case 2: list_events(reinterpret_cast<const std::uint16_t*>(plane), shape, sink); break;
    default: list_events(reinterpret_cast<const std::uint32_t*>(plane), shape, sink); break;
  }
  return DecodeStatus::okay;
}

}  // namespace esieve::codec
