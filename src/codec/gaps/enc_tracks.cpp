// SPDX-License-Identifier: Apache-2.0
//
// Encoder's side of tracks.
#include "codec/gaps/enc_tracks.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "codec/gaps/bit_cost.hpp"
#include "codec/gaps/list_marks.hpp"
#include "codec/gaps/pixel_place.hpp"

namespace esieve::codec::gaps {
namespace {

/// Tracks take longer to decode than gaps: what they may take at most of what gaps do, in 64ths.
constexpr unsigned most_64ths = 60;

/// On how many events that is judged.
std::size_t n_sampled(Level level) noexcept {
  switch (level) {
    case Level::fast: return 512;
    case Level::standard: return 1024;
    default: return 16384;
  }
}

constexpr BitCost one_over_ln2 = 94548;  // 65536 / ln 2

/// Whether a pixel has lit neighbours to the left or above.
bool touches(const std::uint8_t* at, std::ptrdiff_t stride) noexcept {
  return (at[-1] | at[-stride - 1] | at[-stride] | at[-stride + 1]) != 0;
}

}  // namespace

void TrackFinder::reset(const BlockShape& shape) {
  first_event_.clear();
  n_visits_ = 0;
  const PaddedGrid grid(shape);
  if (grid == grid_) return;
  grid_ = grid;
  is_lit_.assign(grid_.n_slots, 0);
  quad_grid_ = QuadGrid(shape);
  const std::size_t n_words = (std::size_t{quad_grid_.n_slots} + 63) / 64;
  inside_ = inside(quad_grid_, n_words);
  quads_.assign(quad_grid_.n_slots, 0);
  marks_.assign(n_words * 64, 0);
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
    is_lit_[slot] = 1;
    slots_.push_back(slot);
  }
}

void TrackFinder::clear() noexcept {
  for (const std::uint32_t slot : slots_) is_lit_[slot] = 0;
}

// Whether an event is in the quad of the one before, and whether that starts a track, cannot be predicted: nothing branches on it.
template <QuadCoding coding>
void TrackFinder::visit_quads(const ListedEvents& events, std::size_t first, std::size_t n) {
  const QuadGrid& grid = quad_grid_;
  const auto stride = static_cast<std::ptrdiff_t>(grid.stride);
  const PixelPlace place(grid_.det_x);
  lit_quads_.reserve(n + 1);
  std::uint8_t* const quads = quads_.data();
  std::uint32_t* const lit_quads = lit_quads_.data();
  lit_quads[0] = 0;  // no quad's slot
  std::size_t n_lit = 0;
  for (std::size_t e = first; e < first + n; ++e) {
    const std::uint32_t y = place.row(events.pixels[e]), x = place.column(events.pixels[e], y);
    const std::uint32_t slot = grid.slot(y, x / quad_pixels);
    quads[slot] = static_cast<std::uint8_t>(quads[slot] | 1U << x % quad_pixels);
    n_lit += slot != lit_quads[n_lit] ? 1U : 0U;
    lit_quads[n_lit] = slot;
  }
  // It, the one beside, the three below: some of them more than once rather than by a condition.
  std::uint8_t* const marks = marks_.data();
  for (std::size_t i = 1; i <= n_lit; ++i) {
    std::uint8_t* const at = marks + lit_quads[i];
    const std::ptrdiff_t lit = quads[lit_quads[i]], right = lit >> (quad_pixels - 1);
    at[0] = at[right] = 1;
    at[stride - (lit & 1)] = at[stride] = at[stride + right] = 1;
  }
  visited_.reserve(5 * n_lit + list_spare);
  const std::uint32_t* const visited = visited_.data();
  const std::size_t n_visited = list_kernels().list(marks, inside_.size(), inside_.data(), visited_.data());
  starters_.resize(n_visited + 1);
  LitQuad* const starters = starters_.data();
  std::size_t n_starters = 0;
  const auto visit = [&](auto* visits, auto visit_of) {
    for (std::size_t i = 0; i < n_visited; ++i) {
      const std::uint8_t* const at = quads + visited[i];
      const unsigned near = near_context(at, stride);
      visits[i] = visit_of(at, near);
      starters[n_starters] = {visited[i], *at};
      n_starters += (near & touching_mask) == 0 ? 1U : 0U;
    }
  };
  if constexpr (coding == QuadCoding::learned) {
    visits_.reserve(n_visits_ + n_visited, n_visits_);
    visit(visits_.data() + n_visits_, [&](const std::uint8_t* at, unsigned) { return Visit{track_context(at, stride), *at}; });
  } else {
    patterns_.reserve(n_visits_ + n_visited, n_visits_);
    visit(patterns_.data() + n_visits_, [&](const std::uint8_t* at, unsigned near) {
      return static_cast<std::uint8_t>(unsigned{quad_classes[near]} << 4 | *at);
    });
  }
  starters_.resize(n_starters);
  n_visits_ += n_visited;
  for (std::size_t i = 1; i <= n_lit; ++i) quads[lit_quads[i]] = 0;
}

// Compares, on whole frames spread over the block, the places of all events by gaps against the places of starters by gaps and
// of the rest by their neighbours. Counts take the same either way, and are put on both scales.
Neighbours TrackFinder::judge(const ListedEvents& events, const BlockShape& shape, const LeafGrid& grid,
                              std::span<const std::uint32_t> leaf_events, Level level) {
  const std::size_t n_wanted = n_sampled(level);
  index_frames(events, shape);
  const std::size_t wanted = std::min(n_wanted, events.pixels.size());
  const std::size_t n_frames = std::max<std::size_t>(1, shape.n_frames * wanted / events.pixels.size());
  const std::size_t step = std::max<std::size_t>(1, shape.n_frames / n_frames);
  if (!touch_beyond_chance(events, shape, grid, leaf_events, step, n_wanted)) return Neighbours::tell_nothing;
  const PlaceCosts places = place_costs(events, shape, grid, leaf_events, step);
  if (places.n_starters == 0 || places.starters * 64 >= places.all * most_64ths) return Neighbours::tell_something;
  AdaptiveCdf lengths;
  lengths.reset(7);
  BitCost below = 0;
  TokenList counts;
  for (std::size_t f = step / 2; f < shape.n_frames; f += step) {
    for (const std::uint32_t count : events.counts.subspan(first_event_[f], events.frame_events[f])) {
      const auto length = static_cast<unsigned>(std::bit_width(count));
      counts.symbol(lengths, std::min(length, n_symbols - 1));
      below += BitCost{length - 1} << 16;
    }
  }
  const BitCost of_counts = token_cost(counts.tokens()) + below;
  const BitCost by_gaps = places.all, by_tracks = places.starters + pattern_cost();
  if ((by_tracks + of_counts) * 64 >= (by_gaps + of_counts) * most_64ths) return Neighbours::tell_something;
  return by_tracks * 5 < by_gaps * 2 ? Neighbours::make_shapes : Neighbours::make_tracks;
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
      n_starters += touches(&is_lit_[slots_[i]], static_cast<std::ptrdiff_t>(grid_.stride)) ? 0U : 1U;
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
  const auto cost = [&](std::uint32_t pixel) { return one_in_all - log2_cost(leaf_events[leaf_of(pixel)]); };
  const QuadPlaces place(quad_grid_);
  PlaceCosts costs;
  std::size_t n_all = 0;
  n_visits_ = 0;
  for (std::size_t f = step / 2; f < shape.n_frames; f += step) {
    const auto pixels = events.pixels.subspan(first_event_[f], events.frame_events[f]);
    n_all += pixels.size();
    for (const std::uint32_t pixel : pixels) costs.all += cost(pixel);
    visit_quads<QuadCoding::in_runs>(events, first_event_[f], events.frame_events[f]);
    for (const LitQuad& quad : starters_) {
      const auto [y, x] = place(quad.slot);
      costs.starters += cost(y * shape.det_x + x * quad_pixels + static_cast<unsigned>(std::countr_zero(quad.lit)));
    }
    costs.n_starters += starters_.size();
  }
  // One in four times as many, as quads are fewer than pixels.
  if (costs.n_starters != 0)
    costs.starters += costs.n_starters * (log2_cost(n_all) - log2_cost(costs.n_starters)) -
                      std::min(costs.starters, costs.n_starters * log2_cost(quad_pixels));
  return costs;
}

void TrackFinder::split(const ListedEvents& events, const BlockShape& shape, QuadCoding coding, ExtractedEvents& starters) {
  index_frames(events, shape);
  starters.n_events = 0;
  starters.frame_events.assign(shape.n_frames, 0);
  n_visits_ = 0;
  const QuadPlaces place(quad_grid_);
  for (std::uint32_t f = 0; f < shape.n_frames; ++f) {
    if (coding == QuadCoding::learned)
      visit_quads<QuadCoding::learned>(events, first_event_[f], events.frame_events[f]);
    else
      visit_quads<QuadCoding::in_runs>(events, first_event_[f], events.frame_events[f]);
    starters.reserve(starters_.size());
    for (const LitQuad& quad : starters_) {
      const auto [y, x] = place(quad.slot);
      starters.pixels[starters.n_events] = y * quad_grid_.n_x + x;
      starters.counts[starters.n_events++] = 1;
    }
    starters.frame_events[f] = static_cast<std::uint32_t>(starters_.size());
  }
}

void TrackFinder::write(TokenList& tokens, TrackModel& model) const {
  for (const Visit& visit : std::span(visits_.data(), n_visits_)) model.code(tokens, visit.context, visit.lit);
}

TrackFinder::PatternCounts TrackFinder::count_patterns() const noexcept {
  // Several tables, as most patterns are alike and an increment waits for the last.
  std::array<PatternCounts, 4> tables{};
  const auto add = [&](std::uint8_t pattern, std::size_t table) { ++tables[table][pattern >> 4][pattern & 15]; };
  const std::uint8_t* const patterns = patterns_.data();
  std::size_t at = 0;
  for (; at + tables.size() <= n_visits_; at += tables.size())
    for (std::size_t i = 0; i < tables.size(); ++i) add(patterns[at + i], i);
  for (; at < n_visits_; ++at) add(patterns[at], 0);
  for (std::size_t i = 1; i < tables.size(); ++i)
    for (unsigned c = 0; c < n_quad_classes; ++c)
      for (unsigned pattern = 0; pattern < n_symbols; ++pattern) tables[0][c][pattern] += tables[i][c][pattern];
  return tables[0];
}

// Weights take more than their bits of few patterns: what is not known of each is half a logarithm.
BitCost TrackFinder::pattern_cost() const noexcept {
  BitCost cost = 0;
  for (const auto& n_of : count_patterns()) {
    const std::uint32_t n = std::accumulate(n_of.begin(), n_of.end(), 0U);
    if (n == 0) continue;
    for (const std::uint32_t each : n_of)
      if (each != 0) cost += each * (log2_cost(n) - log2_cost(each)) + log2_cost(n) / 2;
    cost -= log2_cost(n) / 2;
  }
  return cost;
}

QuadLaws TrackFinder::laws() const {
  const PatternCounts counts = count_patterns();
  QuadLaws laws;
  for (unsigned c = 0; c < n_quad_classes; ++c) laws[c].fit(counts[c]);
  return laws;
}

void TrackFinder::write(RunWriter& runs, const QuadLaws& laws) {
  by_class_.reserve(n_visits_);
  std::array<std::uint8_t*, n_quad_classes> next;
  std::uint8_t* at = by_class_.data();
  for (unsigned c = 0; c < n_quad_classes; ++c) {
    next[c] = at;
    at += laws[c].n;
  }
  for (const std::uint8_t pattern : std::span(patterns_.data(), n_visits_)) *next[pattern >> 4]++ = pattern & 15;
  at = by_class_.data();
  for (const QuadLaw& law : laws) {
    if (law.n == 0) continue;
    const RunWriter::Room room = runs.begin(law.cdf(), 0, law.n);
    std::copy_n(at, law.n, room.symbols);
    runs.end(law.n);
    at += law.n;
  }
}

}  // namespace esieve::codec::gaps
