// SPDX-License-Identifier: Apache-2.0
#include "simulate/crystal.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "simulate/thermal_diffuse.hpp"

namespace esieve::simulate {
namespace {

struct Site {
  std::size_t species;
  int slice;
  double y, x;  // fractions of the lattice constant
};

constexpr std::array<Site, 5> sites = {{
    {0, 0, 0.0, 0.0},
    {2, 0, 0.5, 0.5},
    {1, 1, 0.5, 0.5},
    {2, 1, 0.5, 0.0},
    {2, 1, 0.0, 0.5},
}};

// exp(i phase - loss / 2), both given by their Fourier coefficients on the cell.
Field<float> transmission(Field<double> phase, Field<double> loss) {
  const Fourier<double> fourier(phase.size);
  Field<double> scratch(phase.size);
  fourier.inverse(phase, scratch);
  fourier.inverse(loss, scratch);
  Field<float> result(phase.size);
  for (std::size_t i = 0; i < result.re.size(); ++i) {
    const double amplitude = std::exp(-std::max(loss.re[i], 0.0) / 2);
    result.re[i] = static_cast<float>(amplitude * std::cos(phase.re[i]));
    result.im[i] = static_cast<float>(amplitude * std::sin(phase.re[i]));
  }
  return result;
}

}  // namespace

double Species::elastic_factor(double q_squared) const {
  return electron_scattering_factor(element, q_squared) * std::exp(-debye_waller * q_squared / 4);
}

std::vector<Field<float>> slice_transmissions(const ElectronWave& wave, int size, Absorption absorption) {
  constexpr double area = lattice_angstrom * lattice_angstrom;
  std::vector<AbsorptionFactor> losses;
  for (const Species& s : species) losses.emplace_back(wave, s);

  std::vector<Field<float>> slices;
  for (int slice = 0; slice < slices_per_cell; ++slice) {
    Field<double> phase(size), loss(size);
    for (int i = 0; i < size; ++i) {
      for (int j = 0; j < size; ++j) {
        const int gy = signed_index(i, size), gx = signed_index(j, size);
        // Beyond 2/3 of the highest frequency products would come back at wrong angles.
        if (9 * (gy * gy + gx * gx) > size * size) continue;
        const std::size_t at = phase.at(i, j);
        for (const Site& site : sites) {
          if (site.slice != slice) continue;
          const double q_squared = (gy * gy + gx * gx) / area;
          const double angle = -2 * std::numbers::pi * (gy * site.y + gx * site.x);
          const double f = wave.phase_per_factor() / area * species[site.species].elastic_factor(q_squared);
          phase.re[at] += f * std::cos(angle);
          phase.im[at] += f * std::sin(angle);
          if (absorption == Absorption::none) continue;
          const double m = losses[site.species].coefficient(gy, gx);
          loss.re[at] += m * std::cos(angle);
          loss.im[at] += m * std::sin(angle);
        }
      }
    }
    slices.push_back(transmission(std::move(phase), std::move(loss)));
  }
  return slices;
}

}  // namespace esieve::simulate
