// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "codec/lanes/enc_model.hpp"

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

}  // namespace

LevelStatistics::LevelStatistics(Profile profile) : histograms_(n_levels, Histogram{}) {
  for (std::size_t level = 0; level < n_levels; ++level) {
    const double centre = std::min(level_centre(level, profile), double{largest_lane_count});
    const double spread = std::sqrt(centre) + centre / 8;
    Bins& bins = bins_[level];
    while (std::ldexp(8.0, bins.shift) < spread && bins.shift < most_shift) ++bins.shift;
    const auto base = static_cast<std::uint32_t>(std::max(0.0, centre - 8 * spread));
    bins.base = static_cast<std::uint16_t>(base >> bins.shift << bins.shift);
  }
}

void LevelStatistics::add(const RowTask& task, const std::uint16_t* row, const std::uint16_t* levels) {
  for (std::size_t g = 0; g < n_groups; ++g) {
    if (task.active[g] == 0) continue;
    for (std::size_t x = 0; x < task.width; ++x) {
      const std::uint8_t own = task.model->classes[task.first_model[g] + x];
      if (own == 0) continue;
      const std::size_t window_first = window_of(task.model->rates[own]) * octave_levels(task.model->profile);
      const std::size_t first = x * n_lanes + g * group_lanes;
      for (std::uint32_t lanes = task.active[g]; lanes != 0; lanes &= lanes - 1) {
        const std::size_t i = first + static_cast<std::size_t>(std::countr_zero(lanes));
        const std::size_t level = window_first + levels[i];
        const Bins bins = bins_[level];
        const std::int32_t place = ((row[i] - bins.base) >> bins.shift) + 1;
        ++histograms_[level][static_cast<std::size_t>(std::clamp(place, 0, static_cast<std::int32_t>(n_bins) - 1))];
      }
    }
  }
}

LevelStatistics::Choice LevelStatistics::choose_level(const Histogram& histogram, Bins bins) const {
  double total = 0, sum = 0;
  std::size_t last = 0, first = n_bins;
  for (std::size_t b = 0; b < n_bins; ++b) {
    total += histogram[b];
    sum += static_cast<double>(histogram[b]) * static_cast<double>(b);
    if (histogram[b] != 0) {
      last = b;
      first = std::min(first, b);
    }
  }
  Choice best;
  best.bits = 1e300;
  const auto mean = static_cast<std::size_t>(sum / total);
  for (unsigned extra = 0; extra < 5 && bins.shift + extra <= most_shift; ++extra) {
    const std::size_t per_symbol = std::size_t{1} << extra;
    const std::size_t span = per_symbol * escape_symbol;
    // Offsets are multiples of the symbol width counted from zero, not from the bins' base.
    const std::size_t phase = (per_symbol - (bins.base >> bins.shift) % per_symbol) % per_symbol;
    for (std::size_t from = 1 + phase; from <= std::max(mean, 1 + phase); from += per_symbol) {
      if (from + span < mean && from != 1 + phase) continue;
      std::array<double, n_symbols> counts{};
      for (std::size_t b = first; b <= last; ++b) {
        const bool inside = b >= from && b < from + span && b + 1 < n_bins;
        counts[inside ? (b - from) / per_symbol : escape_symbol] += histogram[b];
      }
      const std::size_t offset = bins.base + ((from - 1) << bins.shift);
      std::size_t limit = escape_symbol;
      while (limit > 0 && counts[limit - 1] == 0) --limit;
      while (limit > 0 && offset + (limit << (bins.shift + extra)) > largest_lane_count) counts[escape_symbol] += counts[--limit];
      double bits = counts[escape_symbol] * escape_bits;
      for (std::size_t k = 0; k < n_symbols; ++k)
        if (counts[k] > 0) bits += counts[k] * (portable_log2(total / counts[k]) + (k < limit ? bins.shift + extra : 0)) + 5;
      if (bits >= best.bits) continue;
      best.bits = bits;
      best.table = {};
      best.table.shift = static_cast<std::uint8_t>(bins.shift + extra);
      best.table.offset = static_cast<std::uint16_t>(offset);
      for (std::size_t k = 0; k < limit; ++k) best.table.log_frequency[k] = log_of(std::max(counts[k], 0.5), total);
      best.table.log_frequency[escape_symbol] = log_of(std::max(counts[escape_symbol], 0.3), total);
    }
    if (last < escape_symbol) break;
  }
  return best;
}

LevelTables LevelStatistics::choose(double& bits_per_count) const {
  LevelTables tables;
  std::size_t first = n_levels, last = 0;
  double bits = 0, n = 0;
  std::vector<LevelTable> all(n_levels);
  for (std::size_t level = 0; level < n_levels; ++level) {
    const std::uint64_t total =
        std::accumulate(histograms_[level].begin(), histograms_[level].end(), std::uint64_t{0});
    if (total == 0) continue;
    const Choice choice = choose_level(histograms_[level], bins_[level]);
    all[level] = choice.table;
    bits += choice.bits;
    n += static_cast<double>(total);
    first = std::min(first, level);
    last = level;
  }
  bits_per_count = n > 0 ? bits / n : 0;
  if (n == 0) return tables;
  tables.first = static_cast<std::uint16_t>(first);
  tables.levels.assign(all.begin() + static_cast<std::ptrdiff_t>(first),
                       all.begin() + static_cast<std::ptrdiff_t>(last) + 1);
  return tables;
}

}  // namespace esieve::codec::lanes
