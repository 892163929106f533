// SPDX-License-Identifier: Apache-2.0
//
// An HDF5 file of dense frames as a simulation leaves it: /entry/data/data with calibrated axes, uncompressed.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>

#include "base/file.hpp"
#include "esieve/dtype.hpp"
#include "esieve/simulate.hpp"
#include "h5/h5.hpp"
#include "h5/output_file.hpp"

namespace esieve::simulate {

/// Takes frames in scan order. Appears under its name only after `commit`. Used by one thread at a time.
class DenseFile {
 public:
  /// \throws UsageError  the file exists and may not be replaced
  /// \throws IoError
  DenseFile(const std::filesystem::path& path, PendingFile::IfExists if_exists, const Simulation& simulation, DType dtype,
            const char* title);
  ~DenseFile();

  /// Writes frames of the dataset's type, C order (frame, det_y, det_x). \throws IoError
  void write(FrameRange range, std::span<const std::byte> frames);

  /// An attribute of the dataset.
  void set_attribute(const char* name, double value);

  /// \throws IoError, UsageError
  void commit();

 private:
  void write_metadata(const Simulation& simulation, const char* title);
  void write_block(std::array<hsize_t, 4> start, std::array<hsize_t, 4> count, const std::byte* frames);

  PendingFile pending_;
  h5::OutputFile file_;
  h5::Id dataset_;
  ScanShape scan_;
  DetectorShape detector_;
  DType dtype_;
};

}  // namespace esieve::simulate
