// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>

#include "codec/lanes/enc_model.hpp"
#include "codec/portable_log2.hpp"

namespace esieve::codec::lanes {
namespace {

/// The prediction in the middle of a level.
double level_centre(std::size_t level, Profile profile) {
  const std::size_t per_octave = octave_levels(profile);
  const double within = (static_cast<double>(level % per_octave) + 0.5) / static_cast<double>(per_octave);
  return std::ldexp(1.0 + within, static_cast<int>(level / per_octave)) / one;
}

constexpr double escape_bits = 10.0;

/// Logarithm in eighths (plus 1) of a frequency that is `count` of `total`.
std::uint8_t log_of(double count, double total) {
  const double frequency = count / total * probability_one;
  const double eighths = 8.0 * portable_log2(std::max(frequency, 1.0));
  return static_cast<std::uint8_t>(std::clamp(std::lround(eighths), 0L, long{most_log_frequency} - 1) + 1);
}

/// Bins of each level's counts.
using LevelBins = std::array<LevelStatistics::Bins, n_levels>;

LevelBins make_bins(Profile profile) {
  LevelBins all{};
  for (std::size_t level = 0; level < n_levels; ++level) {
    const double centre = std::min(level_centre(level, profile), double{largest_lane_count});
    const double spread = std::sqrt(centre) + centre / 8;
    LevelStatistics::Bins& bins = all[level];
    while (std::ldexp(8.0, bins.shift) < spread && bins.shift < most_shift) ++bins.shift;
    const auto base = static_cast<std::uint32_t>(std::max(0.0, centre - 8 * spread));
    bins.base = static_cast<std::uint16_t>(base >> bins.shift << bins.shift);
  }
  return all;
}

const LevelBins& bins_of(Profile profile) {
  static const std::array<LevelBins, 2> all = {make_bins(Profile::near), make_bins(Profile::full)};
  return all[octave_levels(profile) == octave_levels(Profile::full) ? 1 : 0];
}

using BinWindows = std::array<BinWindow, n_windows>;

BinWindows make_windows(Profile profile, bool split) {
  const LevelBins& bins = bins_of(profile);
  BinWindows windows;
  for (std::size_t w = 0; w < n_windows; ++w) {
    std::vector<std::uint16_t> base, shift, first;
    for (std::size_t i = 0; i < window_levels(profile); ++i) {
      const LevelStatistics::Bins& of = bins[w * octave_levels(profile) + i];
      base.push_back(of.base);
      shift.push_back(of.shift);
      first.push_back(static_cast<std::uint16_t>(i * std::tuple_size_v<LevelHistogram> + 1));
    }
    fill_row(windows[w].base, base, split);
    fill_row(windows[w].shift, shift, split);
    fill_row(windows[w].first, first, split);
  }
  return windows;
}

const BinWindows& bin_windows(Profile profile, bool split) {
  static const std::array<std::array<BinWindows, 2>, 2> all = {
      {{make_windows(Profile::near, false), make_windows(Profile::near, true)},
       {make_windows(Profile::full, false), make_windows(Profile::full, true)}}};
  return all[octave_levels(profile) == octave_levels(Profile::full) ? 1 : 0][split ? 1 : 0];
}

/// n · log2(n), mostly from a table.
double n_log2_n(std::uint32_t n) {
  constexpr std::uint32_t n_small = 4096;
  static const std::vector<double> small = [] {
    std::vector<double> values(n_small);
    for (std::uint32_t i = 1; i < n_small; ++i) values[i] = i * portable_log2(i);
    return values;
  }();
  return n < n_small ? small[n] : n * portable_log2(n);
}

}  // namespace

LevelStatistics::LevelStatistics(Profile profile, const Kernels& kernels, std::vector<LevelHistogram>& histograms)
    : bins_(bins_of(profile).data()),
      windows_(bin_windows(profile, kernels.split_tables).data()),
      find_bins_(kernels.find_bins[static_cast<std::size_t>(profile)]),
      histograms_(histograms),
      octave_levels_(octave_levels(profile)) {
  histograms_.resize(n_levels);
}

void LevelStatistics::expect(std::size_t window) {
  if (expected_[window]) return;
  expected_[window] = true;
  for (std::size_t octave = window; octave < window + window_octaves; ++octave) {
    if (in_use_[octave]) continue;
    in_use_[octave] = true;
    std::fill_n(histograms_.begin() + static_cast<std::ptrdiff_t>(octave * octave_levels_), octave_levels_, LevelHistogram{});
  }
}

void LevelStatistics::add(const RowTask& task, const std::uint16_t* row, const std::uint16_t* levels) {
  for (std::size_t g = 0; g < n_groups; ++g) {
    if (task.active[g] == 0) continue;
    for (std::size_t x = 0; x < task.width; ++x) {
      const std::uint8_t own = task.model->classes[task.first_model[g] + x];
      if (own == 0) continue;
      const std::size_t window = window_of(task.model->rates[own]);
      expect(window);
      const std::size_t first = x * n_lanes + g * group_lanes;
      alignas(64) std::array<std::uint16_t, group_lanes> places;
      find_bins_(windows_[window], row + first, levels + first, places.data());
      std::uint32_t* n = histograms_[window * octave_levels_].data();
      for (std::uint32_t lanes = task.active[g]; lanes != 0; lanes &= lanes - 1)
        ++n[places[static_cast<std::size_t>(std::countr_zero(lanes))]];
    }
  }
}

LevelStatistics::Choice LevelStatistics::choose_level(const LevelHistogram& histogram, Bins bins) {
  std::array<std::uint32_t, n_bins + 1> below{};  // counts in the bins before each
  std::uint64_t sum = 0;
  for (std::size_t b = 0; b < n_bins; ++b) {
    below[b + 1] = below[b] + histogram[b];
    sum += histogram[b] * std::uint64_t{b};
  }
  Choice best;
  best.n = below[n_bins];
  if (best.n == 0) return best;
  best.bits = 1e300;
  const std::size_t mean = sum / best.n;
  const bool few = below[escape_symbol] == best.n;  // symbols of one bin each hold all
  for (unsigned extra = 0; extra < (few ? 1U : 5U) && bins.shift + extra <= most_shift; ++extra) {
    const std::size_t per_symbol = std::size_t{1} << extra;
    const std::size_t span = per_symbol * escape_symbol;
    // Offsets are multiples of the symbol width counted from zero, not from the bins' base.
    const std::size_t phase = (per_symbol - (bins.base >> bins.shift) % per_symbol) % per_symbol;
    const std::size_t first = 1 + phase;
    // From the mean downwards: what is far from it is dismissed at a glance.
    for (std::size_t from = first + (std::max(mean, first) - first) / per_symbol * per_symbol;; from -= per_symbol) {
      if (from + span < mean) from = first;
      consider(below, bins, extra, from, best);
      if (from == first) break;
    }
  }
  return best;
}

/// Symbols of 2^extra bins, the first of which begins with bin `from`.
void LevelStatistics::consider(const std::array<std::uint32_t, n_bins + 1>& below, Bins bins, unsigned extra, std::size_t from,
                               Choice& best) {
  const std::size_t per_symbol = std::size_t{1} << extra, offset = bins.base + ((from - 1) << bins.shift);
  const unsigned shift = bins.shift + extra;
  const auto before = [&](std::size_t k) { return below[std::min(from + k * per_symbol, n_bins - 1)]; };
  const double all = n_log2_n(best.n);
  const auto cost = [&](std::uint32_t n_escaped) {
    return n_escaped * escape_bits + (best.n - n_escaped) * static_cast<double>(shift) + all;
  };
  const std::uint32_t most_inside = before(escape_symbol) - before(0), fewest_outside = best.n - most_inside;
  if (cost(fewest_outside) - n_log2_n(fewest_outside) - n_log2_n(most_inside) >= best.bits) return;
  std::array<std::uint32_t, n_symbols> counts{};
  std::size_t limit = 0, n_inside = 0;
  for (std::size_t k = 0; k < escape_symbol && offset + ((k + 1) << shift) <= largest_lane_count; ++k) {
    counts[k] = before(k + 1) - before(k);
    n_inside += counts[k];
    if (counts[k] != 0) limit = k + 1;
  }
  const auto n_escaped = static_cast<std::uint32_t>(best.n - n_inside);
  counts[escape_symbol] = n_escaped;
  double bits = cost(n_escaped);
  for (const std::uint32_t count : counts)
    if (count > 0) bits += 5 - n_log2_n(count);
  if (bits < best.bits) best = {best.n, bits, offset, limit, shift, counts};
}

LevelTable LevelStatistics::table_of(const Choice& choice) {
  LevelTable table;
  table.shift = static_cast<std::uint8_t>(choice.shift);
  table.offset = static_cast<std::uint16_t>(choice.offset);
  for (std::size_t k = 0; k < choice.limit; ++k)
    table.log_frequency[k] = log_of(std::max<double>(choice.counts[k], 0.5), choice.n);
  table.log_frequency[escape_symbol] = log_of(std::max<double>(choice.counts[escape_symbol], 0.3), choice.n);
  return table;
}

LevelTables LevelStatistics::choose(Expected& expected) const {
  LevelTables tables;
  std::size_t first = n_levels, last = 0;
  expected = {};
  std::vector<LevelTable> all(n_levels);
  for (std::size_t level = 0; level < in_use_.size() * octave_levels_; ++level) {
    if (!in_use_[level / octave_levels_]) continue;
    const Choice choice = choose_level(histograms_[level], bins_[level]);
    if (choice.n == 0) continue;
    all[level] = table_of(choice);
    expected.bits += choice.bits;
    expected.n_counts += static_cast<double>(choice.n);
    first = std::min(first, level);
    last = level;
  }
  if (expected.n_counts == 0) return tables;
  tables.first = static_cast<std::uint16_t>(first);
  tables.levels.assign(all.begin() + static_cast<std::ptrdiff_t>(first), all.begin() + static_cast<std::ptrdiff_t>(last) + 1);
  return tables;
}

}  // namespace esieve::codec::lanes
