// SPDX-License-Identifier: Apache-2.0
//
// Dense counts to events: the one pass of the encoder over every pixel.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "codec/block_shape.hpp"
#include "esieve/codec.hpp"

namespace esieve::codec::gaps {

/// The events of a block, frame by frame, pixels ascending within a frame.
struct ExtractedEvents {
  std::vector<std::uint32_t> frame_events;
  std::unique_ptr<std::uint32_t[]> pixels, counts;  ///< n_events of them; room for `capacity`
  std::size_t n_events = 0;
  std::size_t capacity = 0;

  void copy_from(const ListedEvents& other);
  ListedEvents list() const { return {frame_events, {pixels.get(), n_events}, {counts.get(), n_events}}; }
  /// Makes room for `n_more` beyond n_events, keeping what is there.
  void reserve(std::size_t n_more);
};

/// Row of each of a frame's events, asked in order: pixels ascend, so walking takes less time than dividing.
class RowWalk {
 public:
  explicit RowWalk(std::uint32_t det_x) noexcept : det_x_(det_x) {}
  /// Row of `pixel`, which is not before the one asked for last.
  std::uint32_t row(std::uint32_t pixel) noexcept {
    for (; pixel - first_ >= det_x_; ++row_) first_ += det_x_;
    return row_;
  }
  /// Of the row asked for last.
  [[nodiscard]] std::uint32_t first_pixel() const noexcept { return first_; }

 private:
  std::uint32_t det_x_, row_ = 0, first_ = 0;
};

/// \returns false as soon as there are more than `most_events`; `events` is then incomplete
template <class Count>
bool extract_events(const Count* counts, const BlockShape& shape, std::size_t most_events,
                    ExtractedEvents& events);

}  // namespace esieve::codec::gaps
