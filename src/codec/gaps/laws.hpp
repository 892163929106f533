// SPDX-License-Identifier: Apache-2.0
//
// Distributions that encoder and decoder both compute from totals they share. Whole numbers only.
#pragma once

#include <cstdint>

#include "codec/gaps/cdf16.hpp"

namespace esieve::codec::gaps {

/// Number of empty slots before the next event: `cdf` for gap >> n_low_bits, where symbol 15 means
/// "15 or more, the same law goes on", and n_low_bits plain bits below it.
struct GapLaw {
  Cdf16 cdf;
  std::uint8_t n_low_bits;
};

/// The geometric law of `n_events` events strewn over `n_slots` slots, none twice.
/// \pre 1 <= n_events <= n_slots
GapLaw make_gap_law(std::uint64_t n_events, std::uint64_t n_slots) noexcept;

/// Values around a mean: 15 equal intervals of 2^n_low_bits values from `first` on have symbols
/// 0 to 14; symbol 15 stands for what lies outside.
struct ValueRange {
  std::uint32_t first;
  std::uint8_t n_low_bits;
};

/// Fixed-point means: 2^16 is a mean of one.
using Mean16 = std::uint64_t;

/// The range that holds nearly all values of a Poisson law with this mean, none below `least`.
ValueRange make_value_range(Mean16 mean, std::uint32_t least) noexcept;

/// The Poisson law over the intervals of `range`; symbol 15 gets what is left.
Cdf16 make_poisson_cdf(Mean16 mean, const ValueRange& range) noexcept;

/// The Poisson mean at which a share `n_lit` / `n_slots` of the counts is not zero.
Mean16 poisson_mean(std::uint64_t n_lit, std::uint64_t n_slots) noexcept;

}  // namespace esieve::codec::gaps
