// SPDX-License-Identifier: Apache-2.0
//
// What a payload says before its first event, coded alike by encoder and decoder.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/block_shape.hpp"
#include "codec/gaps/bit_cost.hpp"
#include "codec/gaps/frame_groups.hpp"
#include "codec/gaps/laws.hpp"
#include "codec/gaps/leaf_classes.hpp"
#include "codec/gaps/leaf_map.hpp"
#include "codec/gaps/numbers.hpp"
#include "codec/gaps/rans.hpp"
#include "codec/gaps/tracks.hpp"
#include "codec/gaps/value_model.hpp"

namespace esieve::codec::gaps {

inline constexpr unsigned most_log2_leaf_size = 4;
/// Keeps every position within 32 bits.
inline constexpr std::uint64_t most_slots = std::uint64_t{1} << 31;

/// Whether blocks of this shape can be coded at all.
[[nodiscard]] inline bool is_codable(const BlockShape& shape, unsigned log2_leaf_size) noexcept {
  const LeafGrid grid(shape.det_y, shape.det_x, log2_leaf_size);
  const std::uint64_t leaf_slots = std::uint64_t{shape.n_frames} << (2 * log2_leaf_size);
  const std::uint64_t padded = (std::uint64_t{shape.det_y} + 4) * (std::uint64_t{shape.det_x} + 4);
  return shape.n_counts() != 0 && padded < 1U << pixel_bits && leaf_slots <= most_leaf_events &&
         grid.n_leaves() <= most_slots / leaf_slots;
}

/// Frames are coded in batches: within one, class after class. A batch has about this many pixels,
/// so that its dense counts fit a core's own cache and a class has more than a handful of events.
inline constexpr std::uint32_t batch_pixels = 1U << 17;
[[nodiscard]] inline std::uint32_t batch_frames(const BlockShape& shape) noexcept {
  const std::size_t n = batch_pixels / shape.n_pixels();
  return n == 0 ? 1 : n < shape.n_frames ? static_cast<std::uint32_t>(n) : shape.n_frames;
}

/// The models of a block. Kept in a Scratch from block to block. `shape` below is that of one group
/// of frames: its n_frames are the group's.
struct BlockModel {
  LeafGrid grid;
  bool has_tracks = false;  ///< gaps place quads that start one, and say nothing about counts
  QuadCoding quad_coding = QuadCoding::in_runs;
  TrackModel tracks;                        ///< if they are learned
  std::vector<std::uint16_t> leaf_keys;     ///< rate keys; of bright leaves, then, bright keys
  std::vector<std::uint16_t> bright_keys;   ///< filled by an encoder; of bright leaves only
  std::vector<std::uint32_t> class_events;  ///< filled by an encoder
  std::vector<std::uint32_t> above_one;     ///< per class: events with a count of at least 2
  LeafClasses leaves;
  std::vector<GapLaw> gap_laws;    ///< per class
  std::vector<ValueModel> values;  ///< per class
  OutlierModel outliers;

  /// Forgets everything learned. `has_tracks` and `quad_coding` are set before.
  void begin_block();
  /// What leaf map and gaps would take with this grid and its `leaf_events`.
  [[nodiscard]] BitCost estimate_cost(const BlockShape& shape, std::span<const std::uint32_t> events, const LeafGrid& with);
  /// The same for the next group of a block, which learns from those before.
  [[nodiscard]] BitCost next_group_cost(const BlockShape& shape, std::span<const std::uint32_t> events, const LeafGrid& with);
  /// Leaf map and bright keys; then `leaves` is built.
  /// \returns false if a decoder has read what cannot be
  template <class Coder>
  bool code_classes(Coder& coder, const BlockShape& shape);
  /// Totals and laws; then classes and values are ready. An encoder has filled `class_events`, `above_one`.
  /// \param counts_of  of a class whose law is set up: its counts that are coded, for an encoder
  template <class Coder, class CountsOf>
  bool code_values(Coder& coder, const BlockShape& shape, CountsOf counts_of);

  /// What is said of all counts of a block with tracks.
  template <class Coder>
  bool code_track_counts(Coder& coder, const BlockShape& shape, TrackCounts& counts);

  /// What is said of all patterns of quads that are coded in runs.
  /// \param quads  shape of the block in quads
  template <class Coder>
  bool code_quad_laws(Coder& coder, const BlockShape& quads, QuadLaws& laws);

  /// Whether a leaf's counts have a class of their own.
  [[nodiscard]] bool is_bright_leaf(std::uint16_t rate_key, const BlockShape& shape) const noexcept {
    return !has_tracks && is_bright(rate_key, shape.n_frames, grid.log2_size);
  }

  [[nodiscard]] std::uint32_t n_ranks(std::size_t c) const noexcept { return leaves.classes[c].n_segments << grid.log2_size; }

 private:
  template <class Coder>
  bool code_bright_keys(Coder& coder, const BlockShape& shape);

  TokenList trial_;
  LeafMapModel map_;
  MapGuess guess_;
  NumberModel key_steps_, totals_, exceptions_;
  std::vector<std::uint16_t> trial_keys_;
};

inline void BlockModel::begin_block() {
  map_.reset();
  guess_.reset(grid.n_leaves());
  key_steps_.reset();
  totals_.reset();
  exceptions_.reset();
  outliers.reset();
  if (has_tracks && quad_coding == QuadCoding::learned) tracks.reset();
}

inline BitCost BlockModel::estimate_cost(const BlockShape& shape, std::span<const std::uint32_t> events, const LeafGrid& with) {
  map_.reset();
  guess_.reset(with.n_leaves());
  return next_group_cost(shape, events, with);
}

inline BitCost BlockModel::next_group_cost(const BlockShape& shape, std::span<const std::uint32_t> events, const LeafGrid& with) {
  trial_.clear();
  trial_keys_.resize(events.size());
  std::array<std::uint64_t, n_rate_keys> n_events{}, n_leaves{};
  for (std::size_t leaf = 0; leaf < events.size(); ++leaf) {
    const std::uint16_t key = rate_key(events[leaf]);
    trial_keys_[leaf] = key;
    n_events[key] += events[leaf];
    ++n_leaves[key];
  }
  map_.code(trial_, with, guess_.guess8(shape.n_frames), trial_keys_);
  guess_.add(trial_keys_, shape.n_frames);
  BitCost cost = token_cost(trial_.tokens());
  const std::uint64_t leaf_slots = std::uint64_t{shape.n_frames} << (2 * with.log2_size);
  for (std::size_t key = 1; key < n_rate_keys; ++key) cost += arrangement_cost(n_events[key], n_leaves[key] * leaf_slots);
  return cost;
}

template <class Coder>
bool BlockModel::code_classes(Coder& coder, const BlockShape& shape) {
  leaf_keys.resize(grid.n_leaves());
  bright_keys.resize(grid.n_leaves());
  if (!map_.code(coder, grid, guess_.guess8(shape.n_frames), leaf_keys)) return false;
  guess_.add(leaf_keys, shape.n_frames);
  if (!code_bright_keys(coder, shape)) return false;
  leaves.build(shape, grid, leaf_keys);
  return true;
}

// The key of a bright pixel as the difference from the last one's.
template <class Coder>
bool BlockModel::code_bright_keys(Coder& coder, const BlockShape& shape) {
  std::uint32_t last = first_bright_key;
  for (std::size_t leaf = 0; leaf < leaf_keys.size(); ++leaf) {
    if (!is_bright_leaf(leaf_keys[leaf], shape)) continue;
    const std::uint32_t up = bright_keys[leaf] - last, down = last - bright_keys[leaf];
    const std::uint32_t coded = key_steps_.code(coder, bright_keys[leaf] >= last ? 2 * up : 2 * down - 1);
    last = coded & 1 ? last - (coded + 1) / 2 : last + coded / 2;
    if (last < first_bright_key || last >= n_class_keys) return false;
    leaf_keys[leaf] = static_cast<std::uint16_t>(last);
  }
  return true;
}

template <class Coder, class CountsOf>
bool BlockModel::code_values(Coder& coder, const BlockShape& shape, CountsOf counts_of) {
  const std::size_t n_classes = leaves.classes.size();
  class_events.resize(n_classes);
  above_one.resize(n_classes);
  gap_laws.resize(n_classes);
  values.resize(n_classes);
  for (std::size_t c = 0; c < n_classes; ++c) {
    LeafClass& of = leaves.classes[c];
    const std::uint64_t n_slots = std::uint64_t{n_ranks(c)} * shape.n_frames;
    of.n_events = class_events[c] = totals_.code(coder, class_events[c]);
    if (of.n_events == 0 || of.n_events > n_slots) return false;
    if (!of.bright) of.mean = poisson_mean(of.n_events, n_slots);
    gap_laws[c] = make_gap_law(of.n_events, n_slots);
    if (has_tracks) continue;
    above_one[c] = exceptions_.code(coder, above_one[c]);
    if (above_one[c] > of.n_events) return false;
    ValueModel& law = values[c];
    law.reset(of, above_one[c]);
    if (!law.each() && above_one[c] == 0) continue;
    law.fit(counts_of(c));
    law.code_law(coder);
  }
  return true;
}

template <class Coder>
bool BlockModel::code_track_counts(Coder& coder, const BlockShape& shape, TrackCounts& counts) {
  counts.n_events = totals_.code(coder, counts.n_events);
  counts.n_low_bits = static_cast<std::uint8_t>(coder.bits(4, counts.n_low_bits));
  for (std::uint8_t& weight : counts.weights) weight = static_cast<std::uint8_t>(coder.bits(8, weight));
  return counts.n_events <= shape.n_counts();
}

template <class Coder>
bool BlockModel::code_quad_laws(Coder& coder, const BlockShape& quads, QuadLaws& laws) {
  std::uint64_t n_all = 0;
  for (QuadLaw& law : laws) {
    law.n = totals_.code(coder, law.n);
    n_all += law.n;
    if (law.n == 0) continue;
    std::uint32_t present = 0;
    for (unsigned pattern = 0; pattern < n_symbols; ++pattern) present |= std::uint32_t{law.weights[pattern] != 0} << pattern;
    present = coder.bits(n_symbols, present);
    for (unsigned pattern = 0; pattern < n_symbols; ++pattern)
      law.weights[pattern] = (present >> pattern & 1) == 0
                                 ? std::uint8_t{0}
                                 : static_cast<std::uint8_t>(coder.bits(QuadLaw::weight_bits, law.weights[pattern]));
  }
  return n_all <= quads.n_counts();  // each is visited once
}

}  // namespace esieve::codec::gaps
