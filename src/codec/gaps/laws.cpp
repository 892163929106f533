// SPDX-License-Identifier: Apache-2.0
//
// The geometric and the Poisson law in whole numbers: the same bits on every machine.
#include "codec/gaps/laws.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "codec/gaps/rans.hpp"

namespace esieve::codec::gaps {
namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t high_product(std::uint64_t a, std::uint64_t b) noexcept { return static_cast<std::uint64_t>(Wide{a} * b >> 64); }

std::uint32_t square_root(std::uint64_t value) noexcept {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit >>= 1)
    if ((root | bit) * (root | bit) <= value) root |= bit;
  return static_cast<std::uint32_t>(root);
}

}  // namespace

// The low bits are cut so that three to six intervals make the mean gap: fine enough for the slope
// within an interval to cost under 0.01 bit, coarse enough for "15 or more" to be rare.
GapLaw make_gap_law(std::uint64_t n_events, std::uint64_t n_slots) noexcept {
  const std::uint64_t n_empty = n_slots - n_events;
  GapLaw law{};
  while (law.n_low_bits < max_raw_bits && (n_events * 6 << law.n_low_bits) <= n_empty) ++law.n_low_bits;
  std::array<std::uint64_t, n_symbols> weights{};
  if (n_empty == 0) {
    weights[0] = 1;
    law.cdf = make_cdf(weights);
    return law;
  }
  // 2^64 times the probability that a slot, then a whole interval, is empty.
  auto empty = static_cast<std::uint64_t>((Wide{n_empty} << 64) / n_slots);
  for (unsigned i = 0; i < law.n_low_bits; ++i) empty = high_product(empty, empty);
  std::uint64_t at_least = ~std::uint64_t{0};
  for (unsigned s = 0; s + 1 < n_symbols; ++s) {
    const std::uint64_t beyond = high_product(at_least, empty);
    weights[s] = (at_least - beyond) >> 26;
    at_least = beyond;
  }
  weights[n_symbols - 1] = at_least >> 26;
  law.cdf = make_cdf(weights);
  return law;
}

ValueRange make_value_range(Mean16 mean, std::uint32_t least) noexcept {
  const std::uint64_t middle = mean >> 16;
  if (middle < least + 6) return {least, 0};
  const unsigned n_low_bits = static_cast<unsigned>(std::bit_width(square_root(middle) / 2)) - 1;
  const std::uint64_t half = std::uint64_t{15} << n_low_bits >> 1;
  const std::uint64_t first = middle > least + half ? middle - half : least;
  return {static_cast<std::uint32_t>(std::min<std::uint64_t>(first, 0xffffffff)),
          static_cast<std::uint8_t>(std::min(n_low_bits, max_raw_bits))};
}

// From the most likely value outwards, each weight from its neighbour's: no exponential needed.
// Within 64 bits: weights stay below 2^28, and n_low_bits <= 8 means values below 2^20.
Cdf16 make_poisson_cdf(Mean16 mean, const ValueRange& range) noexcept {
  std::array<std::uint64_t, n_symbols> weights{};
  if (range.n_low_bits > 8) return make_cdf(weights);  // too bright to be worth the loop
  const std::uint64_t last = range.first + (std::uint64_t{15} << range.n_low_bits) - 1;
  const std::uint64_t peak = std::clamp<std::uint64_t>(mean >> 16, range.first, last);
  constexpr std::uint64_t one = std::uint64_t{1} << 28;
  std::uint64_t weight = one;
  for (std::uint64_t v = peak; v <= last && weight != 0; ++v) {
    weights[(v - range.first) >> range.n_low_bits] += weight;
    weight = weight * mean / ((v + 1) << 16);
  }
  weights[n_symbols - 1] = weight;
  weight = one;
  for (std::uint64_t v = peak; v > range.first && weight != 0; --v) {
    weight = (weight * v << 16) / std::max<Mean16>(mean, 1);
    weights[(v - 1 - range.first) >> range.n_low_bits] += weight;
  }
  return make_cdf(weights);
}

// -log(1 - q) by its series. The cap keeps it short; beyond it the adaptive models see to the rest.
Mean16 poisson_mean(std::uint64_t n_lit, std::uint64_t n_slots) noexcept {
  const std::uint64_t share = std::min<std::uint64_t>((n_lit << 16) / n_slots, 3U << 14);
  std::uint64_t power = share, mean = 0;
  for (unsigned k = 1; k <= 12; ++k) {
    mean += power / k;
    power = power * share >> 16;
  }
  return mean;
}

}  // namespace esieve::codec::gaps
