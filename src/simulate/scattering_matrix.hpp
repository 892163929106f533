// SPDX-License-Identifier: Apache-2.0
//
// The crystal's answer to every beam of the probe, by multislice.
//
// A perfect crystal sends a beam k only to k + g, g in its reciprocal lattice. Beams therefore fall into independent
// blocks, one for each k modulo the lattice, and each beam is propagated on the grid of a single unit cell (as a Bloch
// wave). With the answers of all beams a probe anywhere is a sum, exactly; nothing is interpolated.
#pragma once

#include <Eigen/Core>

#include <vector>

#include "simulate/crystal.hpp"
#include "simulate/sampling.hpp"
#include "simulate/scattering_factor.hpp"

namespace esieve::simulate {

/// Beams that the crystal couples.
struct BlochBlock {
  std::vector<Beam> incident;             ///< Inside the aperture, wherever it wanders.
  std::vector<Beam> exits;                ///< On the grid of exit waves.
  std::vector<Eigen::MatrixXcf> scatter;  ///< For each terrace (exit beam, incident beam): amplitudes at the exit face.
  std::vector<Eigen::MatrixXcf> elastic;  ///< For each terrace (incident, incident): a^H E a is what stays elastic.
};

/// Propagates every beam through the crystal, saving amplitudes at each terrace of the wedge.
///
/// Multislice: J. M. Cowley & A. F. Moodie, Acta Cryst. 10 (1957) 609. Slices are half a unit cell thick.
/// Blocks that are images of each other under the crystal's 4mm symmetry are computed once.
std::vector<BlochBlock> propagate(const ElectronWave& wave, const Sampling& sampling, Absorption absorption, int threads);

}  // namespace esieve::simulate
