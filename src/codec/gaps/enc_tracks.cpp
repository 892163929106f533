// SPDX-License-Identifier: Apache-2.0
//
// Encoder's side of tracks.
#include "codec/gaps/enc_tracks.hpp"

#include <algorithm>

#include "codec/gaps/bit_cost.hpp"
#include "codec/gaps/pixel_place.hpp"

namespace esieve::codec::gaps {
namespace {

/// Tracks take longer to decode than gaps: what they must save for it, in 64ths, and on how many
/// events that is judged.
struct Judgement {
  unsigned most_64ths;
  std::size_t n_sampled;
};

Judgement judgement(Level level) noexcept {
  switch (level) {
    case Level::fast: return {54, 512};
    case Level::standard: return {60, 1024};
    default: return {60, 16384};
  }
}

constexpr BitCost one_over_ln2 = 94548;  // 65536 / ln 2

}  // namespace

void LitPixels::reset(const PaddedGrid& grid, std::uint32_t det_y) {
  const std::size_t n_words = (std::size_t{grid.n_slots} + 63) / 64;
  stride_ = grid.stride;
  ahead_ = (stride_ + 64) / 64 * 64;
  lit_.assign(ahead_ / 64 + n_words + 1, 0);
  marked_.assign((n_words + 63) / 64, 0);
  inside_ = inside(grid, det_y, n_words);
}

inline void LitPixels::add(std::uint32_t slot) noexcept {
  lit_[(ahead_ + slot) >> 6] |= std::uint64_t{1} << (slot & 63);
  for (const std::size_t visited : {std::size_t{slot}, slot + std::size_t{1}, slot + stride_ - 1, slot + stride_ + 1})
    marked_[visited >> 12] |= std::uint64_t{1} << (visited >> 6 & 63);
}

template <class Visit>
inline void LitPixels::visit(Visit visit) {
  for (std::size_t group = 0; group < marked_.size(); ++group) {
    for (std::uint64_t marked = marked_[group]; marked != 0; marked &= marked - 1) {
      const std::size_t word = group * 64 + static_cast<unsigned>(std::countr_zero(marked)), at = ahead_ + word * 64;
      std::uint64_t there = bits(at) | bits(at - 1) | bits(at - stride_ - 1) | bits(at - stride_) | bits(at - stride_ + 1);
      for (there &= inside_[word]; there != 0; there &= there - 1)
        visit(word * 64 + static_cast<unsigned>(std::countr_zero(there)));
    }
    marked_[group] = 0;
  }
}

inline void LitPixels::clear(std::span<const std::uint32_t> slots) noexcept {
  for (const std::uint32_t slot : slots) lit_[(ahead_ + slot) >> 6] = 0;
}

void TrackFinder::reset(const BlockShape& shape) {
  first_event_.clear();
  const PaddedGrid grid(shape);
  if (grid == grid_) return;
  grid_ = grid;
  counts_.assign(grid_.n_slots, 0);
  lit_.reset(grid_, shape.det_y);
}

void TrackFinder::index_frames(const ListedEvents& events, const BlockShape& shape) {
  if (!first_event_.empty()) return;
  first_event_.resize(shape.n_frames + std::size_t{1}, 0);
  for (std::uint32_t f = 0; f < shape.n_frames; ++f) first_event_[f + 1] = first_event_[f] + events.frame_events[f];
}

void TrackFinder::fill(const ListedEvents& events, std::size_t first, std::size_t n) {
  slots_.clear();
  const PixelPlace place(grid_.det_x);
  for (std::size_t e = first; e < first + n; ++e) {
    const std::uint32_t y = place.row(events.pixels[e]);
    const std::uint32_t slot = grid_.slot(y, place.column(events.pixels[e], y));
    counts_[slot] = events.counts[e];
    slots_.push_back(slot);
  }
}

void TrackFinder::clear() noexcept {
  for (const std::uint32_t slot : slots_) counts_[slot] = 0;
}

void TrackFinder::write_filled(TokenList& tokens, TrackModel& model) {
  for (const std::uint32_t slot : slots_) lit_.add(slot);
  const auto stride = static_cast<std::ptrdiff_t>(grid_.stride);
  lit_.visit([&](std::size_t slot) { model.code(tokens, counts_.data() + slot, stride, counts_[slot]); });
  lit_.clear(slots_);
}

// Compares, on whole frames spread over the block, the places of all events by gaps against the
// places of starters by gaps and of the rest by their neighbours. Counts are put alike on both
// scales, except that tracks know the neighbours.
Neighbours TrackFinder::judge(const ListedEvents& events, const BlockShape& shape, const LeafGrid& grid,
                              std::span<const std::uint32_t> leaf_events, Level level) {
  const Judgement how = judgement(level);
  index_frames(events, shape);
  const std::size_t wanted = std::min(how.n_sampled, events.pixels.size());
  const std::size_t n_frames = std::max<std::size_t>(1, shape.n_frames * wanted / events.pixels.size());
  const std::size_t step = std::max<std::size_t>(1, shape.n_frames / n_frames);
  if (!touch_beyond_chance(events, shape, grid, leaf_events, step, how.n_sampled)) return Neighbours::tell_nothing;
  const PlaceCosts places = place_costs(events, shape, grid, leaf_events, step);
  // Whether or not the neighbours tell anything of the counts: where most events start a track, they are none.
  if (places.n_starters == 0 || places.starters * 64 >= places.all * how.most_64ths) return Neighbours::tell_something;
  trial_.clear();
  trial_model_.reset(TrackModels::one);
  TrackModel alone;
  alone.reset(TrackModels::one);
  TokenList counts_alone;
  const std::vector<std::uint32_t> nothing(5 * std::size_t{grid_.stride}, 0);
  for (std::size_t f = step / 2; f < shape.n_frames; f += step) {
    fill(events, first_event_[f], events.frame_events[f]);
    for (const std::uint32_t slot : slots_)
      alone.code(counts_alone, nothing.data() + 3 * grid_.stride, static_cast<std::ptrdiff_t>(grid_.stride), counts_[slot]);
    write_filled(trial_, trial_model_);
    clear();
  }
  const BitCost by_gaps = places.all + token_cost(counts_alone.tokens());
  const BitCost by_tracks = places.starters + token_cost(trial_.tokens());
  return by_tracks * 64 < by_gaps * how.most_64ths ? Neighbours::make_tracks : Neighbours::tell_something;
}

// Events that do not know of each other touch as well, by chance; their neighbours tell nothing of them.
bool TrackFinder::touch_beyond_chance(const ListedEvents& events, const BlockShape& shape, const LeafGrid& grid,
                                      std::span<const std::uint32_t> leaf_events, std::size_t step, std::size_t n_wanted) {
  constexpr std::uint64_t one = 1 << 16;
  const std::uint64_t leaf_slots = std::uint64_t{shape.n_frames} << (2 * grid.log2_size);
  const LeafOf leaf_of(grid, shape.det_x);
  std::uint64_t n_starters = 0, expected = 0;  // the latter times `one`
  for (std::size_t f = step / 2; f < shape.n_frames; f += step) {
    fill(events, first_event_[f], events.frame_events[f]);
    const std::size_t event_step = slots_.size() / n_wanted + 1;
    for (std::size_t i = 0; i < slots_.size(); i += event_step) {
      const std::uint64_t n_leaf = leaf_events[leaf_of(events.pixels[first_event_[f] + i])];
      const std::uint64_t unlit = one - std::min(one, n_leaf * one / leaf_slots);
      expected += unlit * unlit / one * unlit / one * unlit / one;
      n_starters += lit_pattern(&counts_[slots_[i]], static_cast<std::ptrdiff_t>(grid_.stride)) == 0 ? 1U : 0U;
    }
    clear();
  }
  return n_starters * 8 * one < expected * 7;
}

TrackFinder::PlaceCosts TrackFinder::place_costs(const ListedEvents& events, const BlockShape& shape, const LeafGrid& grid,
                                                 std::span<const std::uint32_t> leaf_events, std::size_t step) {
  const std::uint64_t leaf_slots = std::uint64_t{shape.n_frames} << (2 * grid.log2_size);
  const BitCost one_in_all = one_over_ln2 + log2_cost(leaf_slots);
  const LeafOf leaf_of(grid, shape.det_x);
  PlaceCosts costs;
  std::size_t n_all = 0;
  for (std::size_t f = step / 2; f < shape.n_frames; f += step) {
    fill(events, first_event_[f], events.frame_events[f]);
    n_all += slots_.size();
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const BitCost cost = one_in_all - log2_cost(leaf_events[leaf_of(events.pixels[first_event_[f] + i])]);
      costs.all += cost;
      if (lit_pattern(&counts_[slots_[i]], static_cast<std::ptrdiff_t>(grid_.stride)) != 0) continue;
      costs.starters += cost;
      ++costs.n_starters;
    }
    clear();
  }
  if (costs.n_starters != 0) costs.starters += costs.n_starters * (log2_cost(n_all) - log2_cost(costs.n_starters));
  return costs;
}

void TrackFinder::split(const ListedEvents& events, const BlockShape& shape, ExtractedEvents& starters) {
  index_frames(events, shape);
  starters.n_events = 0;
  starters.frame_events.assign(shape.n_frames, 0);
  starters.reserve(events.pixels.size());
  for (std::uint32_t f = 0; f < shape.n_frames; ++f) {
    fill(events, first_event_[f], events.frame_events[f]);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (lit_pattern(&counts_[slots_[i]], static_cast<std::ptrdiff_t>(grid_.stride)) != 0) continue;
      starters.pixels[starters.n_events] = events.pixels[first_event_[f] + i];
      starters.counts[starters.n_events++] = 1;
      ++starters.frame_events[f];
    }
    clear();
  }
}

void TrackFinder::write_frame(TokenList& tokens, TrackModel& model, const ListedEvents& events, const BlockShape& shape,
                              std::uint32_t frame) {
  index_frames(events, shape);
  fill(events, first_event_[frame], events.frame_events[frame]);
  write_filled(tokens, model);
  clear();
}

}  // namespace esieve::codec::gaps
