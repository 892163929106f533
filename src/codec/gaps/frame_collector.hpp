// SPDX-License-Identifier: Apache-2.0
//
// The events of a few frames, put in by class and taken out frame by frame, pixel by pixel.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/raw_memory.hpp"
#include "codec/event_sink.hpp"

namespace esieve::codec::gaps {

/// Sorts by setting bits and reading them in order: cheaper than a merge, and the cost of an empty
/// pixel is one 4096th of a word. Empty between frames.
class FrameCollector {
 public:
  /// \param n_pixels  of a frame
  void reset(std::size_t n_pixels, std::size_t n_frames) {
    n_groups_ = (n_pixels + 4095) / 4096;
    words_.assign(n_frames * n_groups_ * 64, Word{});
    lit_words_.assign(n_frames * n_groups_, 0);
    counts_.reserve(words_.size() * 64);
  }

  /// Slots from the start of a frame to the start of the next.
  [[nodiscard]] std::uint32_t stride() const noexcept { return static_cast<std::uint32_t>(n_groups_ * 4096); }

  /// \param slot  frame * stride() + pixel
  void add_one(std::uint32_t slot) noexcept {
    words_[slot >> 6].lit |= std::uint64_t{1} << (slot & 63);
    lit_words_[slot >> 12] |= std::uint64_t{1} << (slot >> 6 & 63);
  }
  void add(std::uint32_t slot, std::uint32_t count) noexcept {
    add_one(slot);
    words_[slot >> 6].above_one |= std::uint64_t{1} << (slot & 63);
    counts_[slot] = count;
  }

  /// Writes the events of a frame in the order of their pixels, and has none of that frame left.
  /// \param pixels, counts  room for as many events as were added
  /// \returns how many there are: fewer than were added if a pixel was added twice
  std::size_t take(std::size_t frame, std::uint32_t* pixels, std::uint32_t* counts) noexcept {
    std::size_t n = 0;
    Word* const words = words_.data() + frame * n_groups_ * 64;
    const std::uint32_t* const large = counts_.data() + frame * n_groups_ * 4096;
    for (std::size_t group = 0; group < n_groups_; ++group) {
      std::uint64_t left = lit_words_[frame * n_groups_ + group];
      lit_words_[frame * n_groups_ + group] = 0;
      for (; left != 0; left &= left - 1) {
        const std::size_t index = group * 64 + static_cast<unsigned>(std::countr_zero(left));
        const Word word = words[index];
        words[index] = Word{};
        const auto first = static_cast<std::uint32_t>(index * 64);
        const std::size_t n_before = n;
        for (std::uint64_t bits = word.lit; bits != 0; bits &= bits - 1) {
          pixels[n] = first + static_cast<std::uint32_t>(std::countr_zero(bits));
          counts[n++] = 1;
        }
        if (word.above_one == 0) continue;
        for (std::size_t i = n_before; i < n; ++i)
          if (word.above_one >> (pixels[i] & 63) & 1) counts[i] = large[pixels[i]];
      }
    }
    return n;
  }

 private:
  struct Word {
    std::uint64_t lit = 0;
    std::uint64_t above_one = 0;
  };
  std::size_t n_groups_ = 0;  ///< of 4096 pixels in a frame
  std::vector<Word> words_;
  std::vector<std::uint64_t> lit_words_;
  RawMemory<std::uint32_t> counts_;  ///< by slot, of events above one; of others nothing is known, nor memory touched
};

}  // namespace esieve::codec::gaps
