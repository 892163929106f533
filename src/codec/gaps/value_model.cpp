// SPDX-License-Identifier: Apache-2.0
//
// What a class's totals say about its counts, and what an encoder adds.
#include "codec/gaps/value_model.hpp"

#include <algorithm>

#include "codec/gaps/bit_cost.hpp"

namespace esieve::codec::gaps {
namespace {

constexpr unsigned ones_per_exception = 4;

BitCost cost_of(const std::array<std::uint32_t, n_symbols>& counts, const Cdf16& cdf) {
  BitCost cost = 0;
  for (unsigned s = 0; s < n_symbols; ++s)
    if (counts[s] != 0) cost += counts[s] * ((BitCost{probability_bits} << 16) - log2_cost(cdf.width(s)));
  return cost;
}

}  // namespace

void ValueModel::reset(const LeafClass& of, std::uint32_t n_above_one) {
  each_ = of.bright || std::uint64_t{n_above_one} * ones_per_exception > of.n_events;
  range_ = make_value_range(of.bright ? of.mean : 0, each_ ? 1 : 2);
  cdf_ = make_poisson_cdf(of.mean, range_);
  has_weights_ = false;
  last_ = 0;
  if (!each_ && n_above_one != 0) ones_ = make_gap_law(n_above_one, of.n_events);
}

void ValueModel::fit(std::span<const std::uint32_t> counts) {
  if (counts.empty()) return;  // a decoder has none
  // Several tables, as most counts are alike and an increment waits for the last.
  std::array<std::array<std::uint32_t, n_symbols>, 4> tables{};
  const std::uint32_t first = range_.first, width = (n_symbols - 1U) << range_.n_low_bits;
  const unsigned n_low_bits = range_.n_low_bits;
  const auto add = [&](std::uint32_t count, std::size_t table) {
    const std::uint32_t offset = count - first;
    ++tables[table][offset >= width ? n_symbols - 1U : offset >> n_low_bits];
  };
  std::size_t at = 0;
  for (; at + tables.size() <= counts.size(); at += tables.size())
    for (std::size_t i = 0; i < tables.size(); ++i) add(counts[at + i], i);
  for (; at < counts.size(); ++at) add(counts[at], 0);
  std::array<std::uint32_t, n_symbols> n_of{};
  for (const auto& table : tables)
    for (unsigned s = 0; s < n_symbols; ++s) n_of[s] += table[s];
  const std::uint64_t most = *std::max_element(n_of.begin(), n_of.end());
  constexpr std::uint64_t largest = (1U << weight_bits) - 1;
  // None that occurs is left out.
  std::transform(n_of.begin(), n_of.end(), weights_.begin(), [&](std::uint64_t n) { return (n * largest + most - 1) / most; });
  last_ = n_symbols - 2;
  while (last_ > 0 && n_of[last_] == 0) --last_;
  const Cdf16 own = make_cdf(weights_);
  const BitCost of_weights = BitCost{4 + weight_bits * (last_ + 2)} << 16;
  has_weights_ = cost_of(n_of, own) + of_weights < cost_of(n_of, cdf_);
  if (has_weights_) cdf_ = own;
}

}  // namespace esieve::codec::gaps
