// SPDX-License-Identifier: Apache-2.0
//
// What an HDF5 file says besides its frames, as JSON.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "h5/walk.hpp"

namespace esieve {

/// {"hdf5": {PATH: {"attributes": {...}, "dtype": ..., "shape": [...], "value": ...}}, "not_kept": [...]}
///
/// All attributes and all datasets of at most 64 KiB, values included; of others the shape and type, listed
/// under "not_kept". Each object appears once; further names of it are {"same_as": PATH}. \param frames paths
/// of the datasets that are converted; their values are left out
std::string hdf5_metadata(hid_t file, std::span<const h5::Object> objects, const std::vector<std::string>& frames);

}  // namespace esieve
