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
#include "codec/gaps/run_stream.hpp"
#include "codec/gaps/tracks.hpp"
#include "codec/level.hpp"

namespace esieve::codec::gaps {

/// What the pixels beside it tell of whether a pixel is lit.
enum class Neighbours : std::uint8_t {
  tell_nothing,  ///< Events touch as often as by chance.
  tell_something,
  make_tracks,  ///< So much that coding by tracks is worth its time.
  make_shapes,  ///< Likewise, and nearly all about places: lit pixels are in solid shapes.
};

/// Padded pixel numbers of a detector, (y + 1) * stride + x + 1: no neighbour above or to the left needs a test for the edge.
struct PaddedGrid {
  std::uint32_t det_x = 0, stride = 0, n_slots = 0;

  PaddedGrid() = default;
  explicit PaddedGrid(const BlockShape& shape) noexcept
      : det_x(shape.det_x), stride(shape.det_x + 2), n_slots((shape.det_y + 1) * stride) {}
  [[nodiscard]] std::uint32_t slot(std::uint32_t y, std::uint32_t x) const noexcept { return (y + 1) * stride + x + 1; }
  friend bool operator==(const PaddedGrid&, const PaddedGrid&) = default;
};

/// Workspace; padded frames of pixels and quads that are zero between calls.
class TrackFinder {
 public:
  void reset(const BlockShape& shape);

  /// Judged from a sample of the frames.
  /// \param leaf_events  events of each leaf of `grid`
  Neighbours judge(const ListedEvents& events, const BlockShape& shape, const LeafGrid& grid,
                   std::span<const std::uint32_t> leaf_events, Level level);

  /// Lists the starters, quads in place of pixels, each with a count of one; and what is said of quads.
  void split(const ListedEvents& events, const BlockShape& shape, QuadCoding coding, ExtractedEvents& starters);

  /// Writes patterns of quads. \pre split for QuadCoding::learned
  void write(TokenList& tokens, TrackModel& model) const;
  /// The same in runs: their laws, then patterns. \pre split for QuadCoding::in_runs
  [[nodiscard]] QuadLaws laws() const;
  void write(RunWriter& runs, const QuadLaws& laws);

 private:
  /// What the places of the events of every `step`th frame cost by gaps.
  struct PlaceCosts {
    BitCost all = 0, starters = 0;
    std::size_t n_starters = 0;
  };
  /// Whether fewer events start a track than would if none knew of the others. Looks at about `n_wanted` events of a frame.
  bool touch_beyond_chance(const ListedEvents& events, const BlockShape& shape, const LeafGrid& grid,
                           std::span<const std::uint32_t> leaf_events, std::size_t step, std::size_t n_wanted);
  /// Leaves in patterns_ what is said of the quads of these frames.
  PlaceCosts place_costs(const ListedEvents& events, const BlockShape& shape, const LeafGrid& grid,
                         std::span<const std::uint32_t> leaf_events, std::size_t step);
  void fill(const ListedEvents& events, std::size_t first, std::size_t n);
  void clear() noexcept;
  /// Puts a frame's events into quads and appends to visits_ or patterns_ what is said of these and their neighbours.
  template <QuadCoding coding>
  void visit_quads(const ListedEvents& events, std::size_t first, std::size_t n);
  /// first_event_[f] for every frame and the end.
  void index_frames(const ListedEvents& events, const BlockShape& shape);

  /// How often each pattern occurs in each class.
  using PatternCounts = std::array<std::array<std::uint32_t, n_symbols>, n_quad_classes>;
  [[nodiscard]] PatternCounts count_patterns() const noexcept;
  /// What patterns_ would take, roughly.
  [[nodiscard]] BitCost pattern_cost() const noexcept;

  /// What is said of a quad by models that learn.
  struct Visit {
    TrackContext context;
    std::uint8_t lit;
  };

  PaddedGrid grid_;
  std::vector<std::uint8_t> is_lit_;  // padded pixels
  std::vector<std::uint32_t> slots_;  // those that are lit now

  QuadGrid quad_grid_;
  std::vector<std::uint8_t> quads_;    // patterns, padded; zero between calls
  std::vector<std::uint8_t> marks_;    // quads that something is said of, likewise
  std::vector<std::uint64_t> inside_;  // a bit for each slot that is a quad of the detector
  // Slots of quads of the last frame: lit ones from the second place on, marked ones, starters.
  RawMemory<std::uint32_t> lit_quads_, visited_;
  std::vector<LitQuad> starters_;

  RawMemory<Visit> visits_;
  RawMemory<std::uint8_t> patterns_;  // class << 4 | pattern
  RawMemory<std::uint8_t> by_class_;  // patterns alone
  std::size_t n_visits_ = 0;          // of one or the other
  std::vector<std::size_t> first_event_;
};

}  // namespace esieve::codec::gaps
