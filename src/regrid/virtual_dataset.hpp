// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "esieve/reader.hpp"
#include "h5/h5.hpp"
#include "regrid/frame_map.hpp"

namespace esieve {

/// A dataset (scan_y, scan_x, det_y, det_x) of the frames of `original` where `runs` put them, zeros elsewhere; without a name
/// yet.
/// \param file_name  of the original, as HDF5 will look for it
/// \throws IoError
h5::Id create_virtual_dataset(hid_t file, ScanShape scan, const FileInfo& original, const std::string& file_name,
                              std::span<const MapRun> runs);

}  // namespace esieve
