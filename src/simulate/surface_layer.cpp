// SPDX-License-Identifier: Apache-2.0
#include "simulate/surface_layer.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "simulate/crystal.hpp"
#include "simulate/random.hpp"

namespace esieve::simulate {
namespace {

constexpr int max_side = 2048;
constexpr double film_angstrom = 20;
constexpr double film_atoms_per_cubic_angstrom = 0.1;  // carbon of 2.0 g/cm^3
constexpr double carbon_debye_waller = 0.8;            // angstrom^2; static disorder and the beam's shaking
constexpr double vacancy_share = 0.04;                 // of strontium columns that lack one or two atoms

// A whole number of boxes, so that the lattice fits; enough of them for the scan and the probe's own width.
int side_in_boxes(const Sampling& s, double reach_angstrom) {
  const double wanted = 2 * reach_angstrom / s.box_angstrom() + 1;
  int boxes = 1;
  while (boxes < wanted && 2 * boxes * s.grid <= max_side) boxes *= 2;
  return boxes;
}

// Adds point masses on a torus, shared among the four pixels around each.
class PointCloud {
 public:
  explicit PointCloud(int size) : density(size) {}
  void add(double y, double x, double weight) {
    const int iy = static_cast<int>(y), ix = static_cast<int>(x);
    const double fy = y - iy, fx = x - ix;
    for (int dy = 0; dy < 2; ++dy)
      for (int dx = 0; dx < 2; ++dx)
        density.re[density.at(wrap(iy + dy, density.size), wrap(ix + dx, density.size))] +=
            static_cast<float>(weight * (dy != 0 ? fy : 1 - fy) * (dx != 0 ? fx : 1 - fx));
  }
  Field<float> density;
};

// Turns a density of atoms into the phase (real part) they add, up to 2/3 of the grid's highest frequency.
Field<float> phase_of(Field<float> density, const ElectronWave& wave, const Species& atom, double pixel) {
  const int n = density.size;
  const double side = n * pixel;
  const Fourier<float> fourier(n);
  Field<float> scratch(n);
  fourier.forward(density, scratch);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      const double gy = signed_index(i, n), gx = signed_index(j, n);
      const bool kept = 9 * (gy * gy + gx * gx) <= static_cast<double>(n) * n && (i != 0 || j != 0);
      const double q_squared = (gy * gy + gx * gx) / (side * side);
      const double factor = kept ? wave.phase_per_factor() / (side * side) * atom.elastic_factor(q_squared) : 0.0;
      density.re[density.at(i, j)] *= static_cast<float>(factor);
      density.im[density.at(i, j)] *= static_cast<float>(factor);
    }
  fourier.inverse(density, scratch);
  return density;
}

}  // namespace

SurfaceLayer::SurfaceLayer(const ElectronWave& wave, const Sampling& sampling, double reach_angstrom, std::uint64_t seed)
    : pixel_(sampling.pixel_angstrom()), transmission_(sampling.grid * side_in_boxes(sampling, reach_angstrom)) {
  const int n = transmission_.size;
  const double side = n * pixel_;
  Random random(seed, Random::specimen_stream);

  PointCloud film(n), vacancies(n);
  const auto n_carbon = static_cast<std::uint64_t>(side * side * film_angstrom * film_atoms_per_cubic_angstrom);
  for (std::uint64_t i = 0; i < n_carbon; ++i) {
    const double y = random.uniform() * n;
    film.add(y, random.uniform() * n, 1);
  }
  const int columns = static_cast<int>(std::lround(side / lattice_angstrom));
  for (int i = 0; i < columns; ++i)
    for (int j = 0; j < columns; ++j)
      if (random.uniform() < vacancy_share)
        vacancies.add(i * lattice_angstrom / pixel_, j * lattice_angstrom / pixel_, random.uniform() < 0.5 ? -1 : -2);

  const Field<float> film_phase = phase_of(std::move(film.density), wave, {Element::carbon, carbon_debye_waller, 0}, pixel_);
  const Field<float> vacancy_phase = phase_of(std::move(vacancies.density), wave, species[0], pixel_);
  for (std::size_t i = 0; i < transmission_.re.size(); ++i) {
    const float phase = film_phase.re[i] + vacancy_phase.re[i];
    transmission_.re[i] = std::cos(phase);
    transmission_.im[i] = std::sin(phase);
  }
}

void SurfaceLayer::apply(double y, double x, Field<float>& wave) const {
  const int n = wave.size, side = transmission_.size;
  const int first_y = static_cast<int>(std::lround(y / pixel_)) - n / 2;
  const int first_x = static_cast<int>(std::lround(x / pixel_)) - n / 2;
  for (int i = 0; i < n; ++i) {
    // The wave's pixel i stands for position i modulo n; the one within the box around the probe is meant.
    const std::size_t layer_row = transmission_.at(wrap(first_y + wrap(i - first_y, n), side), 0);
    const std::size_t wave_row = wave.at(i, 0);
    for (int j = 0; j < n; ++j) {
      const std::size_t l = layer_row + static_cast<std::size_t>(wrap(first_x + wrap(j - first_x, n), side));
      const std::size_t w = wave_row + static_cast<std::size_t>(j);
      const float re = wave.re[w] * transmission_.re[l] - wave.im[w] * transmission_.im[l];
      wave.im[w] = wave.re[w] * transmission_.im[l] + wave.im[w] * transmission_.re[l];
      wave.re[w] = re;
    }
  }
}

}  // namespace esieve::simulate
