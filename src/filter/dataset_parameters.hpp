// SPDX-License-Identifier: Apache-2.0
//
// What the filter has to know of a dataset, derived from its type and its chunks when it is created.
#pragma once

#include <H5PLextern.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "esieve/codec.hpp"
#include "filter/calling_library.hpp"

namespace esieve::filter {

/// Larger chunks are refused in both directions: a filter holds a chunk several times over.
inline constexpr std::uint64_t max_dense_bytes = std::uint64_t{1} << 30;

/// Parameters of a dataset: the last two chunk axes are the detector, the leading ones the scan.
///
/// \param given  the filter's values so far: none, the level (0: default), or complete ones, which are kept if they fit
/// \param error  filled with what to do if the dataset cannot be
std::optional<ChunkParameters> dataset_parameters(const ChunkParameters& element, std::span<const hsize_t> chunk,
                                                  std::span<const unsigned> given, std::string& error);

/// HDF5's callback: writes the complete values into a dataset's creation properties.
/// \returns false  with `error` filled
bool set_dataset_parameters(const CallingLibrary& hdf5, hid_t creation, hid_t type, std::string& error);

}  // namespace esieve::filter
