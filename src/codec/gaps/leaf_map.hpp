// SPDX-License-Identifier: Apache-2.0
//
// The first thing in a payload: the rate key of each leaf (a square of pixels), which says roughly
// how many events it has in the block.
//
// Each leaf is coded in the context of its neighbours above and to the left, near and wide.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/gaps/cdf16.hpp"
#include "codec/gaps/numbers.hpp"
#include "codec/gaps/rans.hpp"
#include "codec/gaps/rate_keys.hpp"

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
inline constexpr std::uint32_t most_leaf_events = 1U << 25;

/// Learns how the count of a leaf follows from its surroundings.
class LeafMapModel {
 public:
  LeafMapModel();
  void reset();

  /// \param guess8  eight times the count expected of each leaf by what was coded before; or empty
  /// \param keys    n_leaves rate keys in raster order: read by an encoder, written by a decoder
  /// \returns false if a decoder has read what is no rate key
  template <class Coder>
  bool code(Coder& coder, const LeafGrid& grid, std::span<const std::uint32_t> guess8, std::span<std::uint16_t> keys);

 private:
  static constexpr unsigned n_near = 64, n_wide = 24;
  static constexpr unsigned wide_rows = 3, wide_reach = 3;
  static constexpr unsigned n_wide_leaves = wide_rows * (2 * wide_reach + 1) + wide_reach;

  /// Half octaves from 4 on, exact below.
  static unsigned half_octave(std::uint32_t value) noexcept {
    if (value < 4) return value;
    const unsigned length = static_cast<unsigned>(std::bit_width(value));
    return 4 + 2 * (length - 3) + (value >> (length - 2) & 1);
  }
  AdaptiveCdf& context(std::uint32_t near8, std::uint32_t wide) noexcept {
    AdaptiveCdf& cdf = contexts_[std::min(quarter_octave(near8), n_near - 1) * n_wide + std::min(half_octave(wide), n_wide - 1)];
    if (cdf.n_seen == 0) [[unlikely]]
      start_context(cdf, (std::uint64_t{near8} + 16 * std::uint64_t{wide} / n_wide_leaves) / 3);
    return cdf;
  }
  AdaptiveCdf& guess_context(std::uint32_t near8, std::uint32_t guess8) noexcept {
    AdaptiveCdf& cdf =
        guess_contexts_[std::min(quarter_octave(guess8), n_near - 1) * n_wide + std::min(half_octave(near8), n_wide - 1)];
    if (cdf.n_seen == 0) [[unlikely]]
      start_context(cdf, (std::uint64_t{near8} + guess8) / 2);
    return cdf;
  }
  void start_context(AdaptiveCdf& cdf, std::uint64_t expected8) noexcept;
  template <class Coder>
  std::uint32_t code_key(Coder& coder, AdaptiveCdf& cdf, std::uint32_t key);

  std::vector<AdaptiveCdf> contexts_;        // (n_near, n_wide); n_seen == 0: not used yet
  std::vector<AdaptiveCdf> guess_contexts_;  // (n_near of the guess, n_wide of the near)
  const std::array<Cdf16, 64>* priors_;
  NumberModel large_;
  std::vector<std::uint32_t> columns_;  // sums over the last wide_rows rows, padded
  std::vector<std::uint32_t> rows_;     // (wide_rows + 1, n_x + 2), rows taking turns
};

template <class Coder>
std::uint32_t LeafMapModel::code_key(Coder& coder, AdaptiveCdf& cdf, std::uint32_t key) {
  const unsigned symbol = coder.symbol(cdf, key < 15 ? key : 15);
  return symbol < 15 ? symbol : 15 + large_.code(coder, key - 15);
}

// Neighbours count by the middles of their keys, doubled.
template <class Coder>
bool LeafMapModel::code(Coder& outer, const LeafGrid& grid, std::span<const std::uint32_t> guess8,
                        std::span<std::uint16_t> keys) {
  BorrowedCoder<Coder> borrowed(outer);
  auto& coder = borrowed.coder;
  const std::uint32_t n_x = grid.n_x;
  columns_.assign(n_x + 2 * wide_reach, 0);
  rows_.assign((wide_rows + 1) * std::size_t{n_x + 2}, 0);
  for (std::uint32_t y = 0, leaf = 0; y < grid.n_y; ++y) {
    std::uint32_t* const row = rows_.data() + (y % (wide_rows + 1)) * std::size_t{n_x + 2};
    const std::uint32_t* const above = rows_.data() + ((y + wide_rows) % (wide_rows + 1)) * std::size_t{n_x + 2};
    // The row that leaves the window is the one about to be overwritten.
    if (y > wide_rows)
      for (std::uint32_t x = 0; x < n_x; ++x) columns_[x + wide_reach] -= row[x + 1];
    std::uint32_t window = 0, west1 = 0, west2 = 0, west3 = 0, left = y == 0 ? 0 : above[1];
    for (unsigned x = 0; x < 2 * wide_reach; ++x) window += columns_[x];
    for (std::uint32_t x = 0; x < n_x; ++x, ++leaf) {
      window += columns_[x + 2 * wide_reach];
      const std::uint32_t near8 = (3 * (left + above[x + 1]) + above[x] + above[x + 2]) / 2;
      const std::uint32_t wide = (window + west1 + west2 + west3) / 2;
      AdaptiveCdf& cdf = guess8.empty() ? context(near8, wide) : guess_context(near8, guess8[leaf]);
      const std::uint32_t key = code_key(coder, cdf, keys[leaf]);
      if (key >= n_rate_keys) return false;
      keys[leaf] = static_cast<std::uint16_t>(key);
      west3 = west2, west2 = west1;
      west1 = left = row[x + 1] = twice_middle_of_key(keys[leaf]);
      window -= columns_[x];
    }
    row[0] = row[1], row[n_x + 1] = row[n_x];
    for (std::uint32_t x = 0; x < n_x; ++x) columns_[x + wide_reach] += row[x + 1];
  }
  return true;
}

}  // namespace esieve::codec::gaps
