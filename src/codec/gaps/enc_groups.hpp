// SPDX-License-Identifier: Apache-2.0
//
// Encoder's side of frame groups: finds frames that look alike.
#pragma once

#include <cstdint>
#include <vector>

#include "codec/block_shape.hpp"
#include "codec/gaps/extract.hpp"
#include "codec/gaps/frame_groups.hpp"
#include "codec/gaps/side_info.hpp"
#include "codec/level.hpp"

namespace esieve::codec::gaps {

/// Sorts frames into groups by how likely each group's mean frame makes their counts. Numbers are
/// whole, or rounded alike, so that the groups are the same on every machine.
class GroupFinder {
 public:
  /// Whether looking for groups is worth its time: the level has some for it, and the frames differ by more than chance.
  static bool may_find(const ListedEvents& events, const BlockShape& shape, Level level);

  /// Sets `groups`: a single one unless several save enough to pay for their maps.
  /// \param finest       leaves that may be worth it with groups though they were not without
  /// \param least_saved  percent; what saves less is of no use, and not looked for further
  /// \param grid         the leaves settled on for a single group; replaced if finer ones are better
  /// \returns the percentage of bits that they save, of those that maps and places take
  unsigned find(const ListedEvents& events, const BlockShape& shape, Level level, const LeafGrid& finest, unsigned least_saved,
                LeafGrid& grid, FrameGroups& groups);

 private:
  void start(const BlockShape& shape, unsigned n);
  void sum_groups(const ListedEvents& events, const BlockShape& shape);
  void set_scores(const BlockShape& shape);
  /// \returns how many frames changed their group
  std::uint32_t assign_frames(const ListedEvents& events, const BlockShape& shape);
  /// \returns something above `most` where it is above that, which is seen early
  BitCost cost(const ListedEvents& events, const BlockShape& shape, const LeafGrid& grid, BitCost most);

  FrameGroups groups_;
  std::vector<std::uint32_t> sums_;    // (pixel, group)
  std::vector<std::uint32_t> totals_;  // per pixel
  // Whole numbers, as floats: these are multiplied four at a time by every processor.
  std::vector<float> scores_;   // (pixel, group): log2 of the rate
  std::vector<float> offsets_;  // per group: expected counts of a frame
  std::vector<std::uint32_t> leaf_events_;
  BlockModel trial_;
};

}  // namespace esieve::codec::gaps
