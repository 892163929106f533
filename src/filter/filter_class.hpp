// SPDX-License-Identifier: Apache-2.0
//
// The filter as HDF5 takes it: hands chunks to the codec. Re-entrant; no threads of its own; allocates no more than the
// dataset's own parameters allow.
#pragma once

#include <H5PLextern.h>

namespace esieve::filter {

/// What to register with an HDF5 library, whose allocator is remembered.
/// \param address_in_library  any, as `__builtin_return_address(0)` gives it in a call from there
const H5Z_class2_t& filter_class(const void* address_in_library);

}  // namespace esieve::filter
