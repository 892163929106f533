// SPDX-License-Identifier: Apache-2.0
//
// Thermal diffuse scattering: two ways to the same cross-section, and where the electrons go.
#include "simulate/thermal_diffuse.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

namespace esieve::simulate {
namespace {

// Integral of the diffuse intensity over all angles, in the first Born approximation.
double integrated_cross_section(const ElectronWave& wave, const Species& s) {
  constexpr double step = 0.001;
  double sum = 0;
  for (double q = step / 2; q < 40; q += step) {
    const double f = wave.phase_per_factor() * electron_scattering_factor(s.element, q * q);
    sum += 2 * std::numbers::pi * q * step * f * f * (1 - std::exp(-s.debye_waller * q * q / 2));
  }
  return sum;
}

TEST(AbsorptionFactor, takes_away_what_is_scattered_diffusely) {
  const ElectronWave wave(200);
  for (const Species& s : species) {
    const double expected = integrated_cross_section(wave, s);
    EXPECT_NEAR(AbsorptionFactor(wave, s).cross_section() / expected, 1, 0.02);
  }
}

TEST(AbsorptionFactor, is_localised_at_the_atom) {
  const AbsorptionFactor strontium(ElectronWave(200), species[0]);
  // Far wider in reciprocal space than the elastic factor, which has fallen to a quarter here.
  EXPECT_GT(strontium.coefficient(4, 0), 0.6 * strontium.coefficient(0, 0));
  EXPECT_LT(strontium.coefficient(20, 0), 0.2 * strontium.coefficient(0, 0));
  EXPECT_NEAR(strontium.coefficient(3, -5), strontium.coefficient(-5, 3), 1e-9);
}

TEST(DiffuseDistribution, integrates_to_one_and_vanishes_in_the_beam) {
  const DiffuseDistribution diffuse;
  double sum = 0;
  for (double q = 0.01; q < 30; q += 0.02) sum += 2 * std::numbers::pi * q * 0.02 * diffuse.density(q);
  EXPECT_NEAR(sum, 1, 0.01);
  EXPECT_EQ(diffuse.density(0), 0);
}

TEST(DiffuseDistribution, pattern_shares_out_the_electrons_within_reach) {
  const double step = 0.125;
  const std::vector<float> wide = DiffuseDistribution().pattern(160, step, 6);
  EXPECT_NEAR(std::accumulate(wide.begin(), wide.end(), 0.0), 0.985, 0.015);

  const Field<float> index(64);
  const std::vector<float> pattern = DiffuseDistribution().pattern(64, step, 6);
  for (int y = 1; y < 32; ++y) {
    EXPECT_EQ(pattern[index.at(y, 5)], pattern[index.at(64 - y, 5)]);
    EXPECT_EQ(pattern[index.at(y, 5)], pattern[index.at(5, y)]);
  }
  for (int y = 12; y < 32; ++y) EXPECT_LT(pattern[index.at(y, 0)], pattern[index.at(y - 1, 0)]);
}

}  // namespace
}  // namespace esieve::simulate
