// SPDX-License-Identifier: Apache-2.0
//
// Where HDF5 looks for filter plugins in this process.
#pragma once

namespace esieve::bench {

/// Appends the folders of distributions' plugin packages to HDF5's search path, once, and takes folders that do not exist
/// off it: HDF5 1.10 gives up searching at the first of those.
void add_filter_folders();

}  // namespace esieve::bench
