// SPDX-License-Identifier: Apache-2.0
//
// The events of a few frames, put in by class and taken out frame by frame, pixel by pixel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/raw_memory.hpp"
#include "codec/event_sink.hpp"
#include "codec/gaps/list_marks.hpp"

namespace esieve::codec::gaps {

/// Empty between frames.
class FrameCollector {
 public:
  /// \param n_pixels  of a frame
  void reset(std::size_t n_pixels, std::size_t n_frames) {
    n_groups_ = (n_pixels + 4095) / 4096;
    lit_.assign(n_frames * n_groups_ * 64, 0);
    lit_words_.assign(n_frames * n_groups_ * 64, 0);
    small_counts_.reserve(lit_.size() * 64);
    counts_.reserve(lit_.size() * 64);
    has_large_counts_ = false;
  }

  /// Slots from the start of a frame to the start of the next.
  [[nodiscard]] std::uint32_t stride() const noexcept { return static_cast<std::uint32_t>(n_groups_ * 4096); }

  /// \param slot  frame * stride() + pixel
  void add_one(std::uint32_t slot) noexcept { add_small(slot, 1); }
  void add(std::uint32_t slot, std::uint32_t count) noexcept {
    if (count < large) [[likely]]
      return add_small(slot, static_cast<std::uint8_t>(count));
    add_small(slot, large);
    counts_[slot] = count;
    has_large_counts_ = true;
  }

  /// Writes the events of a frame in the order of their pixels, and has none of that frame left.
  /// \param pixels, counts  room for as many events as were added, and list_spare more
  /// \returns how many there are: fewer than were added if a pixel was added twice
  std::size_t take(std::size_t frame, std::uint32_t* pixels, std::uint32_t* counts) noexcept {
    const std::size_t first_slot = frame * stride();
    const ByteMarks marks{lit_.data() + first_slot / 64, lit_words_.data() + first_slot / 64};
    const std::size_t n = list_kernels().list_values(marks, n_groups_, small_counts_.data() + first_slot, pixels, counts);
    if (has_large_counts_)
      for (std::size_t i = 0; i < n; ++i)
        if (counts[i] == large) counts[i] = counts_[first_slot + pixels[i]];
    return n;
  }

 private:
  static constexpr std::uint8_t large = 255;  ///< or more

  void add_small(std::uint32_t slot, std::uint8_t count) noexcept {
    ByteMarks{lit_.data(), lit_words_.data()}.add(slot);
    small_counts_[slot] = count;
  }

  std::size_t n_groups_ = 0;  ///< of 4096 pixels in a frame
  std::vector<std::uint64_t> lit_;
  std::vector<std::uint8_t> lit_words_;
  RawMemory<std::uint8_t> small_counts_;  ///< by slot; of dark ones nothing is known, nor memory touched
  RawMemory<std::uint32_t> counts_;       ///< likewise, of large ones
  bool has_large_counts_ = false;
};

}  // namespace esieve::codec::gaps
