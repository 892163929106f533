// SPDX-License-Identifier: Apache-2.0
//
// The grids a simulation runs on, chosen from its options.
#pragma once

#include <cstdint>
#include <vector>

#include "esieve/simulate.hpp"
#include "simulate/scattering_factor.hpp"

namespace esieve::simulate {

/// A transverse wave vector, in steps of `Sampling::reciprocal_step`.
struct Beam {
  int y = 0, x = 0;
};

/// Everything lies on one reciprocal grid whose step is 1/L with L a whole number of unit cells: a probe position then
/// sees the crystal as a box of side L, and a beam of the crystal meets a beam of the grid exactly.
struct Sampling {
  int cells = 0;                   ///< L in unit cells.
  int grid = 0;                    ///< Side of the grid exit waves are computed on.
  int bin = 0;                     ///< A detector pixel is bin x bin grid points.
  double reciprocal_step = 0;      ///< 1/L in 1/angstrom.
  double aperture_radius = 0;      ///< In grid steps.
  int cell_grid = 0;               ///< Side of the grid over one unit cell, for the multislice.
  std::vector<int> terrace_cells;  ///< Thicknesses of the wedge in unit cells, ascending.

  double box_angstrom() const { return 1 / reciprocal_step; }
  double pixel_angstrom() const { return box_angstrom() / grid; }  ///< Of exit waves in real space.
};

/// \throws UsageError
Sampling choose_sampling(const SimulateOptions& options, const ElectronWave& wave);

/// How far the probe may be defocused from its mid-scan value, in angstrom.
inline constexpr double defocus_drift_angstrom = 20;

}  // namespace esieve::simulate
