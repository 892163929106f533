// SPDX-License-Identifier: Apache-2.0
#include "simulate/thermal_diffuse.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>

namespace esieve::simulate {
namespace {

// Frequencies up to 33 1/angstrom: 0.3 % of strontium's diffuse cross-section lies beyond.
constexpr int fine_grid = 256;
constexpr double q_max = fine_grid / 2 / lattice_angstrom;

double q_squared_of(int i, int j) {
  const double gy = signed_index(i, fine_grid), gx = signed_index(j, fine_grid);
  return (gy * gy + gx * gx) / (lattice_angstrom * lattice_angstrom);
}

// Fourier coefficients of the square of the real field with Fourier coefficients `spectrum`.
Field<double> spectrum_of_square(Field<double> spectrum) {
  const Fourier<double> fourier(fine_grid);
  Field<double> scratch(fine_grid);
  fourier.inverse(spectrum, scratch);
  const double scale = 1.0 / static_cast<double>(spectrum.re.size());
  for (std::size_t i = 0; i < spectrum.re.size(); ++i) {
    spectrum.re[i] *= spectrum.re[i] * scale;
    spectrum.im[i] = 0;
  }
  fourier.forward(spectrum, scratch);
  return spectrum;
}

}  // namespace

AbsorptionFactor::AbsorptionFactor(const ElectronWave& wave, const Species& s) : loss_(fine_grid) {
  Field<double> still(fine_grid), averaged(fine_grid);
  for (int i = 0; i < fine_grid; ++i)
    for (int j = 0; j < fine_grid; ++j) {
      const double q_squared = q_squared_of(i, j);
      const double scale = wave.phase_per_factor() / (lattice_angstrom * lattice_angstrom);
      still.re[still.at(i, j)] = scale * electron_scattering_factor(s.element, q_squared);
      averaged.re[still.at(i, j)] = scale * s.elastic_factor(q_squared);
    }
  const Field<double> mean_square = spectrum_of_square(std::move(still));
  const Field<double> square_mean = spectrum_of_square(std::move(averaged));
  for (int i = 0; i < fine_grid; ++i)
    for (int j = 0; j < fine_grid; ++j) {
      const std::size_t at = loss_.at(i, j);
      const double smear = std::exp(-s.debye_waller * q_squared_of(i, j) / 4);
      loss_.re[at] = mean_square.re[at] * smear - square_mean.re[at];
    }
}

DiffuseDistribution::DiffuseDistribution() {
  constexpr double step = 0.002;
  double sum = 0;
  for (double q = step / 2; q < q_max; q += step) sum += 2 * std::numbers::pi * q * step * density(q);
  total_ = sum;
}

double DiffuseDistribution::density(double q) const {
  double sum = 0;
  for (const Species& s : species) {
    const double f = electron_scattering_factor(s.element, q * q);
    sum += s.per_cell * f * f * (1 - std::exp(-s.debye_waller * q * q / 2));
  }
  return sum / total_;
}

std::vector<float> DiffuseDistribution::pattern(int size, double step, double aperture_radius) const {
  // By radius, four samples a grid step: the aperture makes it smooth on a far larger scale.
  constexpr int samples = 4;
  const auto reach = static_cast<int>(std::ceil(aperture_radius));
  const auto radius_of = [](int y, int x) { return std::sqrt(static_cast<double>(y * y + x * x)); };

  std::vector<double> by_distance(static_cast<std::size_t>(samples * (2 * size + 2 * reach + 2)));
  for (std::size_t i = 0; i < by_distance.size(); ++i)
    by_distance[i] = density(static_cast<double>(i) / samples * step) * step * step;

  std::vector<double> by_radius(static_cast<std::size_t>(size) + 1);
  for (std::size_t r = 0; r < by_radius.size(); ++r) {
    double sum = 0;
    int n = 0;
    for (int y = -reach; y <= reach; ++y)
      for (int x = -reach; x <= reach; ++x) {
        if (radius_of(y, x) > aperture_radius) continue;
        sum += by_distance[static_cast<std::size_t>(std::lround(samples * radius_of(y, x - static_cast<int>(r))))];
        ++n;
      }
    by_radius[r] = sum / n;
  }

  Field<float> pattern(size);
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < size; ++j) {
      const double r = radius_of(signed_index(i, size), signed_index(j, size));
      const auto below = static_cast<std::size_t>(r);
      const double part = r - static_cast<double>(below);
      pattern.re[pattern.at(i, j)] = static_cast<float>((1 - part) * by_radius[below] + part * by_radius[below + 1]);
    }
  return std::move(pattern.re);
}

}  // namespace esieve::simulate
