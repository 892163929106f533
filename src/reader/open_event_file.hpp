// SPDX-License-Identifier: Apache-2.0
//
// What an event file says about itself, and how its chunks can be reached.
#pragma once

#include <filesystem>

#include "esieve/reader.hpp"
#include "h5/h5.hpp"

namespace esieve {

/// An open event file.
struct EventFile {
  FileInfo info;
  h5::Id file;
  h5::Id dataset;
  std::uint64_t hdf5_chunk_rows = 1;  ///< Of the dataset as HDF5 has it: the offset of chunk i follows from the grid.
  int rank = 4;                       ///< Dimensions of the HDF5 dataset, the last two those of the detector.
  /// Chunks are runs of frames as the grid says. Otherwise (chunks that cut frames, foreign byte orders) only HDF5 itself
  /// can assemble frames, and grid and chunk_parameters are ours.
  bool direct = true;
  bool regridded = false;  ///< The dataset is virtual, with frames of another file.
};

/// \throws IoError, DataError, UnsupportedError
EventFile open_event_file(const std::filesystem::path& path);

}  // namespace esieve
