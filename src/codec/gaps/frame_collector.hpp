// SPDX-License-Identifier: Apache-2.0
//
// The events of a few frames, put in by class and taken out frame by frame, pixel by pixel.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/raw_memory.hpp"
#include "codec/event_sink.hpp"

namespace esieve::codec::gaps {

/// Sorts by setting bits and reading them in order: cheaper than a merge, and the cost of an empty
/// pixel is one 4096th of a word. Empty between frames.
class FrameCollector {
 public:
  /// What take() may write beyond the events there are.
  static constexpr std::size_t n_spare = 4;

  /// \param n_pixels  of a frame
  void reset(std::size_t n_pixels, std::size_t n_frames) {
    n_groups_ = (n_pixels + 4095) / 4096;
    lit_.assign(n_frames * n_groups_ * 64, 0);
    lit_words_.assign(n_frames * n_groups_, 0);
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
  /// \param pixels, counts  room for as many events as were added, and n_spare more
  /// \returns how many there are: fewer than were added if a pixel was added twice
  std::size_t take(std::size_t frame, std::uint32_t* pixels, std::uint32_t* counts) noexcept {
    std::size_t n = 0;
    std::uint64_t* const words = lit_.data() + frame * n_groups_ * 64;
    const std::size_t first_slot = frame * n_groups_ * 4096;
    const std::uint8_t* const small = small_counts_.data() + first_slot;
    for (std::size_t group = 0; group < n_groups_; ++group) {
      std::uint64_t left = std::exchange(lit_words_[frame * n_groups_ + group], 0);
      for (; left != 0; left &= left - 1) {
        const std::size_t index = group * 64 + static_cast<unsigned>(std::countr_zero(left));
        // A few at once, whether they are there or not: no branch that a processor would have to guess.
        for (std::uint64_t bits = std::exchange(words[index], 0); bits != 0;)
          for (unsigned i = 0; i < n_spare; ++i) {
            const std::size_t pixel = index * 64 + static_cast<unsigned>(std::countr_zero(bits | std::uint64_t{1} << 63));
            pixels[n] = static_cast<std::uint32_t>(pixel);
            counts[n] = small[pixel];
            n += bits != 0 ? 1U : 0U;
            bits &= bits - 1;
          }
      }
    }
    if (has_large_counts_)
      for (std::size_t i = 0; i < n; ++i)
        if (counts[i] == large) counts[i] = counts_[first_slot + pixels[i]];
    return n;
  }

 private:
  static constexpr std::uint8_t large = 255;  ///< or more

  void add_small(std::uint32_t slot, std::uint8_t count) noexcept {
    lit_[slot >> 6] |= std::uint64_t{1} << (slot & 63);
    lit_words_[slot >> 12] |= std::uint64_t{1} << (slot >> 6 & 63);
    small_counts_[slot] = count;
  }

  std::size_t n_groups_ = 0;  ///< of 4096 pixels in a frame
  std::vector<std::uint64_t> lit_;
  std::vector<std::uint64_t> lit_words_;
  RawMemory<std::uint8_t> small_counts_;  ///< by slot; of dark ones nothing is known, nor memory touched
  RawMemory<std::uint32_t> counts_;       ///< likewise, of large ones
  bool has_large_counts_ = false;
};

}  // namespace esieve::codec::gaps
