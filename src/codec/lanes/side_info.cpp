// SPDX-License-Identifier: Apache-2.0
#include "codec/lanes/side_info.hpp"

#include <algorithm>
#include <bit>

#include "codec/lanes/class_context.hpp"

namespace esieve::codec::lanes {
namespace {

struct ClassModels {
  std::array<AdaptiveBit, 5> lit;  // by the number of dark neighbours
  std::array<AdaptiveNumber, ClassContext::n_spreads> step;
};

/// Where no neighbour is lit a class is told as the difference from the least.
std::int32_t expected(const ClassContext& context) { return std::max(1, context.guess()); }

}  // namespace

void encode_classes(const std::vector<std::uint8_t>& classes, std::size_t width, SideEncoder& side) {
  ClassModels models;
  walk_classes(classes.size(), width, [&](std::size_t i, const ClassContext& context) {
    side.bit(models.lit[context.n_dark()], classes[i] != 0);
    if (classes[i] != 0) side.signed_number(models.step[context.spread()], classes[i] - expected(context));
    return classes[i];
  });
}

void decode_classes(SideDecoder& side, std::size_t width, std::vector<std::uint8_t>& classes) {
  ClassModels models;
  SideDecoder reader = side;  // a copy that stays in registers
  walk_classes(classes.size(), width, [&](std::size_t i, const ClassContext& context) {
    std::uint8_t found = 0;
    if (reader.bit(models.lit[context.n_dark()])) {
      const std::int64_t sum = std::int64_t{expected(context)} + reader.signed_number(models.step[context.spread()]);
      found = static_cast<std::uint8_t>(std::clamp<std::int64_t>(sum, 1, 255));
    }
    classes[i] = found;
    return found;
  });
  side = reader;
}

void encode_weights(const Weights& weights, std::size_t n_features, SideEncoder& side) {
  AdaptiveBit repeats;
  AdaptiveNumber own, other;
  for (std::size_t o = 0; o < n_octaves; ++o) {
    const std::size_t below = o > 0 ? o - 1 : 0;
    const bool same = o > 0 && weights.own[o] == weights.own[below] && weights.of[o] == weights.of[below];
    if (o > 0) side.bit(repeats, same);
    if (same) continue;
    side.signed_number(own, (weights.own[o] - (o > 0 ? weights.own[below] : 0)) / weight_step);
    for (std::size_t k = 0; k < n_features; ++k)
      side.signed_number(other, (weights.of[o][k] - (o > 0 ? weights.of[below][k] : 0)) / weight_step);
  }
}

void decode_weights(SideDecoder& side, std::size_t n_features, Weights& weights) {
  AdaptiveBit repeats;
  AdaptiveNumber own, other;
  const auto plus = [&](std::int16_t before, AdaptiveNumber& model) {
    const std::int64_t sum = before + std::int64_t{side.signed_number(model)} * weight_step;
    return static_cast<std::int16_t>(std::clamp<std::int64_t>(sum, -most_weight, most_weight));
  };
  weights = {};
  for (std::size_t o = 0; o < n_octaves; ++o) {
    if (o > 0) {
      weights.own[o] = weights.own[o - 1];
      weights.of[o] = weights.of[o - 1];
      if (side.bit(repeats)) continue;
    }
    weights.own[o] = plus(weights.own[o], own);
    for (std::size_t k = 0; k < n_features; ++k) weights.of[o][k] = plus(weights.of[o][k], other);
  }
}

namespace {

struct TableModels {
  AdaptiveBit present, bright;
  AdaptiveNumber limit, offset, shift;
  std::array<AdaptiveNumber, 4> first, next;  // of a table's own symbols; from one level to the next

  AdaptiveNumber& of(bool continues, std::size_t k) {
    return (continues ? next : first)[k == escape_symbol ? 3 : std::min<std::size_t>(k, 2)];
  }
};

/// Symbols 0 .. limit - 1 and the escape have frequencies.
std::size_t limit_of(const LevelTable& table) {
  std::size_t limit = 0;
  while (limit < escape_symbol && table.log_frequency[limit] != 0) ++limit;
  return limit;
}

/// What a symbol's logarithm is expected to be, given the table before and the symbols before.
std::int32_t guess_log(const LevelTable& before, const LevelTable& table, std::size_t k, bool& continues) {
  continues = before.shift == table.shift && before.offset == table.offset && before.log_frequency[k] != 0;
  if (continues) return before.log_frequency[k];
  return k > 0 && k < escape_symbol ? table.log_frequency[k - 1] : 60;
}

}  // namespace

void encode_tables(const LevelTables& tables, SideEncoder& side) {
  TableModels models;
  side.raw(tables.first, 9);
  side.raw(static_cast<std::uint32_t>(tables.levels.size()), 9);
  LevelTable before;
  for (const LevelTable& table : tables.levels) {
    const bool present = table.log_frequency[escape_symbol] != 0;
    side.bit(models.present, present);
    if (!present) continue;
    const bool bright = table.offset != 0 || table.shift != 0;
    side.bit(models.bright, bright);
    if (bright) {
      side.signed_number(models.shift, table.shift - before.shift);
      side.signed_number(models.offset, (table.offset >> table.shift) - (before.offset >> table.shift));
    }
    const std::size_t limit = limit_of(table);
    side.signed_number(models.limit, static_cast<std::int32_t>(limit) - static_cast<std::int32_t>(limit_of(before)));
    for (std::size_t k = 0; k < n_symbols; ++k) {
      if (k >= limit) k = escape_symbol;
      bool continues = false;
      const std::int32_t guess = guess_log(before, table, k, continues);
      side.signed_number(models.of(continues, k), table.log_frequency[k] - guess);
    }
    before = table;
  }
}

bool decode_tables(SideDecoder& side, LevelTables& tables) {
  TableModels models;
  tables.first = static_cast<std::uint16_t>(side.raw(9));
  tables.levels.assign(side.raw(9), {});
  if (tables.first + tables.levels.size() > n_levels) return false;
  LevelTable before;
  for (LevelTable& table : tables.levels) {
    if (!side.bit(models.present)) continue;
    if (side.bit(models.bright)) {
      const std::int64_t shift = std::int64_t{before.shift} + side.signed_number(models.shift);
      if (shift < 0 || shift > most_shift) return false;
      table.shift = static_cast<std::uint8_t>(shift);
      const std::int64_t step = side.signed_number(models.offset);
      const std::int64_t offset = ((before.offset >> shift) + step) * (std::int64_t{1} << shift);
      if (offset < 0 || offset > largest_lane_count) return false;
      table.offset = static_cast<std::uint16_t>(offset);
    }
    const std::int64_t limit = static_cast<std::int64_t>(limit_of(before)) + side.signed_number(models.limit);
    if (limit < 0 || limit > static_cast<std::int64_t>(escape_symbol)) return false;
    for (std::size_t k = 0; k < n_symbols; ++k) {
      if (k >= static_cast<std::size_t>(limit)) k = escape_symbol;
      bool continues = false;
      const std::int64_t guess = guess_log(before, table, k, continues);
      const std::int64_t log = guess + side.signed_number(models.of(continues, k));
      if (log < 1 || log > most_log_frequency) return false;
      table.log_frequency[k] = static_cast<std::uint8_t>(log);
    }
    before = table;
  }
  return true;
}

std::array<std::uint16_t, n_symbols> frequencies(const LevelTable& level) {
  std::array<std::uint64_t, n_symbols> weight{};
  std::uint64_t sum = 0;
  for (std::size_t k = 0; k < n_symbols; ++k) {
    if (level.log_frequency[k] != 0) weight[k] = exp2_eighths(level.log_frequency[k] - 1U);
    sum += weight[k];
  }
  std::array<std::uint16_t, n_symbols> result{};
  std::size_t largest = 0;
  std::int32_t rest = static_cast<std::int32_t>(probability_one);
  for (std::size_t k = 0; k < n_symbols; ++k) {
    if (weight[k] == 0) continue;
    result[k] = static_cast<std::uint16_t>(std::max<std::uint64_t>(1, (weight[k] << probability_bits) / sum));
    rest -= result[k];
    if (weight[k] > weight[largest]) largest = k;
  }
  result[largest] = static_cast<std::uint16_t>(result[largest] + rest);
  return result;
}

void expand_tables(const LevelTables& from, Profile profile, bool split, SymbolTables& to) {
  LevelTable current;
  current.log_frequency[0] = current.log_frequency[escape_symbol] = 1;
  for (const LevelTable& table : from.levels)
    if (table.log_frequency[escape_symbol] != 0) {
      current = table;
      break;
    }
  std::array<std::vector<std::uint16_t>, n_symbols> starts;
  for (auto& row : starts) row.resize(n_levels);
  std::vector<std::uint16_t> offset(n_levels), shift(n_levels), limit(n_levels);
  for (std::size_t level = 0; level < n_levels; ++level) {
    if (level >= from.first && level - from.first < from.levels.size() &&
        from.levels[level - from.first].log_frequency[escape_symbol] != 0)
      current = from.levels[level - from.first];
    const auto frequency = frequencies(current);
    offset[level] = current.offset;
    shift[level] = current.shift;
    limit[level] = static_cast<std::uint16_t>(limit_of(current));
    std::uint32_t start = 0;
    for (std::size_t k = 0; k < n_symbols; ++k) {
      starts[k][level] = static_cast<std::uint16_t>(start);
      to.entry[level][k] = start | std::uint32_t{frequency[k]} << 16;
      start += frequency[k];
    }
  }
  const std::size_t per_octave = octave_levels(profile), n_window = window_levels(profile);
  for (std::size_t w = 0; w < n_windows; ++w) {
    Window& window = to.windows[w];
    const std::size_t first = w * per_octave;
    const auto fill = [&](Window::Row& row, const std::vector<std::uint16_t>& by_level) {
      fill_row(row, std::span(by_level).subspan(first, n_window), split);
    };
    for (std::size_t k = 0; k < n_symbols; ++k) fill(window.start[k], starts[k]);
    fill(window.offset, offset);
    fill(window.shift, shift);
    fill(window.limit, limit);
    to.bright[w] = 0;
    for (std::size_t i = first; i < first + n_window; ++i)
      if (offset[i] != 0 || shift[i] != 0) to.bright[w] = 1;
    // Judged by a level somewhat above that of the pixel's own rate: bright moments decide.
    const std::size_t typical = first + 3 * per_octave;
    const auto likely_beyond = [&](std::size_t k) {
      return group_lanes * (probability_one - starts[k][typical]) > probability_one / 4;
    };
    to.plan[w] = likely_beyond(10) ? 3 : likely_beyond(6) ? 2 : likely_beyond(3) ? 1 : 0;
  }
}

}  // namespace esieve::codec::lanes
