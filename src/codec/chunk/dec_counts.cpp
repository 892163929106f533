// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "codec/chunk/count_coder.hpp"
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

/// Lists a piece of a frame at a time: what is listed then stays in the caches until it is copied.
template <class Count>
void list_events(const BlockShape& shape, CoderScratch& scratch, EventSink& sink) {
  constexpr std::size_t piece = std::size_t{1} << 16;
  const auto* counts_of_frame = reinterpret_cast<const Count*>(scratch.plane.data());
  const std::size_t n_pixels = shape.n_pixels();
  auto& [pixels, counts] = scratch.frame_events;
  pixels.resize(std::min(piece, n_pixels));
  counts.resize(std::min(piece, n_pixels));
  sink.clear();
  for (std::uint32_t f = 0; f < shape.n_frames; ++f, counts_of_frame += n_pixels) {
    const std::size_t n_before = sink.n_events();
    for (std::size_t first = 0; first < n_pixels; first += piece) {
      const std::size_t n_in_piece = std::min(piece, n_pixels - first);
      const auto n =
          static_cast<std::ptrdiff_t>(gaps::extract_frame(counts_of_frame + first, n_in_piece, pixels.data(), counts.data()));
      if (first != 0)
        for (std::ptrdiff_t i = 0; i < n; ++i) pixels[static_cast<std::size_t>(i)] += static_cast<std::uint32_t>(first);
      sink.pixels.insert(sink.pixels.end(), pixels.begin(), pixels.begin() + n);
      sink.counts.insert(sink.counts.end(), counts.begin(), counts.begin() + n);
    }
    sink.frame_events.push_back(static_cast<std::uint32_t>(sink.n_events() - n_before));
  }
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
  scratch.plane.resize(shape.n_counts() * count_bytes);
  const DecodeStatus status = decode_counts(payload, coder, count_bytes, shape, scratch, scratch.plane);
  if (status != DecodeStatus::okay) return status;
  switch (count_bytes) {
    case 1: list_events<std::uint8_t>(shape, scratch, sink); break;
    case 2: list_events<std::uint16_t>(shape, scratch, sink); break;
    default: list_events<std::uint32_t>(shape, scratch, sink); break;
  }
  return DecodeStatus::okay;
}

}  // namespace esieve::codec
