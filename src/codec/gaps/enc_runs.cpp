// SPDX-License-Identifier: Apache-2.0
//
// Runs, encoder's half.
#include <type_traits>

#include "codec/gaps/runs.hpp"

namespace esieve::codec::gaps {

void write_positions(TokenList& tokens, const GapLaw& law, std::span<const std::uint32_t> positions) {
  const unsigned n_low_bits = law.n_low_bits;
  std::uint64_t* token = tokens.room_for(positions.size());
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    std::uint32_t gap = positions[i] - next;
    if (gap >> n_low_bits >= n_symbols - 1) [[unlikely]] {
      tokens.stop_at(token);
      for (; gap >> n_low_bits >= n_symbols - 1; gap -= (n_symbols - 1) << n_low_bits) tokens.symbol(law.cdf, n_symbols - 1);
      token = tokens.room_for(positions.size() - i);
    }
    const std::uint32_t symbol = gap >> n_low_bits;
    *token++ = TokenList::pack(law.cdf.start[symbol], law.cdf.width(symbol), n_low_bits, gap & ((1U << n_low_bits) - 1));
    next = positions[i] + 1;
  }
  tokens.stop_at(token);
}

template <class Cdf>
void write_values(TokenList& tokens, Cdf& cdf, const ValueRange& range, OutlierModel& outliers,
                  std::span<const std::uint32_t> values) {
  const unsigned n_low_bits = range.n_low_bits;
  const std::uint32_t width = (n_symbols - 1U) << n_low_bits;
  std::uint64_t* token = tokens.room_for(values.size());
  std::size_t n_outliers = 0;
  Cdf own = cdf;
  for (const std::uint32_t value : values) {
    const std::uint32_t offset = value - range.first;  // wraps below the range
    const bool outside = offset >= width;
    const unsigned symbol = outside ? n_symbols - 1 : offset >> n_low_bits, n_low = outside ? 0 : n_low_bits;
    *token++ = TokenList::pack(own.start[symbol], own.width(symbol), n_low, offset & ((1U << n_low) - 1));
    if constexpr (std::is_same_v<Cdf, AdaptiveCdf>) own.learn(symbol);
    n_outliers += outside;
  }
  cdf = own;
  tokens.stop_at(token);
  if (n_outliers == 0) return;
  for (const std::uint32_t value : values) {
    if (value - range.first < width) continue;
    outliers.code(tokens, value < range.first ? value : value - width);
  }
}

template void write_values(TokenList&, Cdf16&, const ValueRange&, OutlierModel&, std::span<const std::uint32_t>);
template void write_values(TokenList&, AdaptiveCdf&, const ValueRange&, OutlierModel&, std::span<const std::uint32_t>);

}  // namespace esieve::codec::gaps
