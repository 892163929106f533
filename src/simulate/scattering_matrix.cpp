// SPDX-License-Identifier: Apache-2.0
#include "simulate/scattering_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <utility>

#include "parallel/parallel.hpp"
#include "simulate/fourier.hpp"
#include "simulate/probe.hpp"

namespace esieve::simulate {
namespace {

// The eight operations of 4mm: bit 2 exchanges the axes first, bits 0 and 1 then reverse y and x.
constexpr int n_operations = 8;
Beam image(int operation, Beam b) {
  if ((operation & 4) != 0) std::swap(b.y, b.x);
  return {(operation & 1) != 0 ? -b.y : b.y, (operation & 2) != 0 ? -b.x : b.x};
}

std::size_t block_index(Beam b, int cells) { return static_cast<std::size_t>(wrap(b.y, cells) * cells + wrap(b.x, cells)); }

std::vector<BlochBlock> sort_beams(const Sampling& s) {
  std::vector<BlochBlock> blocks(static_cast<std::size_t>(s.cells) * static_cast<std::size_t>(s.cells));
  const double reach = s.aperture_radius + 0.5 + max_tilt_steps;
  for (int y = -s.grid / 2; y < s.grid / 2; ++y)
    for (int x = -s.grid / 2; x < s.grid / 2; ++x) {
      BlochBlock& block = blocks[block_index({y, x}, s.cells)];
      block.exits.push_back({y, x});
      if (y * y + x * x < reach * reach) block.incident.push_back({y, x});
    }
  return blocks;
}

// A block to compute, and the blocks that are images of it: `image(operation, beam of member)` is a beam of it.
struct Orbit {
  std::size_t representative;
  std::vector<std::pair<std::size_t, int>> members;
};

std::vector<Orbit> find_orbits(int cells) {
  std::vector<Orbit> orbits;
  std::vector<std::size_t> orbit_of(static_cast<std::size_t>(cells) * static_cast<std::size_t>(cells));
  for (int y = 0; y < cells; ++y)
    for (int x = 0; x < cells; ++x) {
      const std::size_t own = block_index({y, x}, cells);
      std::pair<std::size_t, int> least{own, 0};
      for (int operation = 1; operation < n_operations; ++operation)
        least = std::min(least, {block_index(image(operation, {y, x}), cells), operation});
      if (least.first == own) {
        orbit_of[own] = orbits.size();
        orbits.push_back({own, {}});
      }
      orbits[orbit_of[least.first]].members.push_back({own, least.second});
    }
  return orbits;
}

// Propagates the beams of one block on the unit cell's grid.
class Propagator {
 public:
  Propagator(const ElectronWave& wave, const Sampling& s, Absorption absorption)
      : wavelength_(wave.wavelength),
        sampling_(s),
        fourier_(s.cell_grid),
        slices_(slice_transmissions(wave, s.cell_grid, absorption)) {
    const float scale = 1.0F / static_cast<float>(s.cell_grid * s.cell_grid);  // of an unscaled transform pair
    for (Field<float>& slice : slices_)
      for (std::size_t i = 0; i < slice.re.size(); ++i) {
        slice.re[i] *= scale;
        slice.im[i] *= scale;
      }
  }

  // For each terrace (every beam of the cell's grid, incident beam).
  std::vector<Eigen::MatrixXcf> run(Beam bloch, const std::vector<Beam>& incident) const {
    const Field<float> free_space = slice_propagator(bloch);
    const auto n_rows = static_cast<Eigen::Index>(free_space.re.size());
    std::vector<Eigen::MatrixXcf> exit_waves(sampling_.terrace_cells.size());
    for (auto& matrix : exit_waves) matrix.resize(n_rows, static_cast<Eigen::Index>(incident.size()));

    Field<float> wave(sampling_.cell_grid), scratch(sampling_.cell_grid);
    for (std::size_t c = 0; c < incident.size(); ++c) {
      wave.clear();
      wave.re[position(bloch, incident[c])] = 1;
      int depth_cells = 0;
      for (std::size_t t = 0; t < exit_waves.size(); ++t) {
        for (; depth_cells < sampling_.terrace_cells[t]; ++depth_cells)
          for (const Field<float>& slice : slices_) {
            fourier_.inverse(wave, scratch);
            wave.multiply(slice);
            fourier_.forward(wave, scratch);
            wave.multiply(free_space);
          }
        for (Eigen::Index i = 0; i < n_rows; ++i)
          exit_waves[t](i, static_cast<Eigen::Index>(c)) = {wave.re[static_cast<std::size_t>(i)],
                                                            wave.im[static_cast<std::size_t>(i)]};
      }
    }
    return exit_waves;
  }

  // Row of `beam` in what `run` returns for `bloch`, or -1 beyond the frequencies that are kept.
  Eigen::Index row(Beam bloch, Beam beam) const {
    return beyond_limit(beam) ? -1 : static_cast<Eigen::Index>(position(bloch, beam));
  }

 private:
  // Where reciprocal lattice vector (beam - bloch) lies on the cell's grid.
  std::size_t position(Beam bloch, Beam beam) const {
    const int n = sampling_.cell_grid;
    const int gy = (beam.y - bloch.y) / sampling_.cells, gx = (beam.x - bloch.x) / sampling_.cells;
    return static_cast<std::size_t>(wrap(gy, n) * n + wrap(gx, n));
  }

  // Beyond 2/3 of the highest frequency products would come back at wrong angles.
  bool beyond_limit(Beam beam) const {
    const double limit = static_cast<double>(sampling_.cell_grid) / 3 * sampling_.cells;
    return static_cast<double>(beam.y) * beam.y + static_cast<double>(beam.x) * beam.x > limit * limit;
  }

  // Fresnel propagation over one slice.
  Field<float> slice_propagator(Beam bloch) const {
    const int n = sampling_.cell_grid;
    const double distance = lattice_angstrom / slices_per_cell;
    Field<float> result(n);
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) {
        const Beam beam{signed_index(i, n) * sampling_.cells + bloch.y, signed_index(j, n) * sampling_.cells + bloch.x};
        if (beyond_limit(beam)) continue;
        const double k = std::hypot(beam.y, beam.x) * sampling_.reciprocal_step;
        const double phase = -std::numbers::pi * wavelength_ * distance * k * k;
        result.re[result.at(i, j)] = static_cast<float>(std::cos(phase));
        result.im[result.at(i, j)] = static_cast<float>(std::sin(phase));
      }
    return result;
  }

  double wavelength_;
  const Sampling& sampling_;
  Fourier<float> fourier_;
  std::vector<Field<float>> slices_;
};

Eigen::Index index_of(const std::vector<Beam>& beams, Beam wanted) {
  return std::find_if(beams.begin(), beams.end(), [&](Beam b) { return b.y == wanted.y && b.x == wanted.x; }) - beams.begin();
}

// Fills `block`, whose beams `operation` maps onto those of `representative`.
void fill_block(BlochBlock& block, int operation, Beam bloch, const BlochBlock& representative, const Propagator& propagator,
                const std::vector<Eigen::MatrixXcf>& waves, const std::vector<Eigen::MatrixXcf>& elastic) {
  std::vector<Eigen::Index> columns, rows;
  for (const Beam beam : block.incident) columns.push_back(index_of(representative.incident, image(operation, beam)));
  for (const Beam beam : block.exits) rows.push_back(propagator.row(bloch, image(operation, beam)));

  const auto n_in = static_cast<Eigen::Index>(columns.size()), n_out = static_cast<Eigen::Index>(rows.size());
  for (std::size_t t = 0; t < waves.size(); ++t) {
    Eigen::MatrixXcf scatter = Eigen::MatrixXcf::Zero(n_out, n_in);
    for (Eigen::Index c = 0; c < n_in; ++c)
      for (Eigen::Index r = 0; r < n_out; ++r)
        if (const Eigen::Index row = rows[static_cast<std::size_t>(r)]; row >= 0)
          scatter(r, c) = waves[t](row, columns[static_cast<std::size_t>(c)]);
    block.scatter.push_back(std::move(scatter));
    block.elastic.push_back(elastic[t](columns, columns));
  }
}

}  // namespace

std::vector<BlochBlock> propagate(const ElectronWave& wave, const Sampling& sampling, Absorption absorption, int threads) {
  std::vector<BlochBlock> blocks = sort_beams(sampling);
  const std::vector<Orbit> orbits = find_orbits(sampling.cells);
  const Propagator propagator(wave, sampling, absorption);
  parallel_for(orbits.size(), threads, [&](std::size_t i) {
    const BlochBlock& representative = blocks[orbits[i].representative];
    if (representative.incident.empty()) return;
    const int own = static_cast<int>(orbits[i].representative);
    const Beam bloch{own / sampling.cells, own % sampling.cells};
    const std::vector<Eigen::MatrixXcf> waves = propagator.run(bloch, representative.incident);
    std::vector<Eigen::MatrixXcf> elastic;
    for (const Eigen::MatrixXcf& w : waves) elastic.emplace_back(w.adjoint() * w);
    for (const auto& [member, operation] : orbits[i].members)
      fill_block(blocks[member], operation, bloch, representative, propagator, waves, elastic);
  });
  std::erase_if(blocks, [](const BlochBlock& block) { return block.incident.empty(); });
  return blocks;
}

}  // namespace esieve::simulate
