// SPDX-License-Identifier: Apache-2.0
//
// Counts really are Poisson, and their price is right.
#include "simulate/poisson.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "support/test_data.hpp"

namespace esieve::simulate {
namespace {

double log_probability(std::uint64_t count, double mean) {
  return static_cast<double>(count) * std::log(mean) - mean - std::lgamma(static_cast<double>(count) + 1);
}

double probability(std::uint64_t count, double mean) { return std::exp(log_probability(count, mean)); }

// Pearson's chi-squared over counts expected at least 20 times, the rest pooled; normal deviate of it.
double deviation(const std::vector<std::uint64_t>& counts, double mean) {
  const double n = static_cast<double>(counts.size());
  std::vector<double> observed;
  for (const std::uint64_t count : counts) {
    if (count >= observed.size()) observed.resize(count + 1);
    ++observed[count];
  }
  double chi_squared = 0, rest_observed = n, rest_expected = n;
  int n_bins = 0;
  for (std::size_t k = 0; k < observed.size(); ++k) {
    const double expected = n * probability(k, mean);
    if (expected < 20) continue;
    chi_squared += (observed[k] - expected) * (observed[k] - expected) / expected;
    rest_observed -= observed[k];
    rest_expected -= expected;
    ++n_bins;
  }
  if (rest_expected > 1) {
    chi_squared += (rest_observed - rest_expected) * (rest_observed - rest_expected) / rest_expected;
    ++n_bins;
  }
  const double freedom = n_bins - 1;
  return freedom < 1 ? 0 : (chi_squared - freedom) / std::sqrt(2 * freedom);
}

TEST(Poisson, counts_follow_the_distribution_at_every_mean) {
  const std::uint64_t seed = test_seed(3);
  SCOPED_TRACE(seed);
  std::uint64_t stream = 0;
  for (const double mean : {0.003, 0.1, 0.9, 1.0, 4.0, 9.999, 10.0, 12.5, 40.0, 300.0, 5000.0}) {
    SCOPED_TRACE(mean);
    Random random(seed, stream++);
    std::vector<std::uint64_t> counts(200'000);
    for (std::uint64_t& count : counts) count = draw_poisson(random, mean);
    double sum = 0, squares = 0;
    for (const std::uint64_t count : counts) {
      sum += static_cast<double>(count);
      squares += (static_cast<double>(count) - mean) * (static_cast<double>(count) - mean);
    }
    const double n = static_cast<double>(counts.size());
    EXPECT_NEAR(sum / n, mean, 4.5 * std::sqrt(mean / n));
    EXPECT_NEAR(squares / n, mean, 4.5 * std::sqrt((mean + 2 * mean * mean) / n));
    EXPECT_LT(deviation(counts, mean), 4.5);
  }
}

TEST(Poisson, a_mean_of_zero_counts_nothing) {
  Random random(1, 1);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(draw_poisson(random, 0), 0U);
}

TEST(Poisson, bits_are_the_logarithm_of_the_probability) {
  for (const double mean : {1e-6, 0.2, 3.0, 77.0})
    for (const std::uint64_t count : {0U, 1U, 2U, 9U, 80U})
      EXPECT_NEAR(poisson_bits(count, mean), -log_probability(count, mean) / std::numbers::ln2,
                  1e-12 * (1 + poisson_bits(count, mean)));
  EXPECT_EQ(poisson_bits(0, 0), 0);
  EXPECT_EQ(poisson_bits(1, 0), std::numeric_limits<double>::infinity());
}

TEST(Poisson, log_factorials_agree_with_lgamma) {
  for (const std::uint64_t k : {0U, 1U, 2U, 5U, 100U, 255U, 256U, 257U, 1000U, 65535U, 1'000'000U}) {
    const double expected = std::lgamma(static_cast<double>(k) + 1);
    EXPECT_NEAR(log_factorial(k), expected, 1e-13 * std::max(1.0, expected)) << k;
  }
}

TEST(Random, streams_and_seeds_are_unlike_and_repeatable) {
  Random one(7, 0), again(7, 0), stream(7, 1), seed(8, 0);
  int equal = 0;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t value = one.next();
    EXPECT_EQ(value, again.next());
    equal += value == stream.next() ? 1 : 0;
    equal += value == seed.next() ? 1 : 0;
  }
  EXPECT_EQ(equal, 0);
}

}  // namespace
}  // namespace esieve::simulate
