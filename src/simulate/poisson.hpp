// SPDX-License-Identifier: Apache-2.0
//
// Poisson counts and what they cost.
#pragma once

#include <cstdint>

#include "simulate/random.hpp"

namespace esieve::simulate {

/// ln(k!)
double log_factorial(std::uint64_t k);

/// A Poisson count of mean `mean` (0 <= mean < 2^31).
///
/// Means below 10: inversion by sequential search, one random number. Others: the transformed rejection PTRS of
/// W. Hoermann, Insurance: Mathematics and Economics 12 (1993) 39.
std::uint64_t draw_poisson(Random& random, double mean);

/// -log2 P(count | mean). Infinite if a count is impossible (mean 0).
double poisson_bits(std::uint64_t count, double mean);

}  // namespace esieve::simulate
