// SPDX-License-Identifier: Apache-2.0
//
// The specimen's irregular part: atoms missing from its exit face, and the amorphous film on it.
//
// Thin against the crystal, so that a phase object at the exit face describes it.
#pragma once

#include <cstdint>

#include "simulate/fourier.hpp"
#include "simulate/sampling.hpp"
#include "simulate/scattering_factor.hpp"

namespace esieve::simulate {

/// 2 nm of amorphous carbon, and strontium atoms missing from some columns. Differs with the seed; repeats beyond
/// about 50 nm. Immutable: any number of threads may apply it.
class SurfaceLayer {
 public:
  /// \param reach_angstrom  the layer covers probes at most this far from the origin along each axis
  SurfaceLayer(const ElectronWave& wave, const Sampling& sampling, double reach_angstrom, std::uint64_t seed);

  /// Multiplies an exit wave in real space, on the periodic grid of `sampling`, around a probe at (y, x) angstrom.
  void apply(double y, double x, Field<float>& wave) const;

 private:
  double pixel_;
  Field<float> transmission_;
};

}  // namespace esieve::simulate
