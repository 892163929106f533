// SPDX-License-Identifier: Apache-2.0
#include <Eigen/Core>

#include <algorithm>
#include <complex>
#include <string>
#include <utility>
#include <vector>

#include "esieve/error.hpp"
#include "esieve/simulate.hpp"
#include "simulate/poisson.hpp"
#include "simulate/probe.hpp"
#include "simulate/sampling.hpp"
#include "simulate/scattering_matrix.hpp"
#include "simulate/surface_layer.hpp"
#include "simulate/thermal_diffuse.hpp"

namespace esieve {

using namespace simulate;

struct Simulation::Impl {
  explicit Impl(const SimulateOptions& o)
      : options(o),
        wave(o.energy_kev),
        sampling(choose_sampling(o, wave)),
        blocks(propagate(wave, sampling, Absorption::thermal_diffuse, o.threads)),
        prober(o, wave, sampling),
        layer(wave, sampling, scan_reach_angstrom(o), o.seed),
        diffuse(DiffuseDistribution().pattern(sampling.grid, sampling.reciprocal_step, sampling.aperture_radius)),
        fourier(sampling.grid) {}

  std::uint64_t batch_frames() const {
    // Enough to make matrix products efficient, within 4 MiB of exit waves.
    const auto bytes = static_cast<std::uint64_t>(sampling.grid) * static_cast<std::uint64_t>(sampling.grid) * 8;
    return std::clamp<std::uint64_t>((4 << 20) / bytes, 1, 16);
  }

  void batch_rates(std::uint64_t first, std::uint64_t count, float* out) const;

  SimulateOptions options;
  ElectronWave wave;
  Sampling sampling;
  std::vector<BlochBlock> blocks;
  ProbeFormer prober;
  SurfaceLayer layer;
  std::vector<float> diffuse;  // share of diffuse electrons per grid point
  Fourier<float> fourier;

 private:
  // Exit waves of some frames, before the surface layer.
  struct ExitWaves {
    std::vector<Probe> probes;
    std::vector<Field<float>> waves;
    std::vector<double> norm, elastic;  // of the entrance wave; of the exit wave
  };
  ExitWaves exit_waves(std::uint64_t first, std::uint64_t count) const;
  void scatter_block(const BlochBlock& block, ExitWaves& exits) const;
  void collect(const Field<float>& wave, float scale, float diffuse_electrons, float* out) const;
};

Simulation::Impl::ExitWaves Simulation::Impl::exit_waves(std::uint64_t first, std::uint64_t count) const {
  ExitWaves exits{.probes = {},
                  .waves = std::vector(count, Field<float>(sampling.grid)),
                  .norm = std::vector(count, 0.0),
                  .elastic = std::vector(count, 0.0)};
  for (std::uint64_t f = first; f < first + count; ++f) exits.probes.push_back(prober.at(f));
  for (const BlochBlock& block : blocks) scatter_block(block, exits);
  return exits;
}

// Adds the block's beams to the exit waves: one matrix product for each run of frames on the same terrace.
void Simulation::Impl::scatter_block(const BlochBlock& block, ExitWaves& exits) const {
  const std::size_t count = exits.probes.size();
  Eigen::MatrixXcf amplitudes(static_cast<Eigen::Index>(block.incident.size()), static_cast<Eigen::Index>(count));
  for (std::size_t f = 0; f < count; ++f) {
    std::complex<float>* column = amplitudes.col(static_cast<Eigen::Index>(f)).data();
    exits.norm[f] += prober.amplitudes(exits.probes[f], block.incident, column);
  }

  for (std::size_t begin = 0, end = 0; begin < count; begin = end) {
    const std::size_t terrace = exits.probes[begin].terrace;
    while (end < count && exits.probes[end].terrace == terrace) ++end;
    const auto run = amplitudes.middleCols(static_cast<Eigen::Index>(begin), static_cast<Eigen::Index>(end - begin));
    const Eigen::MatrixXcf scattered = block.scatter[terrace] * run;
    const Eigen::MatrixXcf kept = block.elastic[terrace] * run;
    for (std::size_t f = begin; f < end; ++f) {
      const auto column = static_cast<Eigen::Index>(f - begin);
      exits.elastic[f] += run.col(column).dot(kept.col(column)).real();
      Field<float>& wave_out = exits.waves[f];
      for (std::size_t b = 0; b < block.exits.size(); ++b) {
        const Beam beam = block.exits[b];
        const std::size_t at = wave_out.at(wrap(beam.y, sampling.grid), wrap(beam.x, sampling.grid));
        const std::complex<float> value = scattered(static_cast<Eigen::Index>(b), column);
        wave_out.re[at] = value.real();
        wave_out.im[at] = value.imag();
      }
    }
  }
}

// Sums the diffraction pattern over each detector pixel.
void Simulation::Impl::collect(const Field<float>& pattern, float scale, float diffuse_electrons, float* out) const {
  const auto det_y = static_cast<int>(options.detector.det_y), det_x = static_cast<int>(options.detector.det_x);
  const int bin = sampling.bin, n = sampling.grid;
  for (int i = 0; i < det_y; ++i)
    for (int j = 0; j < det_x; ++j) {
      float sum = 0;
      for (int y = (i - det_y / 2) * bin; y < (i - det_y / 2 + 1) * bin; ++y)
        for (int x = (j - det_x / 2) * bin; x < (j - det_x / 2 + 1) * bin; ++x) {
          const std::size_t at = pattern.at(wrap(y, n), wrap(x, n));
          sum += scale * (pattern.re[at] * pattern.re[at] + pattern.im[at] * pattern.im[at]) + diffuse_electrons * diffuse[at];
        }
      *out++ = sum;
    }
}

void Simulation::Impl::batch_rates(std::uint64_t first, std::uint64_t count, float* out) const {
  ExitWaves exits = exit_waves(first, count);
  Field<float> scratch(sampling.grid);
  const double points = static_cast<double>(scratch.re.size());
  for (std::size_t f = 0; f < count; ++f) {
    Field<float>& exit_wave = exits.waves[f];
    fourier.inverse(exit_wave, scratch);
    layer.apply(exits.probes[f].y, exits.probes[f].x, exit_wave);
    fourier.forward(exit_wave, scratch);
    const double dose = options.dose_electrons;
    const double scale = dose / exits.norm[f] / (points * points);
    const double diffuse_electrons = dose * std::max(0.0, 1 - exits.elastic[f] / exits.norm[f]);
    collect(exit_wave, static_cast<float>(scale), static_cast<float>(diffuse_electrons), out + f * options.detector.n_pixels());
  }
}

Simulation::Simulation(const SimulateOptions& options) : impl_(std::make_unique<const Impl>(options)) {}
Simulation::~Simulation() = default;
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(Simulation&&) noexcept = default;

const SimulateOptions& Simulation::options() const { return impl_->options; }
std::uint64_t Simulation::batch_frames() const { return impl_->batch_frames(); }

std::array<Axis, 4> Simulation::axes() const {
  const SimulateOptions& o = impl_->options;
  const Sampling& s = impl_->sampling;
  const auto scan_axis = [&](const char* name, std::uint64_t n) {
    return Axis{name, -0.5 * (static_cast<double>(n) - 1) * o.scan_step_nm, o.scan_step_nm, "nm"};
  };
  const auto detector_axis = [&](const char* name, std::uint32_t n) {
    // A pixel's value stands for the middle of the grid points it sums.
    const double offset = (-static_cast<double>(n / 2) * s.bin + 0.5 * (s.bin - 1)) * s.reciprocal_step;
    return Axis{name, offset, s.bin * s.reciprocal_step, "1/angstrom"};
  };
  return {scan_axis("scan_y", o.scan.scan_y), scan_axis("scan_x", o.scan.scan_x), detector_axis("det_y", o.detector.det_y),
          detector_axis("det_x", o.detector.det_x)};
}

// Whole batches are always computed: products of other sizes could round differently.
void Simulation::rates(FrameRange range, std::span<float> out) const {
  const std::uint64_t batch = batch_frames(), n_pixels = impl_->options.detector.n_pixels();
  const std::uint64_t n_frames = impl_->options.scan.n_frames();
  std::vector<float> partial;
  for (std::uint64_t first = range.first / batch * batch; first < range.end(); first += batch) {
    const std::uint64_t end = std::min(first + batch, n_frames);
    const std::uint64_t wanted_first = std::max(first, range.first), wanted_end = std::min(end, range.end());
    float* target = out.data() + (wanted_first - range.first) * n_pixels;
    if (wanted_first == first && wanted_end == end) {
      impl_->batch_rates(first, end - first, target);
    } else {
      partial.resize((end - first) * n_pixels);
      impl_->batch_rates(first, end - first, partial.data());
      std::copy_n(partial.data() + (wanted_first - first) * n_pixels, (wanted_end - wanted_first) * n_pixels, target);
    }
  }
}

double Simulation::draw(FrameRange range, std::span<const float> rates, std::span<std::uint16_t> counts) const {
  const std::uint64_t n_pixels = impl_->options.detector.n_pixels();
  double bits = 0;
  for (std::uint64_t f = 0; f < range.count; ++f) {
    Random random(impl_->options.seed, range.first + f);
    for (std::uint64_t i = f * n_pixels; i < (f + 1) * n_pixels; ++i) {
      const std::uint64_t count = draw_poisson(random, rates[i]);
      if (count > 65535)
        throw UsageError("cannot simulate this dose (a pixel counted " + std::to_string(count) +
                         " electrons and counts end at 65535). Use a smaller dose or a larger detector.");
      counts[i] = static_cast<std::uint16_t>(count);
      bits += poisson_bits(count, rates[i]);
    }
  }
  return bits;
}

}  // namespace esieve
