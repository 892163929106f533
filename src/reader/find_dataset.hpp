// SPDX-License-Identifier: Apache-2.0
//
// Which dataset of a file is ours.
#pragma once

#include <optional>
#include <string>

#include "esieve/codec.hpp"
#include "h5/h5.hpp"

namespace esieve {

/// Parameters of our filter, if it is the dataset's only one.
std::optional<ChunkParameters> filter_parameters(hid_t dataset);

/// Whether the file shows the frames of another: its dataset is virtual, and it says which frames.
bool is_regridded(hid_t file);

/// Path of the one dataset whose only filter is ours, of a file that is not regridded: the usual one, or else the only one there is.
/// \throws DataError  none, or several (they are listed)
std::string find_event_dataset(hid_t file, const std::string& file_name);

}  // namespace esieve
