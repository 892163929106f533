// SPDX-License-Identifier: Apache-2.0
//
// How strongly single atoms scatter electrons, and the wave that is scattered.
#pragma once

#include <cstdint>

namespace esieve::simulate {

enum class Element : std::uint8_t { carbon, oxygen, titanium, strontium };

/// Electron scattering factor f(q) in angstrom, first Born approximation, for an electron at rest mass.
///
/// E. J. Kirkland, Advanced Computing in Electron Microscopy, 2nd ed. (Springer 2010), appendix C, eq. (C.15):
/// sum of three Lorentzians and three Gaussians, fitted for 0 <= q <= 12 1/angstrom.
/// \param q_squared  square of q = 2 sin(theta) / wavelength, in 1/angstrom^2
double electron_scattering_factor(Element element, double q_squared);

/// A fast electron.
struct ElectronWave {
  explicit ElectronWave(double energy_kev);

  double wavelength = 0;  ///< Relativistic, in angstrom.
  double mass_ratio = 0;  ///< Relativistic mass over rest mass.

  /// Phase (in radian * angstrom^2) an atom of f(0) = 1 angstrom adds to the wave, integrated over its projection.
  double phase_per_factor() const { return wavelength * mass_ratio; }
};

}  // namespace esieve::simulate
