// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/huge_pages.hpp"
#include "codec/chunk/count_coder.hpp"
#include "codec/frame_sums.hpp"
#include "codec/gaps/extract.hpp"
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

/// Events of dense counts. They are counted first: lists that grow would be copied, and their memory brought in, several times.
template <class Count>
void list_events(const Count* frame, const BlockShape& shape, EventSink& sink) {
  const std::size_t n_pixels = shape.n_pixels();
  sink.frame_events.resize(shape.n_frames);
  std::size_t n_events = 0;
  for (std::uint32_t f = 0; f < shape.n_frames; ++f) {
    sink.frame_events[f] = static_cast<std::uint32_t>(frame_sums(frame + f * n_pixels, n_pixels).n_lit);
    n_events += sink.frame_events[f];
  }
  sink.make_room(n_events + gaps::extract_spare);
  std::size_t at = 0;
  for (std::uint32_t f = 0; f < shape.n_frames; ++f, frame += n_pixels)
    at += gaps::extract_frame(frame, n_pixels, sink.pixels.data() + at, sink.counts.data() + at);
  sink.pixels.resize(at);
  sink.counts.resize(at);
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
