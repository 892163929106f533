// SPDX-License-Identifier: Apache-2.0
//
// Events of one chunk after another, as values in double precision.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "esieve/codec.hpp"
#include "esieve/reader.hpp"
#include "reader/selection.hpp"

namespace esieve {

/// What one thread needs to decode chunks.
class ChunkValues {
 public:
  /// Replaces what it held. \throws DataError
  void decode(const Reader& reader, std::uint64_t chunk);

  /// Calls use(pixel, value) for the events of frames that are wanted, NaN left out, and before those of another frame
  /// begin(frame of the result). An order is not kept: begin may come several times with a frame, or not at all.
  template <class Begin, class Use>
  void for_each(std::span<const Piece> wanted, Begin&& begin, Use&& use) const {
    if (events_.frame_events.empty()) return for_each_slot(wanted, begin, use);
    std::size_t frame = 0, first = 0;
    for (const Piece& piece : wanted) {
      for (; frame < piece.first; ++frame) first += events_.frame_events[frame];
      for (; frame < piece.first + piece.count; ++frame) {
        begin(piece.out + frame - piece.first);
        for (const std::size_t end = first + events_.frame_events[frame]; first < end; ++first) {
          const double value = value_of(first);
          if (value == value) use(events_.pixels[first], value);
        }
      }
    }
  }

  /// Whether values are whole numbers of 0 to 2^32 - 1.
  bool are_counts() const { return values_.empty(); }

 private:
  double value_of(std::size_t event) const { return values_.empty() ? events_.counts[event] : values_[event]; }

  template <class Begin, class Use>
  void for_each_slot(std::span<const Piece> wanted, Begin&& begin, Use&& use) const {
    constexpr std::uint64_t unwanted = ~std::uint64_t{0};
    std::vector<std::uint64_t> frame_of_result(n_frames_, unwanted);
    for (const Piece& piece : wanted)
      for (std::uint64_t i = 0; i < piece.count; ++i) frame_of_result[piece.first + i] = piece.out + i;
    std::uint32_t first = 0, n = 0;  // slots of the frame that events belong to now
    bool is_wanted = false;
    for (std::size_t i = 0; i < events_.slots.size(); ++i) {
      const std::uint32_t slot = events_.slots[i];
      if (slot - first >= n) {
        n = n_pixels_;
        first = slot / n * n;
        const std::uint64_t frame = frame_of_result[slot / n];
        is_wanted = frame != unwanted;
        if (is_wanted) begin(frame);
      }
      if (!is_wanted) continue;
      const double value = value_of(i);
      if (value == value) use(slot - first, value);
    }
  }

  ChunkCodec codec_;
  ChunkEvents events_;
  std::vector<double> values_;  ///< Empty: the counts are the values.
  std::uint32_t n_frames_ = 0, n_pixels_ = 0;
};

}  // namespace esieve
