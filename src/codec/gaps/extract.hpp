// SPDX-License-Identifier: Apache-2.0
//
// Dense counts to events: the one pass of the encoder over every pixel.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/raw_memory.hpp"
#include "codec/block_shape.hpp"
#include "esieve/codec.hpp"

namespace esieve::codec::gaps {

/// Events are worth a list where at most one pixel in so many is lit: up to about where coders look at every pixel.
inline constexpr std::size_t pixels_per_listed_event = 16;

/// The events of a block, frame by frame, pixels ascending within a frame.
struct ExtractedEvents {
  std::vector<std::uint32_t> frame_events;
  RawMemory<std::uint32_t> pixels, counts;  ///< n_events of them.
  std::size_t n_events = 0;

  ListedEvents list() const { return {frame_events, {pixels.data(), n_events}, {counts.data(), n_events}}; }
  /// Makes room for `n_more` beyond n_events, keeping what is there.
  void reserve(std::size_t n_more) {
    pixels.reserve(n_events + n_more, n_events);
    counts.reserve(n_events + n_more, n_events);
  }
};

/// What extract_frame may write beyond the events there are.
inline constexpr std::size_t extract_spare = 64;

/// Writes pixels and counts of the lit elements of a frame.
/// \param pixels, counts  room for as many as there are lit pixels and extract_spare more, or for as many as there are pixels
/// \returns how many there are
template <class Count>
std::size_t extract_frame(const Count* frame, std::size_t n_pixels, std::uint32_t* pixels, std::uint32_t* counts);

/// \param looked_at  empty, or called as looked_at(f) when frames before f have been: a cache may have the last still
/// \returns false as soon as there are more than `most_events`; `events` is then incomplete
template <class Count>
bool extract_events(const Count* counts, const BlockShape& shape, std::size_t most_events, ExtractedEvents& events,
                    const std::function<void(std::size_t)>& looked_at = {});

}  // namespace esieve::codec::gaps
