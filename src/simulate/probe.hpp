// SPDX-License-Identifier: Apache-2.0
//
// The probe along the scan: where it is, what has drifted, and its amplitude in each beam.
#pragma once

#include <complex>
#include <cstdint>
#include <span>

#include "esieve/simulate.hpp"
#include "simulate/sampling.hpp"

namespace esieve::simulate {

/// State of the probe at one scan position.
struct Probe {
  double y = 0, x = 0;            ///< Position on the crystal in angstrom; the scan is turned against the lattice.
  double tilt_y = 0, tilt_x = 0;  ///< Centre of the aperture in grid steps: imperfect descan.
  double defocus = 0;             ///< In angstrom, positive: focus below the entrance face.
  std::size_t terrace = 0;        ///< Which of `Sampling::terrace_cells` is here.
};

/// Furthest the centre of the aperture wanders, in grid steps.
inline constexpr double max_tilt_steps = 1.5;

/// Half the side, in angstrom, of the square around the origin all positions of a scan lie in.
double scan_reach_angstrom(const SimulateOptions& options);

/// Computes the probe's states and amplitudes.
class ProbeFormer {
 public:
  ProbeFormer(const SimulateOptions& options, const ElectronWave& wave, const Sampling& sampling);

  Probe at(std::uint64_t frame) const;

  /// Amplitudes of the entrance wave in `beams`: aperture, aberrations, and the shift to the probe's position.
  /// \returns  the sum of their squares, which is not normalised
  double amplitudes(const Probe& probe, std::span<const Beam> beams, std::complex<float>* out) const;

 private:
  SimulateOptions options_;
  double wavelength_;
  double step_;             // of the reciprocal grid, 1/angstrom
  double aperture_radius_;  // in grid steps
  std::size_t n_terraces_;
};

}  // namespace esieve::simulate
