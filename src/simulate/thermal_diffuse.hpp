// SPDX-License-Identifier: Apache-2.0
//
// Thermal diffuse scattering: what vibrating atoms take from the elastic wave, and where it goes.
#pragma once

#include <vector>

#include "simulate/crystal.hpp"
#include "simulate/fourier.hpp"
#include "simulate/scattering_factor.hpp"

namespace esieve::simulate {

/// Loss of intensity at one species' sites: the variance of the phase a vibrating atom adds to the wave.
///
/// It is the absorptive form factor of C. R. Hall & P. B. Hirsch, Proc. R. Soc. A 286 (1965) 158, computed in real
/// space: <phase^2> - <phase>^2 over the displacements.
class AbsorptionFactor {
 public:
  AbsorptionFactor(const ElectronWave& wave, const Species& species);

  /// Fourier coefficient at reciprocal lattice vector (gy, gx) for an atom at the origin of its cell.
  /// \pre |gy|, |gx| < 128
  double coefficient(int gy, int gx) const { return loss_.re[loss_.at(wrap(gy, loss_.size), wrap(gx, loss_.size))]; }

  /// Cross-section for diffuse scattering in angstrom^2.
  double cross_section() const { return coefficient(0, 0) * lattice_angstrom * lattice_angstrom; }

 private:
  Field<double> loss_;
};

/// Density per angstrom^-2 with which diffusely scattered electrons change their transverse wave vector by q;
/// its integral over the plane is 1. Single scattering, species weighted by their cross-sections.
class DiffuseDistribution {
 public:
  DiffuseDistribution();
  double density(double q) const;

  /// The share each pixel of a (size, size) reciprocal grid of spacing `step` (1/angstrom) gets of electrons that came
  /// in a filled cone of `aperture_radius` grid steps.
  std::vector<float> pattern(int size, double step, double aperture_radius) const;

 private:
  double total_ = 1;
};

}  // namespace esieve::simulate
