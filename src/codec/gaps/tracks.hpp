// SPDX-License-Identifier: Apache-2.0
//
// Events that come in tracks: one particle lights several touching pixels.
//
// Rows of the detector are cut into *quads* of four pixels. A *starter* is a quad with lit pixels none of whose neighbours to
// the left and above is lit; its place is gap-coded as that of an event is. A *candidate* is a quad one of these neighbours of
// which is lit. Which pixels of starters and candidates are lit is coded in the context of the neighbours.
//
// Quads have padded numbers here, so that no neighbour needs a test for the edge.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "codec/block_shape.hpp"
#include "codec/gaps/cdf16.hpp"
#include "codec/gaps/laws.hpp"
#include "codec/gaps/list_marks.hpp"
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

/// A bit for each slot that is a quad of the detector.
std::vector<std::uint64_t> inside(const QuadGrid& grid, std::size_t n_words);

/// How many models predict a quad. Stored in payloads.
enum class TrackModels : std::uint8_t { one = 0, two = 1 };

/// What is known of a quad's neighbours: contexts of the first and the second model.
struct TrackContext {
  std::uint16_t first, second;
};

/// The lit ones of the pixels that a quad touches to the left and above: upper left, the quad above, upper right, left. Where there
/// are none a lit quad is a starter.
/// \param at      the quad's place in a padded frame of lit pixels, a bit each; what lies after it is not read
/// \param stride  of that frame
[[nodiscard, gnu::always_inline]] inline unsigned touching_pixels(const std::uint8_t* at, std::ptrdiff_t stride) noexcept {
  const std::uint8_t* const above = at - stride;
  return unsigned{above[-1]} >> 3 | unsigned{above[0]} << 1 | (above[1] & 1U) << 5 | unsigned{at[-1]} >> 3 << 6;
}

template <TrackModels models>
[[nodiscard, gnu::always_inline]] inline TrackContext track_context(const std::uint8_t* at, std::ptrdiff_t stride) noexcept {
  const std::uint8_t *const above = at - stride, *const above2 = above - stride;
  const unsigned near = touching_pixels(at, stride), far = unsigned{above2[0] != 0};
  if (models == TrackModels::one) return {static_cast<std::uint16_t>(near | far << 7), 0};
  const unsigned row2 = touching_pixels(above, stride) & 63;
  return {static_cast<std::uint16_t>(near | far << 7 | (unsigned{at[-1]} >> 2 & 1) << 8),
          static_cast<std::uint16_t>(above[0] | near >> 6 << 4 | row2 << 5 | unsigned{near == 0} << 11)};
}

/// Which pixels of a quad are lit, given its neighbours.
class TrackModel {
 public:
  void reset(TrackModels models);
  [[nodiscard]] TrackModels models() const noexcept { return second_.empty() ? TrackModels::one : TrackModels::two; }

  /// Codes four bits.
  template <TrackModels models, class Coder>
  [[gnu::always_inline]] unsigned code(Coder& coder, TrackContext context, unsigned lit) {
    AdaptiveCdf& first = first_[context.first];
    if (models == TrackModels::one) return coder.symbol(first, lit);
    AdaptiveCdf& second = second_[context.second];
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

  /// A quad with lit pixels will be visited, and the neighbours that visit_frame() would add, all with numbers above it.
  void mark_touched(std::uint32_t frame, std::uint32_t slot, unsigned lit) noexcept {
    const VisitMarks marks = this->marks();
    const std::size_t at = frame * n_words_ * 64 + slot;
    marks.add(at);
    marks.add_if(at + 1, lit >> 3);
    marks.add_three(at + grid_.stride - 1, touched_below(lit));
  }

  /// Lists the marked quads of a frame in raster order and has none left.
  /// \param slots  room for as many, and list_spare more
  /// \returns how many there are
  std::size_t take(std::uint32_t frame, std::uint32_t* slots) noexcept;

  /// Calls visit(slot, at) for each marked quad of a frame, in raster order. `at` points into a padded frame of lit pixels, all
  /// zero when the frame begins, and visit returns which pixels of the quad are lit. Their neighbours are then visited as well.
  template <class Visit>
  void visit_frame(std::uint32_t frame, Visit visit);

  [[nodiscard]] const QuadGrid& grid() const noexcept { return grid_; }

 private:
  /// Visits, in copies of pointers that bytes written meanwhile cannot be suspected to change.
  struct VisitMarks : Marks {
    /// Those of three quads from `at` on that have a bit in `which`.
    void add_three(std::size_t at, unsigned which) const noexcept {
      const unsigned shift = at & 63;
      slots[at >> 6] |= std::uint64_t{which} << shift;
      words[at >> 12] |= std::uint64_t{which != 0} << (at >> 6 & 63);
      if (shift < 62) [[likely]]
        return;
      const std::uint64_t rest = std::uint64_t{which} >> (64 - shift);
      slots[(at >> 6) + 1] |= rest;
      words[(at + 64) >> 12] |= std::uint64_t{rest != 0} << (((at >> 6) + 1) & 63);
    }
  };
  [[nodiscard]] VisitMarks marks() noexcept { return {{visits_.data(), marked_.data()}}; }

  /// The three quads below that touch a quad's lit pixels, as bits from the left.
  [[nodiscard]] static unsigned touched_below(unsigned lit) noexcept {
    return (lit & 1) | unsigned{lit != 0} << 1 | lit >> 3 << 2;
  }

  QuadGrid grid_;
  std::size_t n_words_ = 0;            // of a frame: a multiple of 64
  std::vector<std::uint64_t> visits_;  // a bit for each quad, (frame, n_words_)
  std::vector<std::uint64_t> marked_;  // a bit for each word with something to visit
  std::vector<std::uint64_t> inside_;  // a bit for each slot that is a quad of the detector, n_words_
  std::vector<std::uint8_t> lit_;      // of one frame, padded; zero between frames
  std::vector<std::uint32_t> lit_slots_;
};

template <class Visit>
void TrackFrames::visit_frame(std::uint32_t frame, Visit visit) {
  const std::size_t n_words = n_words_, base = frame * n_words * 64;
  const std::uint32_t stride = grid_.stride;
  const bool rows_share_words = stride < 66;
  const VisitMarks marks = this->marks();
  const std::uint64_t* const all_inside = inside_.data();
  std::uint8_t* const lit_quads = lit_.data();
  std::uint32_t* const lit_slots = lit_slots_.data();
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
        const unsigned lit = visit(slot, lit_quads + slot);
        lit_quads[slot] = static_cast<std::uint8_t>(lit);
        lit_slots[n_lit] = slot;
        n_lit += lit != 0 ? 1U : 0U;
        marks.add_three(base + slot + stride - 1, touched_below(lit));
        left |= std::uint64_t{lit >> 3} << 1 << bit & inside;
        if (bit == 63 && lit >> 3 != 0) [[unlikely]]
          marks.add(base + slot + 1);
        if (rows_share_words) left |= std::exchange(word, 0) & inside;
      }
    }
  }
  for (std::size_t i = 0; i < n_lit; ++i) lit_quads[lit_slots[i]] = 0;
}

}  // namespace esieve::codec::gaps
