// SPDX-License-Identifier: Apache-2.0
//
// Corrects the geometry of a scan afterwards, without writing an event again.
#pragma once

#include <cstdint>
#include <filesystem>

#include "esieve/export.hpp"
#include "esieve/progress.hpp"
#include "esieve/scan_geometry.hpp"
#include "esieve/shape.hpp"

namespace esieve {

struct RegridOptions {
  bool overwrite = false;  ///< Replace an existing output.
  bool durable = true;     ///< The bytes are on the disk when it returns.
  int threads = 0;         ///< 0: all.
  ProgressCallback progress{};
};

struct Regridding {
  ScanShape scan;
  std::uint64_t n_frames = 0;    ///< Shown.
  std::uint64_t n_left_out = 0;  ///< Frames of the original that belong to no position.
  std::uint64_t n_missing = 0;   ///< Positions without a frame.
  std::uint64_t n_mappings = 0;  ///< Pieces the virtual dataset is made of.
};

/// Writes the small file `output`, which shows the frames of the event file `original` as a scan of another geometry. Its
/// dataset is virtual: to every HDF5 program it is dense, with the frames where they belong, and reads them from `original`,
/// which stays as it is and must stay where it is relative to `output`. Positions without a frame are `missing`.
///
/// \param geometry  of bounded shape; "camera frame n" is frame n of the original in scan order. frames_per_position is 1
/// \throws UsageError  the geometry contradicts itself, or puts two frames at a position, or the original is no plain scan;
///                     the output exists
/// \throws DataError, IoError, Interrupted
ESIEVE_API Regridding regrid(const std::filesystem::path& original, const std::filesystem::path& output,
                             const ScanGeometry& geometry, const RegridOptions& options = {});

}  // namespace esieve
