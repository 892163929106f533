// SPDX-License-Identifier: Apache-2.0
//
// Where a decoder puts events: (pixel, count) pairs grouped by frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/huge_pages.hpp"

namespace esieve::codec {

/// The events of a block. `pixels` and `counts` hold the events of frame 0, then of frame 1, and so
/// on; `frame_events[f]` says how many belong to frame f. Within a frame the pixels
/// (det_y index * det_x + det_x index) strictly increase; counts are at least 1.
///
/// A decoder replaces the contents and keeps the capacity, so one sink serves many blocks. After a
/// decoder has failed the contents are unspecified but valid.
struct EventSink {
  std::vector<std::uint32_t> frame_events;
  std::vector<std::uint32_t> pixels;
  std::vector<std::uint32_t> counts;

  void clear() noexcept {
    frame_events.clear();
    pixels.clear();
    counts.clear();
  }
  /// Makes `pixels` and `counts` as long as `n` at least. What is there stays until it is overwritten: filling with zeros takes as
  /// long as writing events.
  void make_room(std::size_t n) {
    for (auto* list : {&pixels, &counts})
      if (list->size() < n) resize_in_huge_pages(*list, n);
  }
  [[nodiscard]] std::size_t n_events() const noexcept { return pixels.size(); }
};

}  // namespace esieve::codec
