// SPDX-License-Identifier: Apache-2.0
//
// The events of one frame, put in by class and taken out by pixel.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "codec/event_sink.hpp"

namespace esieve::codec::gaps {

/// Sorts by setting bits and reading them in order: cheaper than a merge, and the cost of an empty
/// pixel is one 4096th of a word. Empty between frames.
class FrameCollector {
 public:
  /// \param n_pixels  of a frame
  void reset(std::size_t n_pixels) {
    words_.assign((n_pixels + 63) / 64, Word{});
    lit_words_.assign((words_.size() + 63) / 64, 0);
    counts_.resize(n_pixels);
  }

  /// \pre pixel < n_pixels; count >= 1
  void add(std::uint32_t pixel, std::uint32_t count) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << (pixel & 63);
    Word& word = words_[pixel >> 6];
    word.lit |= bit;
    lit_words_[pixel >> 12] |= std::uint64_t{1} << (pixel >> 6 & 63);
    if (count == 1) return;
    word.above_one |= bit;
    counts_[pixel] = count;
  }

  /// Writes the events in the order of their pixels, and is empty again.
  /// \param pixels, counts  room for as many events as were added
  /// \returns how many there are: fewer than were added if a pixel was added twice
  std::size_t take(std::uint32_t* pixels, std::uint32_t* counts) noexcept {
    std::size_t n = 0;
    for (std::size_t group = 0; group < lit_words_.size(); ++group) {
      for (std::uint64_t left = lit_words_[group]; left != 0; left &= left - 1) {
        const std::size_t index = group * 64 + static_cast<unsigned>(std::countr_zero(left));
        Word& word = words_[index];
        const auto first = static_cast<std::uint32_t>(index * 64);
        for (std::uint64_t bits = word.lit; bits != 0; bits &= bits - 1) {
          const std::uint32_t pixel = first + static_cast<std::uint32_t>(std::countr_zero(bits));
          const bool one = (word.above_one >> (pixel & 63) & 1) == 0;
          pixels[n] = pixel;
          counts[n++] = one ? 1 : counts_[pixel];
        }
        word = Word{};
      }
      lit_words_[group] = 0;
    }
    return n;
  }

 private:
  struct Word {
    std::uint64_t lit = 0;
    std::uint64_t above_one = 0;
  };
  std::vector<Word> words_;
  std::vector<std::uint64_t> lit_words_;
  std::vector<std::uint32_t> counts_;  ///< of pixels above one; others are left over
};

}  // namespace esieve::codec::gaps
