// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "esieve/convert.hpp"
#include "esieve/error.hpp"
#include "esieve/report.hpp"
#include "support/memory_source.hpp"
#include "support/temporary_folder.hpp"

namespace esieve {
namespace {

EntropyEstimate estimate(const MemorySource& source) {
  const TemporaryFolder folder;
  convert(source, folder / "events.hdf5");
  return estimate_entropy(Reader(folder / "events.hdf5"));
}

/// Poisson counts of known rates, and the bits they need if the rates are known.
struct KnownRates {
  MemorySource source{{16, 64}, {24, 24}, DType::u16};
  double floor_bits = 0;

  explicit KnownRates(double peak) {
    std::mt19937_64 random(60);
    const std::size_t n_pixels = 24 * 24;
    for (std::size_t i = 0; i < source.values<std::uint16_t>().size(); ++i) {
      const std::size_t pixel = i % n_pixels;
      const double y = static_cast<double>(pixel / 24) - 12, x = static_cast<double>(pixel % 24) - 12;
      const double rate = peak * std::exp(-(x * x + y * y) / 40) + peak / 1000;
      const auto count = static_cast<double>(std::poisson_distribution<int>(rate)(random));
      source.values<std::uint16_t>()[i] = static_cast<std::uint16_t>(count);
      floor_bits += (rate - count * std::log(rate) + std::lgamma(count + 1)) * std::numbers::log2e;
    }
  }
};

TEST(EstimateEntropy, of_poisson_counts_is_their_floor_and_the_cost_of_learning_the_rates) {
  for (const double peak : {0.05, 1.0, 20.0}) {
    const KnownRates data(peak);
    const EntropyEstimate entropy = estimate(data.source);
    EXPECT_EQ(entropy.model, "Poisson") << peak;
    EXPECT_GT(entropy.bits, 0.995 * data.floor_bits) << peak;
    EXPECT_LT(entropy.bits, 1.06 * data.floor_bits) << peak;
    EXPECT_NEAR(entropy.bits - entropy.learning_bits, data.floor_bits, 0.01 * data.floor_bits + 600) << peak;
  }
}

TEST(EstimateEntropy, charges_nothing_to_speak_of_for_masked_pixels) {
  KnownRates data(0.2);
  const double without_mask = estimate(data.source).bits;
  for (std::size_t i = 0; i < data.source.values<std::uint16_t>().size(); i += 24 * 24) {
    data.source.values<std::uint16_t>()[i + 30] = 65535;
    data.source.values<std::uint16_t>()[i + 31] = 65535;
  }
  const EntropyEstimate masked = estimate(data.source);
  EXPECT_EQ(masked.model, "occupancy");
  EXPECT_LT(masked.bits, 1.1 * without_mask);
}

TEST(EstimateEntropy, counts_in_units_of_the_quantum) {
  KnownRates data(1.0);
  MemorySource quarters({16, 64}, {24, 24}, DType::f32);
  for (std::size_t i = 0; i < quarters.values<float>().size(); ++i)
    quarters.values<float>()[i] = 0.25F * static_cast<float>(data.source.values<std::uint16_t>()[i]);
  EXPECT_NEAR(estimate(quarters).bits, estimate(data.source).bits, 1e-6 * data.floor_bits);
}

TEST(EstimateEntropy, of_nothing_is_nothing) {
  const MemorySource empty({4, 4}, {5, 5}, DType::u8);
  EXPECT_EQ(estimate(empty).bits, 0);
}

TEST(EstimateEntropy, takes_negative_mask_values_as_values) {
  MemorySource source({8, 8}, {6, 6}, DType::i32);
  fill_with_counts(source, 0.5, 61);
  for (std::size_t i = 0; i < 64; ++i) source.values<std::int32_t>()[i * 36 + 7] = -2;
  const EntropyEstimate entropy = estimate(source);
  EXPECT_EQ(entropy.model, "occupancy");
  EXPECT_GT(entropy.bits, 0);
}

TEST(EstimateEntropy, says_that_floats_are_not_counts) {
  MemorySource source({2, 2}, {4, 4}, DType::f64);
  fill_with_noise(source, 0.5, 62);
  EXPECT_THROW(estimate(source), UnsupportedError);
}

}  // namespace
}  // namespace esieve
