// SPDX-License-Identifier: Apache-2.0
//
// Groups of frames: bookkeeping.
#include "codec/gaps/frame_groups.hpp"

#include "codec/gaps/rate_keys.hpp"

#include <algorithm>
#include <numeric>

namespace esieve::codec::gaps {

void FrameGroups::set_single(const BlockShape& shape) {
  n_groups = 1;
  labels.clear();
  frames.resize(1);
  frames[0].resize(shape.n_frames);
  std::iota(frames[0].begin(), frames[0].end(), 0U);
}

void FrameGroups::rank_by_size() {
  std::array<std::uint32_t, most_groups> sizes{};
  for (const std::uint8_t label : labels) ++sizes[label];
  std::array<std::uint8_t, most_groups> order{}, rank{};
  std::iota(order.begin(), order.end(), std::uint8_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return sizes[a] > sizes[b]; });
  for (unsigned g = 0; g < most_groups; ++g) rank[order[g]] = static_cast<std::uint8_t>(g);
  for (std::uint8_t& label : labels) label = rank[label];
}

void FrameGroups::sort_frames() {
  frames.resize(n_groups);
  for (std::vector<std::uint32_t>& group : frames) group.clear();
  for (std::uint32_t f = 0; f < labels.size(); ++f) frames[labels[f]].push_back(f);
}

void MapGuess::add(std::span<const std::uint16_t> rate_keys, std::uint32_t n_frames) {
  for (std::size_t leaf = 0; leaf < sums_.size(); ++leaf) sums_[leaf] += twice_middle_of_key(rate_keys[leaf]);
  n_frames_ += n_frames;
}

std::span<const std::uint32_t> MapGuess::guess8(std::uint32_t n_frames) {
  if (n_frames_ == 0) return {};
  guess8_.resize(sums_.size());
  for (std::size_t leaf = 0; leaf < sums_.size(); ++leaf)
    guess8_[leaf] =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(std::uint64_t{sums_[leaf]} * 4 * n_frames / n_frames_, 1U << 30));
  return guess8_;
}

}  // namespace esieve::codec::gaps
