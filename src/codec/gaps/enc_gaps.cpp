// SPDX-License-Identifier: Apache-2.0
//
// Encoder: events to leaf totals to classes to gaps.
#include <algorithm>
#include <array>
#include <bit>

#include "base/bytes.hpp"
#include "codec/gaps/enc_groups.hpp"
#include "codec/gaps/enc_tracks.hpp"
#include "codec/gaps/extract.hpp"
#include "codec/gaps/gaps.hpp"
#include "codec/gaps/payload_flags.hpp"
#include "codec/gaps/pixel_place.hpp"
#include "codec/gaps/side_info.hpp"

namespace esieve::codec {
namespace gaps {
namespace {

/// Denser blocks are better served by a coder that looks at every pixel.
constexpr std::size_t least_counts_per_event = 3;

/// The rank of a pixel, and its class.
struct PixelRank {
  std::uint32_t rank, of;
};

struct EncoderMemory {
  ListedEvents all_events;
  ListedEvents events;        // what gaps place: all, the starters, or those of one group
  ExtractedEvents extracted;  // all, where nobody has listed them
  ExtractedEvents chosen;     // starters, or a group
  TrackFinder tracks;
  GroupFinder group_finder;
  FrameGroups groups;
  BlockModel model;
  std::vector<LeafClasses::LeafRanks> ranks;
  RawMemory<PixelRank> pixel_ranks;
  std::vector<std::uint32_t> first;    // per class: first of its events in the arrays below
  RawMemory<std::uint32_t> positions;  // frame * n_ranks + rank
  RawMemory<std::uint32_t> values;
  std::vector<std::uint32_t> first_exception;             // per class, likewise
  RawMemory<std::uint32_t> exceptions, exception_values;  // which events of a class have counts above one, and these
  std::vector<std::uint32_t> leaf_events;
  std::vector<std::uint32_t> merged;  // leaf counts while the leaf size is chosen
  std::vector<std::uint64_t> pixel_totals;
  std::vector<std::size_t> first_event;  // of each frame of all_events
  TokenList tokens;
  RunWriter runs;
  RawMemory<std::uint32_t> words;  // of the side stream, before they are appended
  std::vector<std::byte> side;
};

// The finest leaves whose number stays in proportion to the events: the map must not cost the time.
unsigned finest_leaf_size(const BlockShape& shape, std::size_t n_events, Level level) {
  const std::size_t most_leaves = level == Level::max ? 8 * n_events : n_events / 4;
  unsigned log2_size = 0;
  while (log2_size < most_log2_leaf_size && LeafGrid(shape.det_y, shape.det_x, log2_size).n_leaves() > most_leaves) ++log2_size;
  return log2_size;
}

void count_leaf_events(EncoderMemory& m, const BlockShape& shape) {
  const LeafGrid& grid = m.model.grid;
  m.leaf_events.assign(grid.n_leaves(), 0);
  if (grid.log2_size == 0) {
    for (const std::uint32_t pixel : m.events.pixels) ++m.leaf_events[pixel];
    return;
  }
  const LeafOf leaf_of(grid, shape.det_x);
  for (const std::uint32_t pixel : m.events.pixels) ++m.leaf_events[leaf_of(pixel)];
}

void set_finest_leaves(EncoderMemory& m, const BlockShape& shape, Level level) {
  m.model.grid = LeafGrid(shape.det_y, shape.det_x, finest_leaf_size(shape, m.events.pixels.size(), level));
  count_leaf_events(m, shape);
}

/// The same events in leaves of twice the size.
void merge_leaves(const LeafGrid& fine, std::span<const std::uint32_t> events, const LeafGrid& coarse,
                  std::vector<std::uint32_t>& merged) {
  merged.assign(coarse.n_leaves(), 0);
  for (std::uint32_t y = 0; y < fine.n_y; ++y)
    for (std::uint32_t x = 0; x < fine.n_x; ++x)
      merged[(y >> 1) * coarse.n_x + (x >> 1)] += events[std::size_t{y} * fine.n_x + x];
}

// Coarser leaves are cheaper to list and cost more gaps: takes the best, from fine to coarse. Level fast does not try: a leaf for
// sixteen events is about right.
void settle_leaf_size(EncoderMemory& m, const BlockShape& shape, Level level) {
  BlockModel& model = m.model;
  const bool tries = level != Level::fast;
  BitCost cost = tries ? model.estimate_cost(shape, m.leaf_events, model.grid) : 0;
  while (model.grid.log2_size < most_log2_leaf_size) {
    if (!tries && model.grid.n_leaves() <= m.events.pixels.size() / 16) return;
    const LeafGrid coarse(shape.det_y, shape.det_x, model.grid.log2_size + 1);
    merge_leaves(model.grid, m.leaf_events, coarse, m.merged);
    if (tries) {
      const BitCost coarse_cost = model.estimate_cost(shape, m.merged, coarse);
      if (coarse_cost >= cost) return;
      cost = coarse_cost;
    }
    model.grid = coarse;
    m.leaf_events.swap(m.merged);
  }
}

void find_keys(EncoderMemory& m, const BlockShape& shape) {
  BlockModel& model = m.model;
  model.leaf_keys.resize(m.leaf_events.size());
  std::transform(m.leaf_events.begin(), m.leaf_events.end(), model.leaf_keys.begin(), rate_key);
  model.bright_keys.assign(m.leaf_events.size(), 0);
  if (model.grid.log2_size != 0) return;
  const auto bright = [&](std::uint16_t key) { return model.is_bright_leaf(key, shape); };
  if (std::none_of(model.leaf_keys.begin(), model.leaf_keys.end(), bright)) return;
  m.pixel_totals.assign(shape.n_pixels(), 0);
  for (std::size_t e = 0; e < m.events.pixels.size(); ++e) m.pixel_totals[m.events.pixels[e]] += m.events.counts[e];
  for (std::size_t p = 0; p < model.leaf_keys.size(); ++p)
    if (bright(model.leaf_keys[p])) model.bright_keys[p] = bright_key(m.pixel_totals[p], shape.n_frames);
}

/// Where a class has got to.
struct Place {
  std::uint32_t next;  ///< of its events
  std::uint32_t n_ranks;
};

/// Ranks of pixels from those of their leaves.
class RankOf {
 public:
  RankOf(const BlockShape& shape, const LeafGrid& grid, const LeafClasses::LeafRanks* ranks)
      : ranks_(ranks), n_x_(grid.n_x), log2_size_(grid.log2_size), place_(shape.det_x) {}
  [[nodiscard]] PixelRank at(std::uint32_t y, std::uint32_t x) const {
    const LeafClasses::LeafRanks& leaf = ranks_[std::size_t{y >> log2_size_} * n_x_ + (x >> log2_size_)];
    const std::uint32_t within = (1U << log2_size_) - 1;
    return {leaf.first + (y & within) * leaf.step + (x & within), leaf.of};
  }
  [[nodiscard]] PixelRank operator()(std::uint32_t pixel) const {
    const std::uint32_t y = place_.row(pixel);
    return at(y, place_.column(pixel, y));
  }

 private:
  const LeafClasses::LeafRanks* ranks_;
  std::uint32_t n_x_;
  unsigned log2_size_;
  PixelPlace place_;
};

/// Deals the events out to their classes.
/// \param rank_of  called as rank_of(pixel)
template <class Ranks>
void deal(EncoderMemory& m, std::span<Place> places, const Ranks rank_of) {
  // Copies, as what is written might be where these are kept, for all the compiler knows.
  const std::uint32_t *const pixels = m.events.pixels.data(), *const counts = m.events.counts.data();
  std::uint32_t *const positions = m.positions.data(), *const values = m.values.data();
  Place* const place_of = places.data();
  std::size_t e = 0;
  std::uint32_t frame = 0;
  for (const std::uint32_t n : m.events.frame_events) {
    for (const std::size_t end = e + n; e < end; ++e) {
      const PixelRank rank = rank_of(pixels[e]);
      Place& place = place_of[rank.of];
      const std::uint32_t at = place.next++;
      positions[at] = frame * place.n_ranks + rank.rank;
      values[at] = counts[e];
    }
    ++frame;
  }
}

void deal(EncoderMemory& m, const BlockShape& shape, std::span<Place> places) {
  const LeafGrid& grid = m.model.grid;
  if (grid.log2_size == 0) {
    deal(m, places, [ranks = m.ranks.data()](std::uint32_t pixel) { return PixelRank{ranks[pixel].first, ranks[pixel].of}; });
    return;
  }
  const RankOf rank_of(shape, grid, m.ranks.data());
  constexpr std::size_t worth_table = 4;  // times as many events as pixels
  if (m.events.pixels.size() < worth_table * shape.n_pixels()) {
    deal(m, places, rank_of);
    return;
  }
  m.pixel_ranks.reserve(shape.n_pixels());
  PixelRank* next = m.pixel_ranks.data();
  for (std::uint32_t y = 0; y < shape.det_y; ++y)
    for (std::uint32_t x = 0; x < shape.det_x; ++x) *next++ = rank_of.at(y, x);
  deal(m, places, [ranks = m.pixel_ranks.data()](std::uint32_t pixel) { return ranks[pixel]; });
}

std::span<const std::uint32_t> class_values(const EncoderMemory& m, std::size_t c) {
  return {m.values.data() + m.first[c], m.first[c + 1] - m.first[c]};
}

// Sorts the events by class and counts those above one.
void sort_by_class(EncoderMemory& m, const BlockShape& shape) {
  const BlockModel& model = m.model;
  const LeafGrid& grid = model.grid;
  m.model.leaves.build_ranks(shape, grid, m.ranks);
  const std::size_t n_classes = model.leaves.classes.size();
  m.model.class_events.assign(n_classes, 0);
  for (std::size_t leaf = 0; leaf < m.leaf_events.size(); ++leaf)
    if (m.leaf_events[leaf] != 0) m.model.class_events[model.leaves.leaf_class[leaf]] += m.leaf_events[leaf];
  m.first.assign(n_classes + 1, 0);
  for (std::size_t c = 0; c < n_classes; ++c) m.first[c + 1] = m.first[c] + model.class_events[c];
  m.positions.reserve(m.events.pixels.size());
  m.values.reserve(m.events.pixels.size());
  m.model.above_one.assign(n_classes, 0);
  std::vector<Place> places(n_classes);
  for (std::size_t c = 0; c < n_classes; ++c) places[c] = {m.first[c], model.n_ranks(c)};
  deal(m, shape, places);
  m.first_exception.resize(n_classes);
  std::uint32_t n_above_one = 0;
  for (std::size_t c = 0; c < n_classes; ++c) {
    const auto values = class_values(m, c);
    m.first_exception[c] = n_above_one;
    m.model.above_one[c] =
        static_cast<std::uint32_t>(std::count_if(values.begin(), values.end(), [](std::uint32_t v) { return v > 1; }));
    n_above_one += m.model.above_one[c];
  }
  m.exceptions.reserve(n_above_one + std::size_t{1});
  m.exception_values.reserve(n_above_one + std::size_t{1});
}

/// Which counts of a class are above one, and these counts. Whether one is cannot be predicted: nothing branches on it.
void list_exceptions(EncoderMemory& m, std::size_t c) {
  const std::size_t first = m.first_exception[c];
  std::uint32_t *const exceptions = m.exceptions.data() + first, *const exception_values = m.exception_values.data() + first;
  const std::span<const std::uint32_t> values = class_values(m, c);
  std::size_t n = 0;
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    exceptions[n] = i;
    exception_values[n] = values[i];
    n += values[i] > 1 ? 1U : 0U;
  }
}

/// The counts of a class that are coded.
std::span<const std::uint32_t> coded_values(EncoderMemory& m, std::size_t c) {
  if (m.model.values[c].each()) return class_values(m, c);
  list_exceptions(m, c);
  return {m.exception_values.data() + m.first_exception[c], m.model.above_one[c]};
}

void write_events(EncoderMemory& m) {
  for (std::size_t c = 0; c < m.model.leaves.classes.size(); ++c) {
    write_positions(m.runs, m.model.gap_laws[c], {m.positions.data() + m.first[c], m.first[c + 1] - m.first[c]});
    if (m.model.has_tracks) continue;
    const ValueModel& law = m.model.values[c];
    if (law.each()) {
      law.write(m.runs, m.tokens, m.model.outliers, class_values(m, c));
    } else if (const std::size_t n = m.model.above_one[c]; n != 0) {
      write_positions(m.runs, law.ones_law(), {m.exceptions.data() + m.first_exception[c], n});
      law.write(m.runs, m.tokens, m.model.outliers, {m.exception_values.data() + m.first_exception[c], n});
    }
  }
}

// If there are tracks, only starters stay in m.events.
void separate_tracks(EncoderMemory& m, const BlockShape& shape, Level level, bool are_shapes) {
  m.model.quad_coding = level == Level::max || are_shapes ? QuadCoding::learned : QuadCoding::in_runs;
  m.tracks.split(m.all_events, shape, m.model.quad_coding, m.chosen);
  m.events = m.chosen.list();
  set_finest_leaves(m, quads_of(shape), level);
}

std::byte flags(const EncoderMemory& m) {
  unsigned bits = m.model.grid.log2_size;
  if (m.model.has_tracks) bits |= has_tracks_flag;
  if (m.model.has_tracks && m.model.quad_coding == QuadCoding::learned) bits |= learned_tracks_flag;
  if (m.groups.n_groups > 1) bits |= has_groups_flag;
  if (m.runs.is_long()) bits |= long_runs_flag;
  return static_cast<std::byte>(bits);
}

/// m.events, of so many frames, into tokens. Their leaf counts are in the model.
void write_group(EncoderMemory& m, const BlockShape& shape) {
  find_keys(m, shape);
  m.model.code_classes(m.tokens, shape);
  sort_by_class(m, shape);
  m.model.code_values(m.tokens, shape, [&](std::size_t c) { return coded_values(m, c); });
  write_events(m);
}

/// The range whose symbols and low bits take least, and how often each symbol occurs.
TrackCounts judge_counts(std::span<const std::uint32_t> counts) {
  constexpr unsigned n_exact = 1024, most_low_bits = 15;
  std::array<std::uint32_t, n_exact + 1> exact{};  // of each number, the last of all above
  std::uint64_t bits_above = 0;
  for (const std::uint32_t count : counts) {
    ++exact[std::min(count - 1, n_exact)];
    bits_above += count > n_exact ? static_cast<unsigned>(std::bit_width(count)) + 1 : 0;
  }
  const auto n_all = static_cast<std::uint32_t>(counts.size());
  TrackCounts best;
  best.n_events = n_all;
  BitCost least = ~BitCost{0};
  const auto consider = [&](unsigned n_low_bits, const std::array<std::uint32_t, n_symbols>& symbols,
                            std::uint64_t bits_outside) {
    BitCost cost = (bits_outside + std::uint64_t{n_low_bits} * (n_all - symbols[n_symbols - 1])) << 16;
    for (const std::uint32_t n : symbols)
      if (n != 0) cost += n * (log2_cost(n_all) - log2_cost(n));
    if (cost >= least) return;
    least = cost;
    best.n_low_bits = static_cast<std::uint8_t>(n_low_bits);
    const std::uint64_t most = *std::max_element(symbols.begin(), symbols.end());
    // In 255ths of the most frequent; none that occurs is left out.
    std::transform(symbols.begin(), symbols.end(), best.weights.begin(),
                   [&](std::uint64_t n) { return static_cast<std::uint8_t>((n * 255 + most - 1) / most); });
  };
  for (unsigned n_low_bits = 0; n_low_bits <= most_low_bits; ++n_low_bits) {
    std::array<std::uint32_t, n_symbols> symbols{};
    std::uint64_t bits_outside = 0;  // of the numbers that follow
    const auto add = [&](std::uint32_t value, std::uint32_t n) {
      const std::uint32_t symbol = std::min(value >> n_low_bits, n_symbols - 1);
      symbols[symbol] += n;
      bits_outside += symbol < n_symbols - 1 ? 0 : std::uint64_t{n} * (static_cast<unsigned>(std::bit_width(value + 1)) + 1);
    };
    if ((n_symbols - 1) << n_low_bits <= n_exact) {
      for (std::uint32_t value = 0; value < n_exact; ++value) add(value, exact[value]);
      symbols[n_symbols - 1] += exact[n_exact];
      bits_outside += bits_above;
    } else {
      for (const std::uint32_t count : counts) add(count - 1, 1);
    }
    consider(n_low_bits, symbols, bits_outside);
    if (symbols[n_symbols - 1] <= n_all / 256) break;
  }
  return best;
}

/// All events in tracks.
void write_tracks(EncoderMemory& m, const BlockShape& shape) {
  write_group(m, quads_of(shape));
  TrackCounts counts = judge_counts(m.all_events.counts);
  m.model.code_track_counts(m.tokens, shape, counts);
  if (m.model.quad_coding == QuadCoding::learned) {
    m.tracks.write(m.tokens, m.model.tracks);
  } else {
    QuadLaws laws = m.tracks.laws();
    m.model.code_quad_laws(m.tokens, quads_of(shape), laws);
    m.tracks.write(m.runs, laws);
  }
  write_values(m.runs, m.tokens, counts.cdf(), counts.range(), m.model.outliers, m.all_events.counts);
}

/// Copies the events of some frames of m.all_events, and makes them m.events.
void select_frames(EncoderMemory& m, std::span<const std::uint32_t> frames) {
  ExtractedEvents& chosen = m.chosen;
  chosen.n_events = 0;
  chosen.frame_events.clear();
  for (const std::uint32_t f : frames) {
    const std::uint32_t n = m.all_events.frame_events[f];
    chosen.reserve(n);
    std::copy_n(m.all_events.pixels.data() + m.first_event[f], n, chosen.pixels.data() + chosen.n_events);
    std::copy_n(m.all_events.counts.data() + m.first_event[f], n, chosen.counts.data() + chosen.n_events);
    chosen.n_events += n;
    chosen.frame_events.push_back(n);
  }
  m.events = chosen.list();
}

void write_groups(EncoderMemory& m, const BlockShape& shape) {
  m.groups.code(m.tokens, shape);
  m.first_event.assign(shape.n_frames, 0);
  for (std::uint32_t f = 1; f < shape.n_frames; ++f) m.first_event[f] = m.first_event[f - 1] + m.all_events.frame_events[f - 1];
  for (const std::vector<std::uint32_t>& frames : m.groups.frames) {
    if (frames.empty()) continue;
    select_frames(m, frames);
    BlockShape part = shape;
    part.n_frames = static_cast<std::uint32_t>(frames.size());
    count_leaf_events(m, part);
    write_group(m, part);
  }
}

// Lanes store related events up to 10 % better than gaps without groups. In percent:
constexpr unsigned least_saved = 5, saved_well = 10;

GapsOutcome append_payload(EncoderMemory& m, const ListedEvents& events, const BlockShape& shape, Level level, Related related,
                           std::vector<std::byte>& out) {
  m.all_events = m.events = events;
  m.tokens.clear();
  m.runs.clear();
  set_finest_leaves(m, shape, level);
  m.tracks.reset(shape);
  const Neighbours neighbours =
      events.pixels.empty() ? Neighbours::tell_nothing : m.tracks.judge(events, shape, m.model.grid, m.leaf_events, level);
  m.model.has_tracks = neighbours == Neighbours::make_tracks || neighbours == Neighbours::make_shapes;
  const bool refuses_related = related == Related::refused && neighbours != Neighbours::make_shapes;
  if (refuses_related && neighbours != Neighbours::tell_nothing) return GapsOutcome::refused;
  const bool may_have_groups = !m.model.has_tracks && GroupFinder::may_find(events, shape, level);
  const bool are_related = neighbours != Neighbours::tell_nothing || may_have_groups;
  if (refuses_related && are_related) return GapsOutcome::refused;
  if (m.model.has_tracks) separate_tracks(m, shape, level, neighbours == Neighbours::make_shapes);
  const LeafGrid finest = m.model.grid;
  settle_leaf_size(m, m.model.has_tracks ? quads_of(shape) : shape, level);
  m.groups.set_single(shape);
  const unsigned wanted = related == Related::taken_in_tracks_or_groups && are_related ? least_saved : 0;
  const unsigned saved_by_groups =
      may_have_groups ? m.group_finder.find(m.events, shape, level, finest, wanted, m.model.grid, m.groups) : 0;
  if (related == Related::taken_in_tracks_or_groups && are_related && !m.model.has_tracks && saved_by_groups < least_saved)
    return GapsOutcome::refused;
  m.model.begin_block();
  if (m.model.has_tracks)
    write_tracks(m, shape);
  else if (m.groups.n_groups > 1)
    write_groups(m, shape);
  else
    write_group(m, shape);
  out.push_back(flags(m));
  m.side.clear();
  append_stream(m.tokens.tokens(), m.words, m.side);
  append_varint(out, (m.side.size() - states_bytes) / word_bytes);
  out.insert(out.end(), m.side.begin(), m.side.end());
  m.runs.append(out);
  return are_related && saved_by_groups < saved_well ? GapsOutcome::coded : GapsOutcome::coded_well;
}

}  // namespace
}  // namespace gaps

template <class Count>
GapsOutcome encode_gaps(const Count* counts, const BlockShape& shape, Level level, Scratch& scratch, std::vector<std::byte>& out,
                        Related related) {
  using namespace gaps;
  if (!is_codable(shape, most_log2_leaf_size)) return GapsOutcome::refused;
  EncoderMemory& m = scratch.get<EncoderMemory>();
  if (!extract_events(counts, shape, shape.n_counts() / least_counts_per_event, m.extracted)) return GapsOutcome::refused;
  return append_payload(m, m.extracted.list(), shape, level, related, out);
}

GapsOutcome encode_gaps(const ListedEvents& events, const BlockShape& shape, Level level, Scratch& scratch,
                        std::vector<std::byte>& out, Related related) {
  using namespace gaps;
  if (!is_codable(shape, most_log2_leaf_size) || events.pixels.size() > shape.n_counts() / least_counts_per_event)
    return GapsOutcome::refused;
  return append_payload(scratch.get<EncoderMemory>(), events, shape, level, related, out);
}

template GapsOutcome encode_gaps(const std::uint8_t*, const BlockShape&, Level, Scratch&, std::vector<std::byte>&, Related);
template GapsOutcome encode_gaps(const std::uint16_t*, const BlockShape&, Level, Scratch&, std::vector<std::byte>&, Related);
template GapsOutcome encode_gaps(const std::uint32_t*, const BlockShape&, Level, Scratch&, std::vector<std::byte>&, Related);

}  // namespace esieve::codec
