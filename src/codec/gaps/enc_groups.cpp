// SPDX-License-Identifier: Apache-2.0
//
// Frame groups by alternating: mean frames of the groups, then the likeliest group of each frame.
#include "codec/gaps/enc_groups.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "codec/gaps/pixel_place.hpp"

namespace esieve::codec::gaps {
namespace {

/// Scores are log2 in 256ths.
constexpr unsigned score_shift = 8;
/// A group's mean is drawn towards the block's by so many frames.
constexpr std::uint64_t prior_frames = 2;
constexpr std::uint64_t fraction = 256;  // of a count
/// Fewer do not tell groups apart.
constexpr std::uint32_t least_grouped_frames = 64;

constexpr BitCost too_much = ~BitCost{0};

/// Every processor adds four floats at a time.
typedef float Four __attribute__((vector_size(16)));

/// Of the sixteen that a block may have: trying more after these saved nothing on seven scans.
constexpr unsigned n_groups = 8;
static_assert(n_groups % 4 == 0);

/// Frames are assigned so often at most; 0: no groups.
unsigned n_rounds(Level level) noexcept {
  switch (level) {
    case Level::fast: return 0;
    case Level::standard: return 4;
    default: return 8;
  }
}

}  // namespace

// Contiguous pieces of the scan are the first guess: neighbours mostly look alike.
void GroupFinder::start(const BlockShape& shape, unsigned n) {
  groups_.n_groups = n;
  groups_.labels.resize(shape.n_frames);
  for (std::uint32_t f = 0; f < shape.n_frames; ++f)
    groups_.labels[f] = static_cast<std::uint8_t>(std::uint64_t{f} * n / shape.n_frames);
}

void GroupFinder::sum_groups(const ListedEvents& events, const BlockShape& shape) {
  sums_.assign(shape.n_pixels() * n_groups, 0);
  std::size_t e = 0;
  for (std::uint32_t f = 0; f < shape.n_frames; ++f) {
    std::uint32_t* const sums = sums_.data() + groups_.labels[f];
    for (const std::size_t end = e + events.frame_events[f]; e < end; ++e)
      sums[std::size_t{events.pixels[e]} * n_groups] += events.counts[e];
  }
}

void GroupFinder::set_scores(const BlockShape& shape) {
  const std::size_t n_pixels = shape.n_pixels();
  std::array<std::uint64_t, n_groups> n_frames{}, n_counts{};
  for (const std::uint8_t label : groups_.labels) ++n_frames[label];
  scores_.resize(n_pixels * n_groups);
  std::array<std::int32_t, n_groups> log_frames{};
  for (unsigned g = 0; g < n_groups; ++g)
    log_frames[g] = static_cast<std::int32_t>(log2_cost(n_frames[g] + prior_frames) >> score_shift);
  for (std::size_t p = 0; p < n_pixels; ++p) {
    if (totals_[p] == 0) continue;
    const std::uint64_t prior = totals_[p] * fraction * prior_frames / shape.n_frames + 1;
    for (unsigned g = 0; g < n_groups; ++g) {
      const std::uint64_t sum = sums_[p * n_groups + g];
      n_counts[g] += sum;
      scores_[p * n_groups + g] =
          static_cast<float>(static_cast<std::int32_t>(log2_cost(sum * fraction + prior) >> score_shift) - log_frames[g]);
    }
  }
  std::uint64_t n_all = 0;
  for (const std::uint64_t n : n_counts) n_all += n;
  offsets_.assign(n_groups, 0);
  for (unsigned g = 0; g < n_groups; ++g)  // 369 = 256 / ln 2
    offsets_[g] = static_cast<float>((n_counts[g] + n_all * prior_frames / shape.n_frames) * 369 / (n_frames[g] + prior_frames));
}

std::uint32_t GroupFinder::assign_frames(const ListedEvents& events, const BlockShape& shape) {
  std::uint32_t n_changed = 0;
  std::size_t e = 0;
  for (std::uint32_t f = 0; f < shape.n_frames; ++f) {
    std::array<Four, n_groups / 4> sum{}, other{};  // two, so that neither waits for itself
    const auto add = [&](std::array<Four, n_groups / 4>& to, std::size_t event) {
      const float* const score = &scores_[std::size_t{events.pixels[event]} * n_groups];
      const auto count = static_cast<float>(static_cast<std::int32_t>(std::min(events.counts[event], 255U)));
      for (std::size_t i = 0; i < to.size(); ++i) {
        Four four;
        std::memcpy(&four, score + 4 * i, sizeof four);
        to[i] += four * count;
      }
    };
    const std::size_t end = e + events.frame_events[f];
    for (; e + 1 < end; e += 2) add(sum, e), add(other, e + 1);
    if (e < end) add(sum, e++);
    std::array<float, n_groups> likelihood;
    for (unsigned g = 0; g < n_groups; ++g) likelihood[g] = sum[g / 4][g % 4] + other[g / 4][g % 4];
    unsigned best = 0;
    for (unsigned g = 1; g < n_groups; ++g)
      if (likelihood[g] - offsets_[g] > likelihood[best] - offsets_[best]) best = g;
    n_changed += groups_.labels[f] != best;
    groups_.labels[f] = static_cast<std::uint8_t>(best);
  }
  return n_changed;
}

// Maps and places; counts above one gain as well, which is left out on both sides.
BitCost GroupFinder::cost(const ListedEvents& events, const BlockShape& shape, const LeafGrid& grid, BitCost most) {
  if (groups_.n_groups > 1) groups_.rank_by_size();
  groups_.sort_frames();
  std::vector<std::size_t> first(shape.n_frames, 0);
  for (std::uint32_t f = 1; f < shape.n_frames; ++f) first[f] = first[f - 1] + events.frame_events[f - 1];
  trial_.grid = grid;
  trial_.has_tracks = false;
  trial_.begin_block();
  const LeafOf leaf_of(grid, shape.det_x);
  BitCost sum = 0;
  std::uint64_t n_seen = 0;
  for (const std::vector<std::uint32_t>& frames : groups_.frames) {
    if (frames.empty()) continue;
    leaf_events_.assign(grid.n_leaves(), 0);
    for (const std::uint32_t f : frames) {
      for (const std::uint32_t pixel : events.pixels.subspan(first[f], events.frame_events[f])) ++leaf_events_[leaf_of(pixel)];
    }
    BlockShape part = shape;
    part.n_frames = static_cast<std::uint32_t>(frames.size());
    sum += trial_.next_group_cost(part, leaf_events_, grid);
    for (const std::uint32_t f : frames) n_seen += events.frame_events[f];
    // The groups to come learn a little from those before: of what half of the events take, all take that share and more.
    if (2 * n_seen >= events.pixels.size() && sum / n_seen > most / events.pixels.size()) return too_much;
  }
  return sum;
}

// A chi-squared test on large bins of the detector. Frames that are draws of one set of rates have no groups worth a label each.
bool GroupFinder::may_find(const ListedEvents& events, const BlockShape& shape, Level level) {
  if (n_rounds(level) == 0 || shape.n_frames < least_grouped_frames) return false;
  constexpr std::size_t most_bins = 256;
  unsigned log2_size = 0;
  while (LeafGrid(shape.det_y, shape.det_x, log2_size).n_leaves() > most_bins) ++log2_size;
  const LeafGrid bins(shape.det_y, shape.det_x, log2_size);
  std::vector<std::uint64_t> sums(bins.n_leaves()), squares(bins.n_leaves());
  std::vector<std::uint32_t> frame(bins.n_leaves());
  const LeafOf bin_of(bins, shape.det_x);
  std::size_t first = 0;
  for (const std::uint32_t n : events.frame_events) {
    std::fill(frame.begin(), frame.end(), 0U);
    for (const std::uint32_t pixel : events.pixels.subspan(first, n)) ++frame[bin_of(pixel)];
    first += n;
    for (std::size_t b = 0; b < frame.size(); ++b) {
      sums[b] += frame[b];
      squares[b] += std::uint64_t{frame[b]} * frame[b];
    }
  }
  // In 256ths. A pixel is lit or not, so the variance is less than the mean by the share of lit pixels.
  const std::uint64_t n_frames = shape.n_frames, size = std::uint64_t{1} << log2_size;
  const std::uint64_t n_slots =
      n_frames * std::min<std::uint64_t>(size, shape.det_y) * std::min<std::uint64_t>(size, shape.det_x);
  std::uint64_t chi_squared = 0, n_bins = 0;
  for (std::size_t b = 0; b < sums.size(); ++b) {
    if (sums[b] == 0 || sums[b] >= n_slots) continue;
    const std::uint64_t deviation = n_frames * squares[b] * 256 / sums[b] - 256 * sums[b];
    chi_squared += deviation / (n_slots - sums[b]) * n_slots + deviation % (n_slots - sums[b]) * n_slots / (n_slots - sums[b]);
    ++n_bins;
  }
  return chi_squared * 20 >= n_bins * (n_frames - 1) * 256 * 21;
}

unsigned GroupFinder::find(const ListedEvents& events, const BlockShape& shape, Level level, const LeafGrid& finest,
                           unsigned least_saved, LeafGrid& grid, FrameGroups& groups) {
  groups.set_single(shape);
  if (events.pixels.size() < 2 * grid.n_leaves()) return 0;  // too few to pay for several maps
  totals_.assign(shape.n_pixels(), 0);
  for (std::size_t e = 0; e < events.pixels.size(); ++e) totals_[events.pixels[e]] += events.counts[e];
  start(shape, 1);
  const BitCost single = cost(events, shape, grid, too_much);
  BitCost best = single;
  LeafGrid best_grid = grid;
  const auto consider = [&](const LeafGrid& with) {
    const BitCost labels = (BitCost{2} << 16) * shape.n_frames;
    const BitCost of_groups = cost(events, shape, with, single / 100 * (102 - least_saved));
    const BitCost with_groups = of_groups == too_much ? too_much : of_groups + labels;
    if (with_groups < best) {
      best = with_groups;
      best_grid = with;
      groups = groups_;
    }
    return with_groups;
  };
  start(shape, n_groups);
  for (unsigned round = 0; round < n_rounds(level); ++round) {
    sum_groups(events, shape);
    set_scores(shape);
    if (assign_frames(events, shape) * 200 < shape.n_frames) break;
  }
  // Finer leaves do not make up for much.
  const bool may_pay = consider(grid) < single / 100 * (101 - least_saved);
  if (may_pay && finest.log2_size != grid.log2_size && events.pixels.size() >= 2 * finest.n_leaves()) consider(finest);
  grid = best_grid;
  return best < single ? static_cast<unsigned>((single - best) * 100 / single) : 0;
}

}  // namespace esieve::codec::gaps
