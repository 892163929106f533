// SPDX-License-Identifier: Apache-2.0
//
// A code length is honest if the probabilities it stands for add up to one.
#include "report/code_length.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace esieve {
namespace {

double factorial_bits(double count) { return std::lgamma(count + 1) * std::numbers::log2e; }

TEST(CodeLength, probabilities_of_all_poisson_counts_of_two_frames_add_up_to_one) {
  for (const double strength : {0.1, 1.0, 50.0}) {
    double sum = 0;
    for (int a = 0; a < 400; ++a)
      for (int b = 0; b < 400; ++b)
        sum += std::exp2(-poisson_length(a + b, 2, 1.5, strength).bits - factorial_bits(a) - factorial_bits(b));
    EXPECT_NEAR(sum, 1, 1e-3) << strength;
  }
}

TEST(CodeLength, probabilities_of_all_patterns_of_hits_add_up_to_one) {
  for (const double strength : {0.1, 2.0, 50.0}) {
    double sum = 0;
    const double patterns[] = {1, 6, 15, 20, 15, 6, 1};
    for (int n = 0; n <= 6; ++n) sum += patterns[n] * std::exp2(-occupancy_length(n, 6, 0.3, strength).bits);
    EXPECT_NEAR(sum, 1, 1e-9) << strength;
  }
}

TEST(CodeLength, approaches_what_a_known_rate_would_need) {
  const CodeLength known = poisson_length(5000, 10000, 0.5, 1e9);
  EXPECT_NEAR(known.learning_bits, 0, 0.01);
  const CodeLength learned = poisson_length(5000, 10000, 0.1, 0.5);
  EXPECT_GT(learned.learning_bits, 3);
  EXPECT_LT(learned.learning_bits, 12);
  EXPECT_NEAR(learned.bits - learned.learning_bits, known.bits - known.learning_bits, 1e-6);
}

TEST(CodeLength, of_a_histogram_is_its_entropy_and_a_little_for_learning) {
  const CodeLength length = histogram_length({{1, 7000}, {2, 2000}, {9, 1000}});
  const double entropy = -(0.7 * std::log2(0.7) + 0.2 * std::log2(0.2) + 0.1 * std::log2(0.1)) * 10000;
  EXPECT_NEAR(length.bits - length.learning_bits, entropy, 1e-6);
  EXPECT_GT(length.learning_bits, 0);
  EXPECT_LT(length.learning_bits, 40);
  EXPECT_EQ(histogram_length({}).bits, 0);
}

TEST(CodeLength, of_a_pixel_that_is_always_hit_is_nearly_nothing) {
  EXPECT_LT(occupancy_length(100000, 100000, 0.99, 1).bits, 1);
}

}  // namespace
}  // namespace esieve
