// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "codec/chunk/count_coder.hpp"
#include "codec/gaps/gaps.hpp"
#include "codec/lanes/lanes.hpp"

namespace esieve::codec {
namespace {

template <class Count>
DecodeStatus decode_as(std::span<const std::byte> payload, CountCoder coder, const BlockShape& shape,
                       CoderScratch& scratch, std::span<std::byte> plane) {
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

template <class Count>
void scan(const std::byte* plane, const BlockShape& shape, EventSink& sink) {
  const auto* frame = reinterpret_cast<const Count*>(plane);
  for (std::uint32_t f = 0; f < shape.n_frames; ++f, frame += shape.n_pixels()) {
    const std::size_t before = sink.n_events();
    for (std::uint32_t pixel = 0; pixel < shape.n_pixels(); ++pixel) {
      if (frame[pixel] == 0) continue;
      sink.pixels.push_back(pixel);
      sink.counts.push_back(frame[pixel]);
    }
    sink.frame_events.push_back(static_cast<std::uint32_t>(sink.n_events() - before));
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
  if (coder == CountCoder::lanes) return decode_lanes_events(payload, shape, scratch.coders, sink);
  scratch.plane.resize(shape.n_counts() * count_bytes);
  const DecodeStatus status = decode_counts(payload, coder, count_bytes, shape, scratch, scratch.plane);
  if (status != DecodeStatus::okay) return status;
  sink.clear();
  switch (count_bytes) {
    case 1: scan<std::uint8_t>(scratch.plane.data(), shape, sink); break;
    case 2: scan<std::uint16_t>(scratch.plane.data(), shape, sink); break;
    default: scan<std::uint32_t>(scratch.plane.data(), shape, sink); break;
  }
  return DecodeStatus::okay;
}

}  // namespace esieve::codec
