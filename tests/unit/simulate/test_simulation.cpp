// SPDX-License-Identifier: Apache-2.0
//
// The simulated experiment as its users meet it.
#include "esieve/simulate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "esieve/error.hpp"
#include "simulate/scattering_factor.hpp"

namespace esieve {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

SimulateOptions small() {
  SimulateOptions options;
  options.scan = {5, 9};
  options.detector = {32, 24};
  options.dose_electrons = 400;
  options.thickness_nm = 3;
  options.seed = 11;
  return options;
}

const Simulation& shared_simulation() {
  static const Simulation simulation(small());
  return simulation;
}

std::vector<float> all_rates(const Simulation& simulation) {
  const SimulateOptions& o = simulation.options();
  std::vector<float> rates(o.scan.n_frames() * o.detector.n_pixels());
  simulation.rates({0, o.scan.n_frames()}, rates);
  return rates;
}

TEST(Simulation, rates_do_not_depend_on_how_frames_are_asked_for) {
  const Simulation& simulation = shared_simulation();
  const std::vector<float> whole = all_rates(simulation);
  const std::uint64_t n_pixels = simulation.options().detector.n_pixels(), n = simulation.options().scan.n_frames();
  for (const std::uint64_t step : {7U, 16U, 30U})
    for (std::uint64_t first = 0; first < n; first += step) {
      const FrameRange range{first, std::min<std::uint64_t>(step, n - first)};
      std::vector<float> part(range.count * n_pixels);
      simulation.rates(range, part);
      EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(first * n_pixels)));
    }
}

TEST(Simulation, is_the_same_for_any_number_of_threads) {
  SimulateOptions options = small();
  options.threads = 1;
  EXPECT_EQ(all_rates(Simulation(options)), all_rates(shared_simulation()));
}

TEST(Simulation, nearly_all_electrons_of_a_thin_specimen_reach_the_detector) {
  SimulateOptions options = small();
  options.detector = {32, 32};
  const Simulation simulation(options);
  const std::vector<float> rates = all_rates(simulation);
  for (std::uint64_t f = 0; f < options.scan.n_frames(); ++f) {
    const auto frame = rates.begin() + static_cast<std::ptrdiff_t>(f * 1024);
    const double electrons = std::accumulate(frame, frame + 1024, 0.0);
    EXPECT_LT(electrons, options.dose_electrons * 1.0001);
    EXPECT_GT(electrons, options.dose_electrons * 0.93);
  }
  for (const float rate : rates) ASSERT_TRUE(std::isfinite(rate) && rate > 0);
}

TEST(Simulation, the_bright_field_disc_has_the_radius_of_the_aperture) {
  SimulateOptions options = small();
  options.scan = {1, 1};
  options.detector = {128, 128};
  options.thickness_nm = 0.4;
  options.semi_angle_mrad = 17;
  const Simulation simulation(options);
  const std::vector<float> rates = all_rates(simulation);
  const auto axes = simulation.axes();
  // The area above half the disc's level is the disc's.
  std::vector<float> sorted = rates;
  std::sort(sorted.begin(), sorted.end());
  const float level = sorted[sorted.size() - 600];
  const auto n_bright = std::count_if(rates.begin(), rates.end(), [&](float r) { return r > level / 2; });
  const double radius = std::sqrt(static_cast<double>(n_bright) / std::numbers::pi) * axes[2].scale;
  const double expected = 17e-3 / simulate::ElectronWave(options.energy_kev).wavelength;
  EXPECT_NEAR(radius, expected, 0.04 * expected);
  // Its centre of mass is the origin of the axes.
  double sum = 0, moment = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    sum += rates[i];
    moment += rates[i] * (axes[3].offset + axes[3].scale * static_cast<double>(i % 128));
  }
  EXPECT_NEAR(moment / sum, 0, axes[3].scale);
}

TEST(Simulation, the_floor_is_close_to_the_entropy_of_the_rates) {
  const Simulation& simulation = shared_simulation();
  const std::vector<float> rates = all_rates(simulation);
  std::vector<std::uint16_t> counts(rates.size());
  const double floor = simulation.draw({0, simulation.options().scan.n_frames()}, rates, counts);

  double entropy = 0;  // summed far enough for these means
  for (const float rate : rates) {
    const double mean = rate;
    for (int k = 0; k < 60; ++k) {
      const double nats = mean - k * std::log(mean) + std::lgamma(k + 1.0);
      entropy += std::exp(-nats) * nats / std::numbers::ln2;
    }
  }
  EXPECT_NEAR(floor / entropy, 1, 0.03);
}

TEST(Simulation, counts_are_drawn_frame_by_frame_from_the_seed) {
  const Simulation& simulation = shared_simulation();
  SimulateOptions options = simulation.options();
  const std::vector<float> rates = all_rates(simulation);
  const std::uint64_t n_pixels = options.detector.n_pixels(), n = options.scan.n_frames();
  std::vector<std::uint16_t> whole(rates.size()), one(n_pixels), other(rates.size());
  const double bits = simulation.draw({0, n}, rates, whole);
  double summed = 0;
  for (std::uint64_t f = 0; f < n; ++f) {
    summed += simulation.draw({f, 1}, std::span(rates).subspan(f * n_pixels, n_pixels), one);
    EXPECT_TRUE(std::equal(one.begin(), one.end(), whole.begin() + static_cast<std::ptrdiff_t>(f * n_pixels)));
  }
  EXPECT_NEAR(summed, bits, 1e-6 * bits);

  options.seed = 12;
  Simulation(options).draw({0, n}, rates, other);
  EXPECT_NE(other, whole);
}

TEST(Simulation, a_count_too_large_for_16_bits_is_an_error) {
  const Simulation& simulation = shared_simulation();
  std::vector<float> rates(simulation.options().detector.n_pixels(), 0.5F);
  rates[40] = 1e6F;
  std::vector<std::uint16_t> counts(rates.size());
  EXPECT_THAT([&] { simulation.draw({0, 1}, rates, counts); }, ThrowsMessage<UsageError>(HasSubstr("Use a smaller dose")));
}

}  // namespace
}  // namespace esieve
