// SPDX-License-Identifier: Apache-2.0
//
// Dense counts to events.
#include "codec/gaps/extract.hpp"

#include <algorithm>
#include <bit>

#include "base/lit_mask.hpp"

namespace esieve::codec::gaps {
namespace {

template <class Count>
std::size_t extract_frame(const Count* frame, std::size_t n_pixels, std::uint32_t* pixels,
                          std::uint32_t* counts) {
  std::size_t n = 0, p = 0;
  for (; p + 64 <= n_pixels; p += 64)
    for (std::uint64_t lit = lit_mask(frame + p); lit != 0; lit &= lit - 1) {
      const std::size_t pixel = p + static_cast<unsigned>(std::countr_zero(lit));
      pixels[n] = static_cast<std::uint32_t>(pixel);
      counts[n++] = frame[pixel];
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
