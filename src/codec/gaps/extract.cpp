// SPDX-License-Identifier: Apache-2.0
//
// Dense counts to events.
#include "codec/gaps/extract.hpp"

#include <algorithm>
#include <cstring>

namespace esieve::codec::gaps {
namespace {

// Skips empty stretches 32 bytes at a time.
template <class Count>
std::size_t extract_frame(const Count* frame, std::size_t n_pixels, std::uint32_t* pixels,
                          std::uint32_t* counts) {
  constexpr std::size_t step = 32 / sizeof(Count);
  std::size_t n = 0, p = 0;
  for (; p + step <= n_pixels; p += step) {
    std::uint64_t words[4];
    std::memcpy(words, frame + p, sizeof words);
    if ((words[0] | words[1] | words[2] | words[3]) == 0) continue;
    for (std::size_t i = p; i < p + step; ++i) {
      pixels[n] = static_cast<std::uint32_t>(i);
      counts[n] = frame[i];
      n += frame[i] != 0;
    }
  }
  for (; p < n_pixels; ++p) {
    pixels[n] = static_cast<std::uint32_t>(p);
    counts[n] = frame[p];
    n += frame[p] != 0;
  }
  return n;
}

}  // namespace

void ExtractedEvents::reserve(std::size_t n_more) {
  if (n_events + n_more <= capacity) return;
  const std::size_t larger = std::max(n_events + n_more, 2 * capacity);
  auto new_pixels = std::make_unique_for_overwrite<std::uint32_t[]>(larger);
  auto new_counts = std::make_unique_for_overwrite<std::uint32_t[]>(larger);
  std::copy_n(pixels.get(), n_events, new_pixels.get());
  std::copy_n(counts.get(), n_events, new_counts.get());
  pixels = std::move(new_pixels);
  counts = std::move(new_counts);
  capacity = larger;
}

template <class Count>
bool extract_events(const Count* counts, const BlockShape& shape, std::size_t most_events,
                    ExtractedEvents& events) {
  const std::size_t n_pixels = shape.n_pixels();
  events.n_events = 0;
  events.frame_events.resize(shape.n_frames);
  for (std::uint32_t f = 0; f < shape.n_frames; ++f) {
    events.reserve(n_pixels + 1);  // one more: the frame kernels write before they know
    const std::size_t n = extract_frame(counts + f * n_pixels, n_pixels,
                                        events.pixels.get() + events.n_events,
                                        events.counts.get() + events.n_events);
    events.frame_events[f] = static_cast<std::uint32_t>(n);
    events.n_events += n;
    if (events.n_events > most_events) return false;
  }
  return true;
}

template bool extract_events(const std::uint8_t*, const BlockShape&, std::size_t, ExtractedEvents&);
template bool extract_events(const std::uint16_t*, const BlockShape&, std::size_t,
                             ExtractedEvents&);
template bool extract_events(const std::uint32_t*, const BlockShape&, std::size_t,
                             ExtractedEvents&);

}  // namespace esieve::codec::gaps
