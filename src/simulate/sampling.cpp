// SPDX-License-Identifier: Apache-2.0
#include "simulate/sampling.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <numbers>
#include <string>

#include "esieve/error.hpp"
#include "simulate/crystal.hpp"
#include "simulate/fourier.hpp"

namespace esieve::simulate {
namespace {

constexpr int max_grid = 1080;
constexpr double wedge = 0.25;      // thickness runs from (1 - wedge) to (1 + wedge) of its mean
constexpr double max_terraces = 8;  // a scan crosses all of them
constexpr double scattering_budget_bytes = 160.0 * (1 << 20);

std::string text(double number) {
  std::array<char, 32> digits;
  std::snprintf(digits.data(), digits.size(), "%g", number);
  return digits.data();
}

void check_length(const char* what, std::uint64_t length, std::uint64_t most) {
  if (length < 1 || length > most)
    throw UsageError("cannot simulate " + std::to_string(length) + " " + what + " along an axis (1 to " + std::to_string(most) +
                     " are possible)");
}

void check_range(const char* what, const char* unit, double value, double low, double high) {
  if (!(value >= low && value <= high))  // false for NaN
    throw UsageError(std::string("cannot simulate a ") + what + " of " + text(value) + " " + unit + " (" + text(low) + " to " +
                     text(high) + " is possible)");
}

void check(const SimulateOptions& o) {
  for (const std::uint64_t n : {o.scan.scan_y, o.scan.scan_x}) check_length("scan positions", n, 65536);
  for (const std::uint32_t n : {o.detector.det_y, o.detector.det_x}) check_length("detector pixels", n, 1024);
  check_range("dose", "electrons", o.dose_electrons, 1e-6, 1e9);
  check_range("beam energy", "keV", o.energy_kev, 20, 1000);
  check_range("semi-angle", "mrad", o.semi_angle_mrad, 4, 60);
  check_range("defocus", "nm", o.defocus_nm, -100, 100);
  check_range("spherical aberration", "um", o.cs_um, -5000, 5000);
  check_range("thickness", "nm", o.thickness_nm, 0.4, 100);
  check_range("scan step", "nm", o.scan_step_nm, 0.001, 10);
}

// Side of a box that holds the probe all the way down: its geometric diameter and as much again for its tails.
double least_box_angstrom(const SimulateOptions& o) {
  const double defocus = 10 * o.defocus_nm, exit = 10 * o.thickness_nm * (1 + wedge);
  const double reach = std::max(std::abs(defocus), std::abs(exit - defocus)) + defocus_drift_angstrom;
  const double angle = o.semi_angle_mrad * 1e-3;
  const double blur = angle * reach + 1e4 * std::abs(o.cs_um) * angle * angle * angle;
  return std::max(20.0, 2 * blur + 12);
}

std::vector<int> choose_terraces(double mean_cells, double bytes_each) {
  const double affordable = std::clamp(scattering_budget_bytes / bytes_each, 1.0, max_terraces);
  const int n = static_cast<int>(affordable);
  std::vector<int> cells;
  for (int t = 0; t < n; ++t) {
    const double relative = n == 1 ? 1.0 : 1 - wedge + 2 * wedge * t / (n - 1);
    const int thickness = std::max(1, static_cast<int>(std::lround(mean_cells * relative)));
    if (cells.empty() || thickness > cells.back()) cells.push_back(thickness);
  }
  return cells;
}

}  // namespace

Sampling choose_sampling(const SimulateOptions& options, const ElectronWave& wave) {
  check(options);
  const auto det_y = static_cast<int>(options.detector.det_y), det_x = static_cast<int>(options.detector.det_x);
  const double aperture = options.semi_angle_mrad * 1e-3 / wave.wavelength;

  // The bright-field disc fills 40 % of the detector's shorter axis (unless it is a strip); on large detectors less, or
  // the beams get too many.
  const int widest = std::max(det_y, det_x);
  const double disc_pixels = std::min(0.2 * std::max(std::min(det_y, det_x), widest / 4), 40.0);
  const double box_per_bin = disc_pixels / aperture;

  Sampling s;
  s.bin = static_cast<int>(std::max(1.0, std::ceil(least_box_angstrom(options) / box_per_bin - 0.15)));
  s.cells = std::max(1, static_cast<int>(std::lround(s.bin * box_per_bin / lattice_angstrom)));
  s.reciprocal_step = 1 / (s.cells * lattice_angstrom);
  s.aperture_radius = aperture / s.reciprocal_step;

  const double side = std::max<double>(s.bin * static_cast<double>(widest + widest % 2), 2.2 * s.aperture_radius + 8);
  if (side > max_grid)
    throw UsageError("cannot simulate this defocus and thickness with so many detector pixels (the probe needs " +
                     text(std::round(least_box_angstrom(options)) / 10) +
                     " nm to spread in). Use less defocus, a thinner crystal or a smaller detector.");
  s.grid = Fourier<float>::good_size(static_cast<int>(std::ceil(side)));

  const int edge = (s.grid / 2 + s.cells - 1) / s.cells;  // of the grid, in reciprocal lattice vectors
  s.cell_grid = Fourier<float>::good_size(std::max(48, 3 * edge + 6));

  const double n_beams = std::numbers::pi * s.aperture_radius * s.aperture_radius;
  const double n_exit = static_cast<double>(s.grid) * s.grid / s.cells / s.cells;
  s.terrace_cells = choose_terraces(options.thickness_nm * 10 / lattice_angstrom, n_beams * n_exit * 8);
  return s;
}

}  // namespace esieve::simulate
