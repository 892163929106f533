// SPDX-License-Identifier: Apache-2.0
//
// Frames of a block sorted into groups with similar rates, each of which has a leaf map of its own.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/block_shape.hpp"
#include "codec/gaps/cdf16.hpp"

namespace esieve::codec::gaps {

inline constexpr unsigned most_groups = n_symbols;

/// Which group each frame belongs to.
struct FrameGroups {
  unsigned n_groups = 1;
  std::vector<std::uint8_t> labels;                ///< per frame; empty if there is one group
  std::vector<std::vector<std::uint32_t>> frames;  ///< per group, ascending

  void set_single(const BlockShape& shape);
  /// Renames the groups: larger ones first.
  void rank_by_size();
  /// Fills `frames` from `labels`.
  void sort_frames();
  /// Codes n_groups and labels; a decoder's `frames` are then sorted.
  template <class Coder>
  void code(Coder& coder, const BlockShape& shape);
};

// Each label in the context of the labels to the left and above in the scan.
template <class Coder>
void FrameGroups::code(Coder& coder, const BlockShape& shape) {
  n_groups = coder.bits(4, n_groups - 1) + 1;
  std::vector<AdaptiveCdf> cdfs(most_groups * most_groups);
  for (AdaptiveCdf& cdf : cdfs) cdf.reset(6);
  labels.resize(shape.n_frames);
  const std::uint32_t row = shape.scan_row_frames;
  for (std::uint32_t f = 0; f < shape.n_frames; ++f) {
    const unsigned left = f == 0 ? 0 : labels[f - 1];
    const unsigned above = row == 0 || f < row ? left : labels[f - row];
    const unsigned label = coder.symbol(cdfs[left * most_groups + above], labels[f]);
    labels[f] = static_cast<std::uint8_t>(label < n_groups ? label : n_groups - 1);
  }
  sort_frames();
}

/// Smoothed sums of the maps coded so far, as the guess for the next.
class MapGuess {
 public:
  void reset(std::size_t n_leaves) {
    sums_.assign(n_leaves, 0);
    n_frames_ = 0;
  }
  void add(std::span<const std::uint16_t> rate_keys, std::uint32_t n_frames);
  /// Eight times the expected counts of a group of n_frames; empty before the first map.
  std::span<const std::uint32_t> guess8(std::uint32_t n_frames);

 private:
  std::vector<std::uint32_t> sums_, guess8_;
  std::uint64_t n_frames_ = 0;
};

}  // namespace esieve::codec::gaps
