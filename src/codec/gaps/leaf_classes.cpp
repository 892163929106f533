// SPDX-License-Identifier: Apache-2.0
//
// Sorting pixels into classes: counting, then filling, in raster order.
#include "codec/gaps/leaf_classes.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "codec/gaps/numbers.hpp"

namespace esieve::codec::gaps {

std::uint16_t bright_key(std::uint64_t total_counts, std::uint32_t n_frames) noexcept {
  // 64 times the mean, at least 16 of it: a bright pixel's mean is above one half.
  const std::uint64_t mean_64ths = std::clamp<std::uint64_t>(total_counts * 64 / n_frames, 16, std::uint64_t{1} << 45);
  const unsigned length = static_cast<unsigned>(std::bit_width(mean_64ths));
  return static_cast<std::uint16_t>(first_bright_key + 8 * (length - 5) + (mean_64ths >> (length - 4) & 7));
}

Mean16 bright_mean(std::uint16_t key) noexcept {
  const unsigned octave = (key - first_bright_key) / 8u, eighth = (key - first_bright_key) % 8u;
  // The middle of the bucket: (8 + eighth + 1/2) / 8 * 2^octave / 4.
  return (std::uint64_t{17} + 2 * eighth) << (octave + 16) >> 6;
}

std::size_t LeafClasses::n_events() const noexcept {
  std::size_t n = 0;
  for (const LeafClass& c : classes) n += c.n_events;
  return n;
}

void LeafClasses::build(const BlockShape& shape, const LeafGrid& grid, std::span<const std::uint16_t> leaf_keys) {
  std::array<LeafClass, n_class_keys> by_key{};
  const std::uint32_t size = 1U << grid.log2_size;
  leaf_class.resize(grid.n_leaves());
  for (std::uint32_t ly = 0, leaf = 0; ly < grid.n_y; ++ly) {
    const std::uint32_t rows = std::min(size, shape.det_y - (ly << grid.log2_size));
    for (std::uint32_t lx = 0; lx < grid.n_x; ++lx, ++leaf) {
      if (leaf_keys[leaf] != 0) by_key[leaf_keys[leaf]].n_segments += rows;
    }
  }
  std::array<std::uint16_t, n_class_keys> class_of_key{};
  classes.clear();
  std::uint32_t n_segments = 0;
  for (std::uint16_t key = 0; key < n_class_keys; ++key) {
    LeafClass& c = by_key[key];
    if (c.n_segments == 0) continue;
    class_of_key[key] = static_cast<std::uint16_t>(classes.size());
    c.first_segment = n_segments;
    n_segments += c.n_segments;
    c.bright = key >= first_bright_key;
    if (c.bright) c.mean = bright_mean(key);
    classes.push_back(c);
  }
  for (std::size_t leaf = 0; leaf < leaf_class.size(); ++leaf)
    leaf_class[leaf] = leaf_keys[leaf] == 0 ? no_class : class_of_key[leaf_keys[leaf]];
}

// Detector rows of one row of leaves have the same classes one after another: where the first row's segments go says where all
// do.
template <class Visit>
void LeafClasses::for_each_row(const BlockShape& shape, const LeafGrid& grid, Visit visit) {
  std::array<std::uint32_t, n_class_keys> next{}, n_in_row{};
  for (std::size_t c = 0; c < classes.size(); ++c) next[c] = classes[c].first_segment;
  const std::uint32_t size = 1U << grid.log2_size;
  for (std::uint32_t ly = 0; ly < grid.n_y; ++ly) {
    const std::uint16_t* row = leaf_class.data() + std::size_t{ly} * grid.n_x;
    row_leaves_.clear();
    for (std::uint32_t lx = 0; lx < grid.n_x; ++lx)
      if (row[lx] != no_class) row_leaves_.push_back({lx, row[lx], next[row[lx]] + n_in_row[row[lx]]++, 0});
    const std::uint32_t n_rows = std::min(size, shape.det_y - (ly << grid.log2_size));
    for (RowLeaf& leaf : row_leaves_) leaf.step = n_in_row[leaf.of];
    for (const RowLeaf& leaf : row_leaves_) {
      next[leaf.of] += std::exchange(n_in_row[leaf.of], 0) * n_rows;
    }
    visit(ly);
  }
}

void LeafClasses::build_segments(const BlockShape& shape, const LeafGrid& grid, PixelNumbers numbers) {
  segments.resize(classes.empty() ? 0 : classes.back().first_segment + classes.back().n_segments);
  std::vector<std::uint32_t> columns(grid.n_x);  // first pixel of a segment and how many more, in a row that starts at 0
  for (std::uint32_t lx = 0; lx < grid.n_x; ++lx) {
    const std::uint32_t x = lx << grid.log2_size, more = std::min(1U << grid.log2_size, shape.det_x - x) - 1;
    columns[lx] = x | more << pixel_bits;
  }
  for_each_row(shape, grid, [&](std::uint32_t ly) {
    const std::uint32_t first_y = ly << grid.log2_size, end_y = std::min(first_y + (1U << grid.log2_size), shape.det_y);
    for (std::uint32_t y = first_y; y < end_y; ++y)
      for (RowLeaf& leaf : row_leaves_) {
        segments[leaf.place] = columns[leaf.x] + numbers.first + y * numbers.stride;
        leaf.place += leaf.step;
      }
  });
}

void LeafClasses::build_ranks(const BlockShape& shape, const LeafGrid& grid, std::vector<LeafRanks>& ranks) {
  ranks.resize(grid.n_leaves());
  for_each_row(shape, grid, [&](std::uint32_t ly) {
    LeafRanks* row = ranks.data() + std::size_t{ly} * grid.n_x;
    for (const RowLeaf& leaf : row_leaves_)
      row[leaf.x] = {(leaf.place - classes[leaf.of].first_segment) << grid.log2_size, leaf.step << grid.log2_size, leaf.of};
  });
}

}  // namespace esieve::codec::gaps
