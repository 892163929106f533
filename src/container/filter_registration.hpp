// SPDX-License-Identifier: Apache-2.0
//
// Our filter inside this process, so that HDF5 needs no plugin to create and read event files here.
#pragma once

namespace esieve {

/// Tells HDF5 about the filter, once. Before it, datasets with the filter can neither be created nor read. It is the
/// plugin's own: another user of the same HDF5 in this process, as h5py may be, notices no difference.
/// \throws IoError
void register_filter();

}  // namespace esieve
