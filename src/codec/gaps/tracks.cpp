// SPDX-License-Identifier: Apache-2.0
//
// Track models and frames: set-up.
#include "codec/gaps/tracks.hpp"

#include <algorithm>
#include <numeric>

#include "codec/gaps/bit_cost.hpp"

namespace esieve::codec::gaps {
namespace {

constexpr unsigned learning_rate = 8;
constexpr std::size_t n_first_contexts = 512, n_second_contexts = 4096;

}  // namespace

std::vector<std::uint64_t> inside(const QuadGrid& grid, std::size_t n_words) {
  std::vector<std::uint64_t> bits(n_words, 0);
  for (std::uint32_t y = 0; y < grid.n_y; ++y)
    for (std::uint32_t x = 0, slot = grid.slot(y, 0); x < grid.n_x; ++x, ++slot)
      bits[slot >> 6] |= std::uint64_t{1} << (slot & 63);
  return bits;
}

void TrackModel::reset() {
  AdaptiveCdf fresh{};
  fresh.reset(learning_rate);
  first_.assign(n_first_contexts, fresh);
  second_.assign(n_second_contexts, fresh);
}

void QuadLaw::fit(std::span<const std::uint32_t, n_symbols> n_of) noexcept {
  constexpr unsigned most_weight = (1U << weight_bits) - 1;
  const std::uint64_t most = *std::max_element(n_of.begin(), n_of.end());
  n = std::accumulate(n_of.begin(), n_of.end(), 0U);
  for (std::size_t pattern = 0; pattern < n_symbols; ++pattern) {
    if (n_of[pattern] == 0) {
      weights[pattern] = 0;
      continue;
    }
    // Half octaves below the most frequent, rounded: twice the logarithm.
    const BitCost below = 2 * (log2_cost(most) - log2_cost(n_of[pattern]));
    const auto steps = static_cast<unsigned>((below + (1 << 15)) >> 16);
    weights[pattern] = static_cast<std::uint8_t>(steps < most_weight ? most_weight - steps : 1);
  }
}

Cdf16 QuadLaw::cdf() const noexcept {
  std::array<std::uint64_t, n_symbols> wide{};
  for (std::size_t pattern = 0; pattern < n_symbols; ++pattern)
    if (const unsigned w = weights[pattern]; w != 0) wide[pattern] = std::uint64_t{w % 2 != 0 ? 2U : 3U} << (w - 1) / 2;
  return make_cdf(wide);
}

Cdf16 TrackCounts::cdf() const noexcept {
  std::array<std::uint64_t, n_symbols> wide;
  std::copy(weights.begin(), weights.end(), wide.begin());
  return make_cdf(wide);
}

void TrackFrames::reset(const QuadGrid& grid, std::uint32_t n_frames) {
  n_words_ = (std::size_t{grid.n_slots} + 4095) / 4096 * 64;
  visits_.assign(n_words_ * n_frames, 0);
  marked_.assign(n_words_ / 64 * n_frames, 0);
  if (grid == grid_) return;
  grid_ = grid;
  inside_ = inside(grid, n_words_);
  lit_.assign(grid.n_slots + grid.stride + 1, 0);
  lit_quads_.resize(grid.n_slots);
}

}  // namespace esieve::codec::gaps
