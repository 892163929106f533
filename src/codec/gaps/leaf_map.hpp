// SPDX-License-Identifier: Apache-2.0
//
// The first thing in a payload: how many events each leaf (a square of pixels) has in the block.
//
// Each leaf is coded in the context of its neighbours above and to the left, near and wide.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/gaps/cdf16.hpp"
#include "codec/gaps/numbers.hpp"

namespace esieve::codec::gaps {

/// The detector cut into squares of leaf_size x leaf_size pixels; the last of a row or column may
/// reach beyond the edge.
struct LeafGrid {
  std::uint32_t n_y = 0, n_x = 0;
  unsigned log2_size = 0;

  LeafGrid() = default;
  LeafGrid(std::uint32_t det_y, std::uint32_t det_x, unsigned log2_leaf_size) noexcept
      : n_y(det_y == 0 ? 0 : ((det_y - 1) >> log2_leaf_size) + 1),
        n_x(det_x == 0 ? 0 : ((det_x - 1) >> log2_leaf_size) + 1),
        log2_size(log2_leaf_size) {}
  [[nodiscard]] std::size_t n_leaves() const noexcept { return std::size_t{n_y} * n_x; }
};

/// Keeps sums over neighbouring leaves within 32 bits.
inline constexpr std::uint32_t most_leaf_events = 1U << 26;

/// Learns how the count of a leaf follows from its surroundings.
class LeafMapModel {
 public:
  LeafMapModel();
  void reset();

  /// \param guess8   eight times the count expected of each leaf by what was coded before; or empty
  /// \param counts   n_leaves values in raster order: read by an encoder, written by a decoder
  /// \param most     no count is larger; at most most_leaf_events
  /// \returns whether that is so: a decoder stops at the first larger one
  template <class Coder>
  bool code(Coder& coder, const LeafGrid& grid, std::span<const std::uint32_t> guess8,
            std::span<std::uint32_t> counts, std::uint32_t most);

 private:
  static constexpr unsigned n_near = 64, n_wide = 24;
  static constexpr unsigned wide_rows = 3, wide_reach = 3;
  static constexpr unsigned n_wide_leaves = wide_rows * (2 * wide_reach + 1) + wide_reach;

  AdaptiveCdf& context(std::uint32_t near8, std::uint32_t wide) noexcept;
  AdaptiveCdf& guess_context(std::uint32_t near8, std::uint32_t guess8) noexcept;
  template <class Coder>
  std::uint32_t code_leaf(Coder& coder, AdaptiveCdf& cdf, std::uint32_t value);

  std::vector<AdaptiveCdf> contexts_;  // (n_near, n_wide); n_seen == 0: not used yet
  std::vector<AdaptiveCdf> guess_contexts_;  // (n_near of the guess, n_wide of the near)
  std::vector<Cdf16> priors_;          // by quarter octave of the expected count, in eighths
  NumberModel large_;
  std::vector<std::uint32_t> columns_;  // sums over the last wide_rows rows, padded
};

template <class Coder>
std::uint32_t LeafMapModel::code_leaf(Coder& coder, AdaptiveCdf& cdf, std::uint32_t value) {
  const unsigned symbol = coder.symbol(cdf, value < 15 ? value : 15);
  return symbol < 15 ? symbol : 15 + large_.code(coder, value - 15);
}

template <class Coder>
bool LeafMapModel::code(Coder& coder, const LeafGrid& grid, std::span<const std::uint32_t> guess8,
                        std::span<std::uint32_t> counts, std::uint32_t most) {
  const std::uint32_t n_x = grid.n_x;
  columns_.assign(n_x + 2 * wide_reach, 0);
  std::vector<std::uint32_t> nothing(n_x + 2, 0), above(n_x + 2, 0);
  for (std::uint32_t y = 0; y < grid.n_y; ++y) {
    std::uint32_t* const row = counts.data() + std::size_t{y} * n_x;
    std::uint32_t window = 0, left = y == 0 ? 0 : row[-std::ptrdiff_t{n_x}], left_sum = 0;
    for (unsigned x = 0; x < 2 * wide_reach; ++x) window += columns_[x];
    std::uint32_t west2 = 0, west3 = 0, west1 = 0;
    for (std::uint32_t x = 0; x < n_x; ++x) {
      window += columns_[x + 2 * wide_reach];
      left_sum = west1 + west2 + west3;
      const std::uint32_t near8 = 3 * (left + above[x + 1]) + above[x] + above[x + 2];
      AdaptiveCdf& cdf = guess8.empty()
                             ? context(near8, window + left_sum)
                             : guess_context(near8, guess8[std::size_t{y} * n_x + x]);
      row[x] = code_leaf(coder, cdf, row[x]);
      if (row[x] > most) return false;
      west3 = west2, west2 = west1, west1 = left = row[x];
      window -= columns_[x];
    }
    for (std::uint32_t x = 0; x < n_x; ++x) {
      above[x + 1] = row[x];
      columns_[x + wide_reach] += row[x];
      if (y >= wide_rows)
        columns_[x + wide_reach] -= row[static_cast<std::ptrdiff_t>(x) -
                                        std::ptrdiff_t{wide_rows} * n_x];
    }
    above[0] = above[1], above[n_x + 1] = above[n_x];
  }
  return true;
}

}  // namespace esieve::codec::gaps
