// SPDX-License-Identifier: Apache-2.0
//
// Dense counts to events: the one pass of the encoder over every pixel.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "codec/block_shape.hpp"

namespace esieve::codec::gaps {

/// The events of a block, frame by frame, pixels ascending within a frame.
struct ExtractedEvents {
  std::vector<std::uint32_t> frame_events;
  std::unique_ptr<std::uint32_t[]> pixels, counts;  ///< n_events of them; room for `capacity`
  std::size_t n_events = 0;
  std::size_t capacity = 0;

  void copy_from(const ExtractedEvents& other);
  /// Makes room for `n_more` beyond n_events, keeping what is there.
  void reserve(std::size_t n_more);
};

/// \returns false as soon as there are more than `most_events`; `events` is then incomplete
template <class Count>
bool extract_events(const Count* counts, const BlockShape& shape, std::size_t most_events,
                    ExtractedEvents& events);

}  // namespace esieve::codec::gaps
