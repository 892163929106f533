// SPDX-License-Identifier: Apache-2.0
#include "simulate/probe.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace esieve::simulate {
namespace {

constexpr double scan_rotation = 0.21;  // radian between scan and lattice, so that they do not beat

}  // namespace

double scan_reach_angstrom(const SimulateOptions& options) {
  const double y = static_cast<double>(options.scan.scan_y), x = static_cast<double>(options.scan.scan_x);
  return std::sqrt(y * y + x * x) * options.scan_step_nm * 10 / 2;
}

ProbeFormer::ProbeFormer(const SimulateOptions& options, const ElectronWave& wave, const Sampling& sampling)
    : options_(options),
      wavelength_(wave.wavelength),
      step_(sampling.reciprocal_step),
      aperture_radius_(sampling.aperture_radius),
      n_terraces_(sampling.terrace_cells.size()) {}

Probe ProbeFormer::at(std::uint64_t frame) const {
  const double n_y = static_cast<double>(options_.scan.scan_y), n_x = static_cast<double>(options_.scan.scan_x);
  const double iy = static_cast<double>(frame / options_.scan.scan_x);
  const double ix = static_cast<double>(frame % options_.scan.scan_x);
  const double v = (iy + 0.5) / n_y - 0.5, u = (ix + 0.5) / n_x - 0.5;  // in (-1/2, 1/2)

  const double step = options_.scan_step_nm * 10;
  const double y = v * n_y * step, x = u * n_x * step;
  Probe probe;
  probe.y = y * std::cos(scan_rotation) + x * std::sin(scan_rotation);
  probe.x = x * std::cos(scan_rotation) - y * std::sin(scan_rotation);
  probe.tilt_y = 1.2 * v;
  probe.tilt_x = 0.8 * u - 0.5 * v;
  probe.defocus = 10 * options_.defocus_nm + 2 * defocus_drift_angstrom * u;
  const double along_wedge = 0.5 + 0.8 * v + 0.2 * u;
  probe.terrace = std::min(n_terraces_ - 1, static_cast<std::size_t>(along_wedge * static_cast<double>(n_terraces_)));
  return probe;
}

// The entrance wave is A(k) exp(-i chi(k) - 2 pi i k r0), chi = pi lambda k^2 (Cs lambda^2 k^2 / 2 - defocus).
double ProbeFormer::amplitudes(const Probe& probe, std::span<const Beam> beams, std::complex<float>* out) const {
  const double cs = 1e4 * options_.cs_um;
  double norm = 0;
  for (std::size_t i = 0; i < beams.size(); ++i) {
    const double dy = beams[i].y - probe.tilt_y, dx = beams[i].x - probe.tilt_x;
    const double radius = std::sqrt(dy * dy + dx * dx);
    // A grid point at the rim counts by the part of it inside.
    const double open = std::clamp(aperture_radius_ - radius + 0.5, 0.0, 1.0);
    out[i] = 0;
    if (open == 0) continue;
    const double k_squared = radius * radius * step_ * step_;
    const double chi =
        std::numbers::pi * wavelength_ * k_squared * (cs * wavelength_ * wavelength_ * k_squared / 2 - probe.defocus);
    const double shift = 2 * std::numbers::pi * step_ * (beams[i].y * probe.y + beams[i].x * probe.x);
    out[i] = std::complex<float>(std::polar(std::sqrt(open), -chi - shift));
    norm += open;
  }
  return norm;
}

}  // namespace esieve::simulate
