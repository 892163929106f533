// SPDX-License-Identifier: Apache-2.0
//
// Events that come in tracks: one particle lights several touching pixels.
//
// A *starter* is an event none of whose neighbours to the left and above is lit; its place is
// gap-coded like any event's. A *candidate* is a pixel one of these neighbours of which is lit:
// whether it is lit too, and the counts of all events, are coded in the context of the neighbours.
//
// Pixels have padded numbers here, (det_y + 2) * stride + det_x + 2, so that no neighbour of a
// pixel needs a test for the edge.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "codec/block_shape.hpp"
#include "codec/gaps/cdf16.hpp"
#include "codec/gaps/numbers.hpp"
#include "codec/gaps/rans.hpp"

namespace esieve::codec::gaps {

/// Padded pixel numbers of a detector.
struct PaddedGrid {
  std::uint32_t det_x = 0, stride = 0, n_slots = 0;

  PaddedGrid() = default;
  explicit PaddedGrid(const BlockShape& shape) noexcept
      : det_x(shape.det_x), stride(shape.det_x + 3), n_slots((shape.det_y + 3) * stride + 3) {}
  [[nodiscard]] std::uint32_t slot(std::uint32_t y, std::uint32_t x) const noexcept { return (y + 2) * stride + x + 2; }
  friend bool operator==(const PaddedGrid&, const PaddedGrid&) = default;
};

/// A bit for each slot that is a pixel.
std::vector<std::uint64_t> inside(const PaddedGrid& grid, std::uint32_t det_y, std::size_t n_words);

/// How many models predict a pixel. Stored in payloads.
enum class TrackModels : std::uint8_t { one = 0, two = 1 };

/// Whether a pixel is lit, and how brightly, given its neighbours.
class TrackModel {
 public:
  void reset(TrackModels models);

  /// Codes a count; 0 only for candidates.
  /// \param at      the pixel's place in a padded frame of counts; what lies after it is not read
  /// \param stride  of that frame
  template <class Coder>
  std::uint32_t code(Coder& coder, const std::uint32_t* at, std::ptrdiff_t stride, std::uint32_t count);

 private:
  /// Buckets of counts: 0 to 3, then two an octave; the last is open.
  static constexpr unsigned last_bucket = 15;
  static unsigned bucket(std::uint32_t count) noexcept {
    if (count < 4) return count;
    const unsigned length = static_cast<unsigned>(std::bit_width(count));
    const unsigned b = 2 * (length - 1) + (count >> (length - 2) & 1);
    return b < last_bucket ? b : last_bucket;
  }
  static std::uint32_t lowest(unsigned b) noexcept { return b < 4 ? b : (2U + (b & 1)) << (b / 2 - 1); }
  static unsigned n_bits_within(unsigned b) noexcept { return b < 4 ? 0 : b / 2 - 1; }

  static constexpr unsigned n_coarse_shapes = 64, n_fine_shapes = 512;

  TrackModels models_ = TrackModels::one;
  std::vector<AdaptiveCdf> buckets_;  // by context: one model's, or the first's of two
  std::vector<AdaptiveCdf> second_;   // the second's
  std::vector<AdaptiveCdf> within_;   // by bucket
  NumberModel large_;
};

/// Bits of the neighbours that are lit: left, above, above left, above right.
[[nodiscard]] inline unsigned lit_pattern(const std::uint32_t* at, std::ptrdiff_t stride) noexcept {
  return unsigned{at[-1] != 0} | unsigned{at[-stride] != 0} << 1 | unsigned{at[-stride - 1] != 0} << 2 |
         unsigned{at[-stride + 1] != 0} << 3;
}

template <class Coder>
std::uint32_t TrackModel::code(Coder& coder, const std::uint32_t* at, std::ptrdiff_t stride, std::uint32_t count) {
  const unsigned pattern = lit_pattern(at, stride);
  const std::uint32_t *const above = at - stride, *const above2 = above - stride;
  const unsigned coarse =
      pattern | unsigned{(at[-2] | above[-2]) != 0} << 4 | unsigned{(above2[-1] | above2[0] | above2[1]) != 0} << 5;
  unsigned b = bucket(count);
  if (models_ == TrackModels::one) {
    b = coder.symbol(buckets_[coarse], b);
  } else {
    // One knows the shape better, the other how bright it is.
    const unsigned fine = pattern | unsigned{at[-2] != 0} << 4 | unsigned{above[-2] != 0} << 5 | unsigned{above2[-1] != 0} << 6 |
                          unsigned{above2[0] != 0} << 7 | unsigned{above2[1] != 0} << 8;
    const std::uint32_t sum = at[-1] + above[0] + above[-1] + above[1];
    AdaptiveCdf &by_shape = buckets_[fine],
                &by_sum = second_[bucket(sum < 0x80000000 ? sum : 0x7fffffff) / 2 * n_coarse_shapes + coarse];
    b = coder.symbol(mean(by_shape, by_sum), b);
    by_shape.learn(b);
    by_sum.learn(b);
  }
  if (b < 4) return b;
  if (b == last_bucket) return lowest(last_bucket) + large_.code(coder, count - lowest(last_bucket));
  const unsigned n_bits = n_bits_within(b), n_low = n_bits > 4 ? n_bits - 4 : 0;
  const std::uint32_t offset = count - lowest(b);
  std::uint32_t within = coder.symbol(within_[b], offset >> n_low & 15);
  if (n_low != 0) within = within << n_low | coder.bits(n_low, offset & ((1U << n_low) - 1));
  return lowest(b) + (within & ((1U << n_bits) - 1));
}

/// Decoder's side: the pixels of some frames that have to be looked at, lowest first, while more are put in ahead.
class TrackFrames {
 public:
  void reset(const PaddedGrid& grid, std::uint32_t det_y, std::uint32_t n_frames);

  void add_starter(std::uint32_t frame, std::uint32_t slot) noexcept {
    Word& word = mark(frame * n_words_ * 64 + slot);
    word.starter |= std::uint64_t{1} << (slot & 63);
  }

  /// Reads a frame, which has its starters; none are left afterwards.
  /// \param counts  padded frame, all zero; filled
  /// \param emit    called as emit(slot, count) for each event in raster order
  template <class Emit>
  void read_frame(StreamReader& stream, TrackModel& model, std::uint32_t frame, std::uint32_t* counts, Emit emit);

 private:
  struct Word {
    std::uint64_t visit = 0;
    std::uint64_t starter = 0;
  };
  Word& mark(std::size_t at) noexcept {
    Word& word = words_[at >> 6];
    word.visit |= std::uint64_t{1} << (at & 63);
    marked_[at >> 12] |= std::uint64_t{1} << (at >> 6 & 63);
    return word;
  }

  void mark_three(std::size_t at) noexcept {
    const unsigned bit = at & 63;
    if (bit > 61) [[unlikely]] {
      mark(at), mark(at + 1), mark(at + 2);
      return;
    }
    words_[at >> 6].visit |= std::uint64_t{7} << bit;
    marked_[at >> 12] |= std::uint64_t{1} << (at >> 6 & 63);
  }

  PaddedGrid grid_;
  std::size_t n_words_ = 0;            // of a frame: a multiple of 64
  std::vector<Word> words_;            // (frame, n_words_)
  std::vector<std::uint64_t> marked_;  // a bit for each word with something to visit
  std::vector<std::uint64_t> inside_;  // a bit for each slot that is a pixel, n_words_
};

template <class Emit>
void TrackFrames::read_frame(StreamReader& stream, TrackModel& model, std::uint32_t frame, std::uint32_t* counts, Emit emit) {
  BorrowedCoder borrowed(stream);
  StreamReader& reader = borrowed.coder;
  const std::size_t base = frame * n_words_ * 64;
  for (std::size_t group = 0; group < n_words_ / 64; ++group) {
    std::uint64_t& marked = marked_[base / 4096 + group];
    while (marked != 0) {
      const std::size_t index = group * 64 + static_cast<unsigned>(std::countr_zero(marked));
      Word& word = words_[base / 64 + index];
      word.visit &= inside_[index];
      if (word.visit == 0) {
        marked &= marked - 1;
        word.starter = 0;
        continue;
      }
      const unsigned bit = static_cast<unsigned>(std::countr_zero(word.visit));
      word.visit &= word.visit - 1;
      const auto slot = static_cast<std::uint32_t>(index * 64 + bit);
      const bool starts = (word.starter >> bit & 1) != 0;
      const std::uint32_t count = model.code(reader, counts + slot, static_cast<std::ptrdiff_t>(grid_.stride), 0);
      if (count == 0 && !starts) continue;
      counts[slot] = count;
      emit(slot, count);
      mark(base + slot + 1);
      mark_three(base + slot + grid_.stride - 1);
    }
  }
}

}  // namespace esieve::codec::gaps
