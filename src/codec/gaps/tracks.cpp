// SPDX-License-Identifier: Apache-2.0
//
// Track models and frames: set-up.
#include "codec/gaps/tracks.hpp"

#include <algorithm>

namespace esieve::codec::gaps {
namespace {

constexpr unsigned learning_rate = 8;
constexpr std::size_t n_contexts = 256, n_first_contexts = 512, n_second_contexts = 4096;

}  // namespace

std::vector<std::uint64_t> inside(const QuadGrid& grid, std::size_t n_words) {
  std::vector<std::uint64_t> bits(n_words, 0);
  for (std::uint32_t y = 0; y < grid.n_y; ++y)
    for (std::uint32_t x = 0, slot = grid.slot(y, 0); x < grid.n_x; ++x, ++slot)
      bits[slot >> 6] |= std::uint64_t{1} << (slot & 63);
  return bits;
}

void TrackModel::reset(TrackModels models) {
  AdaptiveCdf fresh{};
  fresh.reset(learning_rate);
  first_.assign(models == TrackModels::one ? n_contexts : n_first_contexts, fresh);
  second_.assign(models == TrackModels::one ? 0 : n_second_contexts, fresh);
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
  lit_slots_.resize(grid.n_slots);
}

std::size_t TrackFrames::take(std::uint32_t frame, std::uint32_t* slots) noexcept {
  const Marks marks{visits_.data() + frame * n_words_, marked_.data() + frame * n_words_ / 64};
  return list_kernels().list(marks, n_words_ / 64, inside_.data(), slots);
}

}  // namespace esieve::codec::gaps
