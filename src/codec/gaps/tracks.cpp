// SPDX-License-Identifier: Apache-2.0
//
// Track models and frames: set-up.
#include "codec/gaps/tracks.hpp"

namespace esieve::codec::gaps {
namespace {

constexpr unsigned learning_rate = 8;

}  // namespace

std::vector<std::uint64_t> inside(const PaddedGrid& grid, std::uint32_t det_y, std::size_t n_words) {
  std::vector<std::uint64_t> bits(n_words, 0);
  for (std::uint32_t y = 0; y < det_y; ++y)
    for (std::uint32_t x = 0, slot = grid.slot(y, 0); x < grid.det_x; ++x, ++slot)
      bits[slot >> 6] |= std::uint64_t{1} << (slot & 63);
  return bits;
}

void TrackModel::reset(TrackModels models) {
  models_ = models;
  AdaptiveCdf fresh{};
  fresh.reset(learning_rate);
  buckets_.assign(models == TrackModels::one ? n_coarse_shapes : n_fine_shapes, fresh);
  second_.assign(models == TrackModels::one ? 0 : (last_bucket / 2 + 1) * n_coarse_shapes, fresh);
  within_.assign(last_bucket + 1, fresh);
  large_.reset();
}

void TrackFrames::reset(const PaddedGrid& grid, std::uint32_t det_y, std::uint32_t n_frames) {
  n_words_ = (std::size_t{grid.n_slots} + 4095) / 4096 * 64;
  words_.assign(n_words_ * n_frames, Word{});
  marked_.assign(n_words_ / 64 * n_frames, 0);
  if (grid == grid_) return;
  grid_ = grid;
  inside_ = inside(grid, det_y, n_words_);
}

}  // namespace esieve::codec::gaps
