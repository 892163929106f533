// SPDX-License-Identifier: Apache-2.0
//
// The probe's path over the specimen and its amplitudes.
#include "simulate/probe.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

namespace esieve::simulate {
namespace {

struct Setting {
  explicit Setting(const SimulateOptions& o)
      : options(o), wave(o.energy_kev), sampling(choose_sampling(o, wave)), prober(o, wave, sampling) {}
  SimulateOptions options;
  ElectronWave wave;
  Sampling sampling;
  ProbeFormer prober;
};

SimulateOptions scan_of(std::uint64_t y, std::uint64_t x) {
  SimulateOptions options;
  options.scan = {y, x};
  options.detector = {32, 32};
  return options;
}

std::vector<Beam> all_beams(int reach) {
  std::vector<Beam> beams;
  for (int y = -reach; y <= reach; ++y)
    for (int x = -reach; x <= reach; ++x) beams.push_back({y, x});
  return beams;
}

TEST(Probe, neighbours_in_the_scan_are_one_step_apart) {
  const Setting s(scan_of(9, 13));
  const Probe at = s.prober.at(4 * 13 + 6), right = s.prober.at(4 * 13 + 7), below = s.prober.at(5 * 13 + 6);
  const double step = s.options.scan_step_nm * 10;
  EXPECT_NEAR(std::hypot(right.y - at.y, right.x - at.x), step, 1e-12);
  EXPECT_NEAR(std::hypot(below.y - at.y, below.x - at.x), step, 1e-12);
  EXPECT_NEAR((right.y - at.y) * (below.y - at.y) + (right.x - at.x) * (below.x - at.x), 0, 1e-12);
  EXPECT_NEAR(at.y, 0, 1e-12);  // the middle of an odd scan
  EXPECT_NEAR(at.x, 0, 1e-12);
}

TEST(Probe, drifts_slowly_and_crosses_every_terrace) {
  const Setting s(scan_of(40, 40));
  std::vector<int> seen(s.sampling.terrace_cells.size());
  for (std::uint64_t f = 0; f < 1600; ++f) {
    const Probe probe = s.prober.at(f);
    EXPECT_LT(std::hypot(probe.tilt_y, probe.tilt_x), max_tilt_steps);
    EXPECT_LE(std::abs(probe.defocus - 10 * s.options.defocus_nm), defocus_drift_angstrom);
    EXPECT_LE(std::hypot(probe.y, probe.x), scan_reach_angstrom(s.options));
    ++seen.at(probe.terrace);
  }
  for (const int frames : seen) EXPECT_GT(frames, 0);
}

// The entrance wave in real space, by definition.
double intensity(const std::vector<Beam>& beams, const std::vector<std::complex<float>>& amplitudes, double step, double y,
                 double x) {
  std::complex<double> sum = 0;
  for (std::size_t i = 0; i < beams.size(); ++i)
    sum += std::complex<double>(amplitudes[i]) * std::polar(1.0, 2 * std::numbers::pi * step * (beams[i].y * y + beams[i].x * x));
  return std::norm(sum);
}

TEST(Probe, a_focused_wave_peaks_at_its_position_as_an_airy_disc) {
  SimulateOptions options = scan_of(1, 1);
  options.cs_um = 0;
  const Setting s(options);
  const std::vector<Beam> beams = all_beams(static_cast<int>(s.sampling.aperture_radius) + 4);
  std::vector<std::complex<float>> amplitudes(beams.size());
  Probe probe;
  probe.y = 3.1;
  probe.x = -1.7;
  const double norm = s.prober.amplitudes(probe, beams, amplitudes.data());
  const double area = std::numbers::pi * s.sampling.aperture_radius * s.sampling.aperture_radius;
  EXPECT_NEAR(norm, area, 0.01 * area);

  const double step = s.sampling.reciprocal_step, peak = intensity(beams, amplitudes, step, 3.1, -1.7);
  EXPECT_NEAR(peak, area * area, 0.05 * area * area);
  const double first_dark_ring = 0.61 * s.wave.wavelength / (options.semi_angle_mrad * 1e-3);
  EXPECT_LT(intensity(beams, amplitudes, step, 3.1 + first_dark_ring, -1.7), 2e-3 * peak);
  EXPECT_NEAR(intensity(beams, amplitudes, step, 3.1, -1.7 + first_dark_ring / 2) / peak, 0.37, 0.02);
}

TEST(Probe, positive_defocus_puts_the_focus_inside_the_specimen) {
  SimulateOptions options = scan_of(1, 1);
  options.cs_um = 0;
  const Setting s(options);
  const std::vector<Beam> beams = all_beams(static_cast<int>(s.sampling.aperture_radius) + 4);
  std::vector<std::complex<float>> amplitudes(beams.size());
  Probe probe;
  probe.defocus = 100;
  s.prober.amplitudes(probe, beams, amplitudes.data());
  const double step = s.sampling.reciprocal_step, before = intensity(beams, amplitudes, step, 0, 0);
  for (std::size_t i = 0; i < beams.size(); ++i) {  // 100 angstrom of free space
    const double k = std::hypot(beams[i].y, beams[i].x) * step;
    amplitudes[i] *= std::complex<float>(std::polar(1.0, -std::numbers::pi * s.wave.wavelength * 100 * k * k));
  }
  EXPECT_GT(intensity(beams, amplitudes, step, 0, 0), 3 * before);
}

}  // namespace
}  // namespace esieve::simulate
