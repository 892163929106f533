// SPDX-License-Identifier: Apache-2.0
//
// Encoder's side of tracks: are there any, and which events start one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "codec/block_shape.hpp"
#include "codec/gaps/bit_cost.hpp"
#include "codec/gaps/extract.hpp"
#include "codec/gaps/leaf_map.hpp"
#include "codec/gaps/rans.hpp"
#include "codec/gaps/tracks.hpp"
#include "codec/level.hpp"

namespace esieve::codec::gaps {

/// What the pixels beside it tell of whether a pixel is lit.
enum class Neighbours : std::uint8_t {
  tell_nothing,  ///< Events touch as often as by chance.
  tell_something,
  make_tracks,  ///< So much that coding by tracks is worth its time.
};

/// Which pixels of a frame are lit, as bits: all that tracks look at are found at once. Empty between frames.
class LitPixels {
 public:
  void reset(const PaddedGrid& grid, std::uint32_t det_y);
  void add(std::uint32_t slot) noexcept;
  /// Calls visit(slot) for starters and candidates, lowest first.
  template <class Visit>
  void visit(Visit visit);
  void clear(std::span<const std::uint32_t> slots) noexcept;

 private:
  /// 64 bits from `at` on, which may lie up to `ahead` before the first.
  [[nodiscard]] std::uint64_t bits(std::size_t at) const noexcept {
    const std::size_t word = at >> 6, shift = at & 63;
    return lit_[word] >> shift | lit_[word + 1] << 1 << (63 - shift);
  }

  std::size_t stride_ = 0, ahead_ = 0;
  std::vector<std::uint64_t> lit_;     // from `ahead_` bits before the first slot on
  std::vector<std::uint64_t> marked_;  // a bit for each word of slots that may have something to visit
  std::vector<std::uint64_t> inside_;  // a bit for each slot that is a pixel
};

/// Workspace; one padded frame of counts that is zero between calls.
class TrackFinder {
 public:
  void reset(const BlockShape& shape);

  /// Judged from a sample of the frames.
  /// \param leaf_events  events of each leaf of `grid`
  Neighbours judge(const ListedEvents& events, const BlockShape& shape, const LeafGrid& grid,
                   std::span<const std::uint32_t> leaf_events, Level level);

  /// Copies the starters, each with a count of one.
  void split(const ListedEvents& events, const BlockShape& shape, ExtractedEvents& starters);

  /// Writes the candidates and counts of a frame.
  void write_frame(TokenList& tokens, TrackModel& model, const ListedEvents& events, const BlockShape& shape,
                   std::uint32_t frame);

 private:
  /// What the places of the events of every `step`th frame cost by gaps.
  struct PlaceCosts {
    BitCost all = 0, starters = 0;
    std::size_t n_starters = 0;
  };
  /// Whether fewer events start a track than would if none knew of the others. Looks at about `n_wanted` events of a frame.
  bool touch_beyond_chance(const ListedEvents& events, const BlockShape& shape, const LeafGrid& grid,
                           std::span<const std::uint32_t> leaf_events, std::size_t step, std::size_t n_wanted);
  PlaceCosts place_costs(const ListedEvents& events, const BlockShape& shape, const LeafGrid& grid,
                         std::span<const std::uint32_t> leaf_events, std::size_t step);
  void fill(const ListedEvents& events, std::size_t first, std::size_t n);
  void clear() noexcept;
  void write_filled(TokenList& tokens, TrackModel& model);
  /// first_event_[f] for every frame and the end.
  void index_frames(const ListedEvents& events, const BlockShape& shape);

  PaddedGrid grid_;
  LitPixels lit_;
  TrackModel trial_model_;
  TokenList trial_;
  std::vector<std::uint32_t> counts_;  // padded
  std::vector<std::uint32_t> slots_;   // those that are not zero now
  std::vector<std::size_t> first_event_;
};

}  // namespace esieve::codec::gaps
