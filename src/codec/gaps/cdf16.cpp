// SPDX-License-Identifier: Apache-2.0
//
// Distributions over 16 symbols: from weights to cumulative form.
#include "codec/gaps/cdf16.hpp"

namespace esieve::codec::gaps {

Cdf16 make_cdf(std::span<const std::uint64_t, n_symbols> weights) noexcept {
  std::uint64_t total = 0;
  for (const std::uint64_t weight : weights) total += weight;
  constexpr std::uint64_t to_share = probability_one - n_symbols;  // 1 each is given in advance
  Cdf16 cdf{};
  std::uint64_t below = 0;
  for (unsigned s = 0; s <= n_symbols; ++s) {
    const std::uint64_t share = total == 0 ? s * (to_share / n_symbols) : below * to_share / total;
    cdf.start[s] = static_cast<std::uint16_t>(share + s);
    if (s < n_symbols) below += weights[s];
  }
  cdf.start[n_symbols] = probability_one;
  return cdf;
}

}  // namespace esieve::codec::gaps
