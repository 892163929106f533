// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/block_shape.hpp"
#include "codec/event_sink.hpp"
#include "codec/frame_sums.hpp"
#include "codec/gaps/extract.hpp"

namespace esieve::codec {

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

}  // namespace esieve::codec
