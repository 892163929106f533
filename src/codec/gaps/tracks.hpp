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

/// How much of the neighbourhood tells contexts apart. Stored in payloads.
enum class TrackContexts : std::uint8_t { few = 0, many = 1 };

/// Whether a pixel is lit, and how brightly, given its neighbours.
class TrackModel {
 public:
  void reset(TrackContexts contexts);

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

  [[nodiscard]] unsigned context(const std::uint32_t* at, std::ptrdiff_t stride, unsigned pattern) const noexcept;

  TrackContexts kind_ = TrackContexts::few;
  std::vector<AdaptiveCdf> buckets_;  // by context
  std::vector<AdaptiveCdf> within_;   // (bucket, none / one / more of the neighbours lit)
  NumberModel large_;
};

/// Bits of the neighbours that are lit: left, above, above left, above right.
[[nodiscard]] inline unsigned lit_pattern(const std::uint32_t* at, std::ptrdiff_t stride) noexcept {
  return unsigned{at[-1] != 0} | unsigned{at[-stride] != 0} << 1 | unsigned{at[-stride - 1] != 0} << 2 |
         unsigned{at[-stride + 1] != 0} << 3;
}

inline unsigned TrackModel::context(const std::uint32_t* at, std::ptrdiff_t stride, unsigned pattern) const noexcept {
  const std::uint32_t* const above2 = at - 2 * stride;
  const unsigned left2 = (at[-2] | at[-stride - 2]) != 0;
  if (kind_ == TrackContexts::few) return pattern | left2 << 4 | unsigned{(above2[-1] | above2[0] | above2[1]) != 0} << 5;
  const std::uint32_t sum = at[-1] + at[-stride] + at[-stride - 1] + at[-stride + 1];
  const unsigned b = bucket(sum < 0x80000000 ? sum : 0x7fffffff);
  return pattern | left2 << 4 | unsigned{above2[-1] != 0} << 5 | unsigned{above2[0] != 0} << 6 | unsigned{above2[1] != 0} << 7 |
         b << 8;
}

template <class Coder>
std::uint32_t TrackModel::code(Coder& coder, const std::uint32_t* at, std::ptrdiff_t stride, std::uint32_t count) {
  const unsigned pattern = lit_pattern(at, stride);
  const unsigned b = coder.symbol(buckets_[context(at, stride, pattern)], bucket(count));
  if (b < 4) return b;
  if (b == last_bucket) return lowest(last_bucket) + large_.code(coder, count - lowest(last_bucket));
  const unsigned n_bits = n_bits_within(b), n_low = n_bits > 4 ? n_bits - 4 : 0;
  const unsigned lit = pattern == 0 ? 0 : (pattern & (pattern - 1)) == 0 ? 1 : 2;
  AdaptiveCdf& cdf = within_[b * 3 + lit];
  const std::uint32_t offset = count - lowest(b);
  std::uint32_t within = coder.symbol(cdf, offset >> n_low & 15);
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
