// SPDX-License-Identifier: Apache-2.0
//
// Events that come in tracks: one particle lights several touching pixels.
//
// Rows of the detector are cut into *quads* of four pixels. A *starter* is a quad with lit pixels none of whose neighbours to
// the left and above is lit; its place is gap-coded as that of an event is. A *candidate* is a quad one of these neighbours of
// which is lit. Which pixels of starters and candidates are lit, a quad's *pattern*, is coded in the context of the neighbours: in
// runs, a run for each class of contexts, or by models that learn.
//
// Quads have padded numbers here, so that no neighbour needs a test for the edge.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/quotient.hpp"
#include "codec/block_shape.hpp"
#include "codec/gaps/cdf16.hpp"
#include "codec/gaps/laws.hpp"
#include "codec/gaps/rans.hpp"

namespace esieve::codec::gaps {

inline constexpr std::uint32_t quad_pixels = 4;

/// The block with quads in place of pixels. \pre shape.det_x != 0
[[nodiscard]] inline BlockShape quads_of(BlockShape shape) noexcept {
  shape.det_x = (shape.det_x - 1) / quad_pixels + 1;
  return shape;
}

/// Padded quad numbers of a detector: one beside each row, two rows above, one below.
struct QuadGrid {
  std::uint32_t n_y = 0, n_x = 0, stride = 0, n_slots = 0;
  std::uint32_t last_of_row = 0;  ///< the pixels that the last quad of a row has: a bit each

  QuadGrid() = default;
  explicit QuadGrid(const BlockShape& shape) noexcept
      : n_y(shape.det_y),
        n_x(quads_of(shape).det_x),
        stride(n_x + 1),
        n_slots((shape.det_y + 3) * stride + 1),
        last_of_row((2U << (shape.det_x - 1) % quad_pixels) - 1) {}
  [[nodiscard]] std::uint32_t slot(std::uint32_t y, std::uint32_t x) const noexcept { return (y + 2) * stride + x + 1; }
  friend bool operator==(const QuadGrid&, const QuadGrid&) = default;
};

/// A quad with lit pixels, and which are.
struct LitQuad {
  std::uint32_t slot, lit;
};

/// Rows and columns of slots that are quads of the detector.
class QuadPlaces {
 public:
  explicit QuadPlaces(const QuadGrid& grid) noexcept : first_(grid.slot(0, 0)), stride_(grid.stride), row_(grid.stride) {}

  struct Place {
    std::uint32_t y, x;
  };
  [[nodiscard]] Place operator()(std::uint32_t slot) const noexcept {
    const std::uint32_t y = row_(slot - first_);
    return {y, slot - first_ - y * stride_};
  }

 private:
  std::uint32_t first_, stride_;
  Quotient row_;
};

/// A bit for each slot that is a quad of the detector.
std::vector<std::uint64_t> inside(const QuadGrid& grid, std::size_t n_words);

/// How patterns are coded. Stored in payloads.
enum class QuadCoding : std::uint8_t { in_runs = 0, learned = 1 };

/// The lit ones of the pixels that a quad touches to the left and above: upper left, the quad above, upper right, left. Where there
/// are none a lit quad is a starter.
/// \param at      the quad's place in a padded frame of lit pixels, a bit each; what lies after it is not read
/// \param stride  of that frame
[[nodiscard, gnu::always_inline]] inline unsigned touching_pixels(const std::uint8_t* at, std::ptrdiff_t stride) noexcept {
  const std::uint8_t* const above = at - stride;
  return unsigned{above[-1]} >> 3 | unsigned{above[0]} << 1 | (above[1] & 1U) << 5 | unsigned{at[-1]} >> 3 << 6;
}

/// The touching pixels, and whether the quad two rows above has any.
inline constexpr std::size_t n_near_contexts = 256;
inline constexpr unsigned touching_mask = 127;
[[nodiscard, gnu::always_inline]] inline unsigned near_context(const std::uint8_t* at, std::ptrdiff_t stride) noexcept {
  return touching_pixels(at, stride) | unsigned{at[-2 * stride] != 0} << 7;
}

/// Classes of near contexts whose patterns have one distribution, in hexadecimal. [§8]
inline constexpr unsigned n_quad_classes = 16;
inline constexpr char quad_class_digits[] =
    "0123435678886369a88863669b88688c"
    "c88868666668668aa88868666b88d2de"
    "f122bb33b888bb888828bb33b8b8b828"
    "8888b8338888bb888888882dbbbdbb2d"
    "0e21455d7888666da888666d9888988d"
    "ed8d666d9998666dcd8d666dcdd8dedd"
    "f121b32db838b32d8888b38db888b32d"
    "8888b3229888b32d882868888dd8bd8d";
inline constexpr std::array<std::uint8_t, n_near_contexts> quad_classes = [] {
  static_assert(sizeof quad_class_digits == n_near_contexts + 1);
  std::array<std::uint8_t, n_near_contexts> classes{};
  for (std::size_t context = 0; context < classes.size(); ++context) {
    const char digit = quad_class_digits[context];
    classes[context] = static_cast<std::uint8_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
  }
  return classes;
}();

/// The patterns of a class: how many, and how they are spread. Stored in payloads: a weight of w >= 1 counts
/// (w odd ? 2 : 3) << (w - 1) / 2.
struct QuadLaw {
  static constexpr unsigned weight_bits = 5;

  std::uint32_t n = 0;
  std::array<std::uint8_t, n_symbols> weights{};  ///< 0: does not occur

  /// From how often each occurs.
  void fit(std::span<const std::uint32_t, n_symbols> n_of) noexcept;
  [[nodiscard]] Cdf16 cdf() const noexcept;
};
using QuadLaws = std::array<QuadLaw, n_quad_classes>;

/// What is known of a quad's neighbours: contexts of the two models that learn.
struct TrackContext {
  std::uint16_t first, second;
};
[[nodiscard, gnu::always_inline]] inline TrackContext track_context(const std::uint8_t* at, std::ptrdiff_t stride) noexcept {
  const std::uint8_t* const above = at - stride;
  const unsigned near = near_context(at, stride), row2 = touching_pixels(above, stride) & 63;
  return {static_cast<std::uint16_t>(near | (unsigned{at[-1]} >> 2 & 1) << 8),
          static_cast<std::uint16_t>(above[0] | (near >> 6 & 1) << 4 | row2 << 5 | unsigned{(near & touching_mask) == 0} << 11)};
}

/// Patterns of quads, learned as they come.
class TrackModel {
 public:
  void reset();

  /// Codes four bits.
  template <class Coder>
  [[gnu::always_inline]] unsigned code(Coder& coder, TrackContext context, unsigned lit) {
    AdaptiveCdf &first = first_[context.first], &second = second_[context.second];
    lit = coder.symbol(mean(first, second), lit);
    first.learn(lit);
    second.learn(lit);
    return lit;
  }

 private:
  std::vector<AdaptiveCdf> first_, second_;  // by context
};

/// How the counts of a block are spread over the intervals of a range.
struct TrackCounts {
  std::uint32_t n_events = 0;
  std::uint8_t n_low_bits = 0;
  std::array<std::uint8_t, n_symbols> weights{};

  [[nodiscard]] ValueRange range() const noexcept { return {1, n_low_bits}; }
  [[nodiscard]] Cdf16 cdf() const noexcept;
};

/// Quads of a few frames that have to be looked at, lowest first, while more are put in ahead.
class TrackFrames {
 public:
  void reset(const QuadGrid& grid, std::uint32_t n_frames);

  /// Quad `slot` of a frame will be visited.
  void mark(std::uint32_t frame, std::uint32_t slot) noexcept { marks().add(frame * n_words_ * 64 + slot); }

  /// Calls pattern(at) for each marked quad of a frame, in raster order. `at` points into a padded frame of patterns, all zero when
  /// the frame begins, and what it returns is the quad's. Neighbours of lit pixels are then visited as well.
  /// \returns quads with lit pixels, in that order; until the next call
  template <class PatternAt>
  std::span<const LitQuad> visit_frame(std::uint32_t frame, PatternAt pattern);

  [[nodiscard]] const QuadGrid& grid() const noexcept { return grid_; }

 private:
  /// Quads to visit, a bit each, and a bit for each word of these that has any: an unmarked quad costs one 4096th of a word to pass
  /// by. In copies of pointers that bytes written meanwhile cannot be suspected to change.
  struct Marks {
    std::uint64_t *slots, *words;

    void add(std::size_t slot) const noexcept {
      slots[slot >> 6] |= std::uint64_t{1} << (slot & 63);
      words[slot >> 12] |= std::uint64_t{1} << (slot >> 6 & 63);
    }
    /// Those of three quads from `at` on that have a bit in `which`.
    void add_three(std::size_t at, unsigned which) const noexcept {
      const unsigned shift = at & 63;
      slots[at >> 6] |= std::uint64_t{which} << shift;
      words[at >> 12] |= std::uint64_t{(which + 7) >> 3} << (at >> 6 & 63);
      if (shift < 62) [[likely]]
        return;
      const std::uint64_t rest = std::uint64_t{which} >> (64 - shift);
      slots[(at >> 6) + 1] |= rest;
      words[(at + 64) >> 12] |= std::uint64_t{rest != 0} << (((at >> 6) + 1) & 63);
    }
  };
  [[nodiscard]] Marks marks() noexcept { return {visits_.data(), marked_.data()}; }

  /// The three quads below that touch a quad's lit pixels, as bits from the left.
  [[nodiscard]] static unsigned touched_below(unsigned lit) noexcept {
    return (lit & 1) | (lit + 15) >> quad_pixels << 1 | lit >> 3 << 2;
  }

  QuadGrid grid_;
  std::size_t n_words_ = 0;            // of a frame: a multiple of 64
  std::vector<std::uint64_t> visits_;  // a bit for each quad, (frame, n_words_)
  std::vector<std::uint64_t> marked_;  // a bit for each word with something to visit
  std::vector<std::uint64_t> inside_;  // a bit for each slot that is a quad of the detector, n_words_
  std::vector<std::uint8_t> lit_;      // of one frame, padded; zero between frames
  std::vector<LitQuad> lit_quads_;
};

template <class PatternAt>
std::span<const LitQuad> TrackFrames::visit_frame(std::uint32_t frame, PatternAt pattern) {
  const std::size_t n_words = n_words_, base = frame * n_words * 64;
  const std::uint32_t stride = grid_.stride;
  const bool rows_share_words = stride < 65;
  const Marks marks = this->marks();
  const std::uint64_t* const all_inside = inside_.data();
  std::uint8_t* const patterns = lit_.data();
  LitQuad* const lit_quads = lit_quads_.data();
  std::size_t n_lit = 0;
  for (std::size_t group = 0; group < n_words / 64; ++group) {
    std::uint64_t& marked = marks.words[base / 4096 + group];
    while (marked != 0) {
      const std::size_t index = group * 64 + static_cast<unsigned>(std::countr_zero(marked));
      std::uint64_t& word = marks.slots[base / 64 + index];
      const std::uint64_t inside = all_inside[index];
      std::uint64_t left = std::exchange(word, 0) & inside;
      marked &= marked - 1;
      while (left != 0) {
        const unsigned bit = static_cast<unsigned>(std::countr_zero(left));
        left &= left - 1;
        const auto slot = static_cast<std::uint32_t>(index * 64 + bit);
        const unsigned lit = pattern(patterns + slot);
        patterns[slot] = static_cast<std::uint8_t>(lit);
        lit_quads[n_lit] = {slot, lit};
        n_lit += (lit + 15) >> quad_pixels;  // no comparison, lest a compiler branch on it
        marks.add_three(base + slot + stride - 1, touched_below(lit));
        if (lit >> 3 != 0) {
          left |= std::uint64_t{2} << bit & inside;
          if (bit == 63) [[unlikely]]
            marks.add(base + slot + 1);
        }
        if (rows_share_words) left |= std::exchange(word, 0) & inside;
      }
    }
  }
  for (std::size_t i = 0; i < n_lit; ++i) patterns[lit_quads[i].slot] = 0;
  return {lit_quads, n_lit};
}

}  // namespace esieve::codec::gaps
