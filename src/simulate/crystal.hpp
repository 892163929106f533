// SPDX-License-Identifier: Apache-2.0
//
// The specimen's perfect part: SrTiO3 along [001] as a stack of thin slices, with the intensity that heat takes away.
#pragma once

#include <array>
#include <vector>

#include "simulate/fourier.hpp"
#include "simulate/scattering_factor.hpp"

namespace esieve::simulate {

/// Cubic SrTiO3 at room temperature.
inline constexpr double lattice_angstrom = 3.905;
inline constexpr int slices_per_cell = 2;

/// An atom species that vibrates about its site as an independent, isotropic oscillator (Einstein's model).
struct Species {
  Element element;
  double debye_waller;  ///< B in angstrom^2: elastic amplitudes are damped by exp(-B q^2 / 4).
  double per_cell;      ///< Atoms in a unit cell.

  /// Scattering factor of the time-averaged atom.
  double elastic_factor(double q_squared) const;
};

/// B at 295 K: Yu. A. Abramov et al., Acta Cryst. B51 (1995) 942.
inline constexpr std::array<Species, 3> species = {{
    {Element::strontium, 0.6214, 1},
    {Element::titanium, 0.4398, 1},
    {Element::oxygen, 0.7323, 3},
}};

/// Thermal vibration on or off: off, a slice is a pure phase object and no intensity is lost (for checks).
enum class Absorption : bool { none, thermal_diffuse };

/// What each slice of a unit cell multiplies a wave with, on a (size, size) grid over the cell, in the order the
/// electron meets them. The strontium column stands at (0, 0); every slice has the full 4mm symmetry about it.
std::vector<Field<float>> slice_transmissions(const ElectronWave& wave, int size, Absorption absorption);

}  // namespace esieve::simulate
