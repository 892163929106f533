// SPDX-License-Identifier: Apache-2.0
//
// Beams propagated one by one on a unit cell against a probe propagated whole on the full box.
#include "simulate/scattering_matrix.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <map>
#include <numbers>
#include <utility>

#include "simulate/fourier.hpp"
#include "simulate/probe.hpp"

namespace esieve::simulate {
namespace {

SimulateOptions thin_specimen() {
  SimulateOptions options;
  options.scan = {1, 1};
  options.detector = {16, 16};
  options.thickness_nm = 3;
  options.semi_angle_mrad = 24;
  return options;
}

struct Setting {
  explicit Setting(const SimulateOptions& o)
      : wave(o.energy_kev), sampling(choose_sampling(o, wave)), prober(o, wave, sampling) {}

  // Exit amplitudes of `probe` on the grid, through the thickest terrace.
  std::map<std::pair<int, int>, std::complex<double>> exit_amplitudes(const std::vector<BlochBlock>& blocks,
                                                                      const Probe& probe) const {
    std::map<std::pair<int, int>, std::complex<double>> amplitudes;
    for (const BlochBlock& block : blocks) {
      Eigen::VectorXcf incident(static_cast<Eigen::Index>(block.incident.size()));
      prober.amplitudes(probe, block.incident, incident.data());
      const Eigen::VectorXcf exits = block.scatter.back() * incident;
      for (std::size_t i = 0; i < block.exits.size(); ++i)
        amplitudes[{block.exits[i].y, block.exits[i].x}] = exits(static_cast<Eigen::Index>(i));
    }
    return amplitudes;
  }

  ElectronWave wave;
  Sampling sampling;
  ProbeFormer prober;
};

const Setting& setting() {
  static const Setting result(thin_specimen());
  return result;
}

const std::vector<BlochBlock>& vibrating() {
  static const auto blocks = propagate(setting().wave, setting().sampling, Absorption::thermal_diffuse, 0);
  return blocks;
}

// The textbook way: one probe, the whole box tiled with unit cells, no Bloch waves, no symmetry.
Field<float> propagate_whole(const Setting& s, const Probe& probe) {
  const int cells = s.sampling.cells, cell_grid = s.sampling.cell_grid, n = cells * cell_grid;
  const std::vector<Field<float>> slices = slice_transmissions(s.wave, cell_grid, Absorption::thermal_diffuse);
  const double limit = n / 3.0, distance = lattice_angstrom / slices_per_cell;

  Field<float> wave(n), scratch(n), free_space(n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      const Beam beam{signed_index(i, n), signed_index(j, n)};
      std::complex<float> amplitude;
      s.prober.amplitudes(probe, std::span(&beam, 1), &amplitude);
      wave.re[wave.at(i, j)] = amplitude.real();
      wave.im[wave.at(i, j)] = amplitude.imag();
      if (std::hypot(beam.y, beam.x) > limit) continue;
      const double k = std::hypot(beam.y, beam.x) * s.sampling.reciprocal_step;
      const auto factor = std::polar(1.0 / (n * n), -std::numbers::pi * s.wave.wavelength * distance * k * k);
      free_space.re[wave.at(i, j)] = static_cast<float>(factor.real());
      free_space.im[wave.at(i, j)] = static_cast<float>(factor.imag());
    }
  std::vector<Field<float>> tiled;
  for (const Field<float>& slice : slices) {
    Field<float> tile(n);
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) {
        tile.re[tile.at(i, j)] = slice.re[slice.at(i % cell_grid, j % cell_grid)];
        tile.im[tile.at(i, j)] = slice.im[slice.at(i % cell_grid, j % cell_grid)];
      }
    tiled.push_back(std::move(tile));
  }
  const Fourier<float> fourier(n);
  for (int cell = 0; cell < s.sampling.terrace_cells.back(); ++cell)
    for (const Field<float>& slice : tiled) {
      fourier.inverse(wave, scratch);
      wave.multiply(slice);
      fourier.forward(wave, scratch);
      wave.multiply(free_space);
    }
  return wave;
}

TEST(ScatteringMatrix, a_sum_of_beams_is_the_probe_propagated_whole) {
  const Setting& s = setting();
  const auto& blocks = vibrating();
  Probe probe;
  probe.y = 1.234;
  probe.x = -5.678;
  probe.tilt_y = 0.7;
  probe.tilt_x = -1.1;
  probe.defocus = 43;
  const Field<float> whole = propagate_whole(s, probe);
  const auto summed = s.exit_amplitudes(blocks, probe);

  double difference = 0, total = 0;
  ASSERT_EQ(summed.size(), static_cast<std::size_t>(s.sampling.grid) * static_cast<std::size_t>(s.sampling.grid));
  for (const auto& [beam, amplitude] : summed) {
    const std::size_t at = whole.at(wrap(beam.first, whole.size), wrap(beam.second, whole.size));
    difference += std::norm(amplitude - std::complex<double>(whole.re[at], whole.im[at]));
    total += std::norm(amplitude);
  }
  EXPECT_LT(difference / total, 1e-8);
}

TEST(ScatteringMatrix, without_vibrations_no_intensity_is_lost) {
  const Setting& s = setting();
  for (const BlochBlock& block : propagate(s.wave, s.sampling, Absorption::none, 0)) {
    const Eigen::MatrixXcf& elastic = block.elastic.back();
    const auto identity = Eigen::MatrixXcf::Identity(elastic.rows(), elastic.cols());
    EXPECT_LT((elastic - identity).cwiseAbs().maxCoeff(), 2e-3F);  // scattered beyond the band limit
  }
}

TEST(ScatteringMatrix, vibrations_take_more_from_a_probe_on_a_column_and_more_with_depth) {
  const Setting& s = setting();
  const auto& blocks = vibrating();
  const auto lost = [&](double y, double x, std::size_t terrace) {
    Probe probe;
    probe.y = y;
    probe.x = x;
    double elastic = 0, norm = 0;
    for (const BlochBlock& block : blocks) {
      Eigen::VectorXcf a(static_cast<Eigen::Index>(block.incident.size()));
      norm += s.prober.amplitudes(probe, block.incident, a.data());
      elastic += a.dot(block.elastic[terrace] * a).real();
    }
    return 1 - elastic / norm;
  };
  const std::size_t deepest = s.sampling.terrace_cells.size() - 1;
  constexpr double half = lattice_angstrom / 2;
  const double strontium = lost(0, 0, deepest), titanium = lost(half, half, deepest);
  const double oxygen = lost(half, 0, deepest), between = lost(half / 2, half / 2, deepest);
  EXPECT_GT(strontium, titanium);
  EXPECT_GT(titanium, oxygen);
  EXPECT_GT(oxygen, between);
  EXPECT_GT(between, 0);
  EXPECT_LT(strontium, 0.5);
  EXPECT_GT(strontium, lost(0, 0, 0));
}

TEST(ScatteringMatrix, a_probe_on_a_column_gives_a_pattern_of_fourfold_symmetry) {
  const Setting& s = setting();
  const auto amplitudes = s.exit_amplitudes(vibrating(), Probe{});
  for (int y = 0; y < s.sampling.grid / 2; y += 3)
    for (int x = 0; x < s.sampling.grid / 2; x += 2) {
      const double intensity = std::norm(amplitudes.at({y, x}));
      for (const Beam b : {Beam{-y, x}, Beam{y, -x}, Beam{x, y}, Beam{-x, -y}})
        EXPECT_NEAR(std::norm(amplitudes.at({b.y, b.x})), intensity, 1e-4 + 1e-3 * intensity);
    }
}

}  // namespace
}  // namespace esieve::simulate
