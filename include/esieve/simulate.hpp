// SPDX-License-Identifier: Apache-2.0
//
// Simulated 4D-STEM with known rates: counts whose entropy floor is exact.
//
// Physics and its limits: docs/simulation.md.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "esieve/export.hpp"
#include "esieve/progress.hpp"
#include "esieve/shape.hpp"
#include "esieve/source.hpp"

namespace esieve {

/// A convergent probe scanned over a SrTiO3 crystal, [001] along the beam.
struct SimulateOptions {
  ScanShape scan{64, 64};
  DetectorShape detector{128, 128};
  double dose_electrons = 1000;  ///< Mean electrons in the probe per scan position; a few per cent miss the detector.
  std::uint64_t seed = 0;        ///< Of the counts, and of what is irregular in the specimen.

  double energy_kev = 200;      ///< 20 to 1000
  double semi_angle_mrad = 20;  ///< 4 to 60
  double defocus_nm = 8;        ///< Depth of the focus below the entrance face at mid-scan; -100 to 100.
  double cs_um = 1;             ///< Third-order spherical aberration; -5000 to 5000.
  double thickness_nm = 16;     ///< At mid-scan; 0.4 to 100.
  double scan_step_nm = 0.04;   ///< 0.001 to 10

  int threads = 0;  ///< Used to set the simulation up; 0: all.
};

/// The simulated experiment. Immutable once made: any number of threads may call its members.
///
/// Results depend on the options alone, not on threads or on how frames are grouped into calls. (Another compiler or
/// mathematics library may round differently.)
class ESIEVE_API Simulation {
 public:
  /// Propagates the beams through the crystal: seconds of work, tens of MiB.
  /// \throws UsageError  an option out of range, or more than the sampling can hold (detector axes above 1024 pixels)
  explicit Simulation(const SimulateOptions& options);
  ~Simulation();
  Simulation(Simulation&&) noexcept;
  Simulation& operator=(Simulation&&) noexcept;

  const SimulateOptions& options() const;

  /// scan_y and scan_x in nm, det_y and det_x in 1/angstrom.
  std::array<Axis, 4> axes() const;

  /// Frames are computed in batches of this many; calls that start and end at its multiples waste no work.
  std::uint64_t batch_frames() const;

  /// Expected electrons per pixel, the noise-free frames.
  ///
  /// \param out  (range.count, det_y, det_x), all values finite and >= 0
  /// \pre    the range lies inside the scan; out.size() == range.count * pixels
  void rates(FrameRange range, std::span<float> out) const;

  /// Draws Poisson counts for `rates`, of the same shape; frame by frame from random streams of their own.
  ///
  /// \returns  sum of -log2 P(count | rate): the bits no lossless code can beat on average, given the rates
  /// \throws UsageError  a count does not fit 16 bits
  double draw(FrameRange range, std::span<const float> rates, std::span<std::uint16_t> counts) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

struct WriteSimulationOptions {
  std::optional<std::filesystem::path> truth = {};  ///< Also keep the rates, as float32, in this file.
  bool overwrite = false;
  int threads = 0;  ///< 0: all.
  ProgressCallback progress = {};
};

struct SimulationSummary {
  double floor_bits = 0;        ///< Of all counts; also attribute `floor_bits` of the dataset.
  std::uint64_t electrons = 0;  ///< Counted in all frames.
  std::uint64_t n_events = 0;   ///< Non-zero counts.
};

/// Writes all frames as a dense uint16 dataset /entry/data/data (NeXus, calibrated axes) to `output`, in parallel and
/// with bounded memory. Files appear under their names only when they are complete.
/// \throws UsageError, IoError, Interrupted  no file is then left
ESIEVE_API SimulationSummary write_simulation(const Simulation& simulation, const std::filesystem::path& output,
                                              const WriteSimulationOptions& options = {});

}  // namespace esieve
