// SPDX-License-Identifier: Apache-2.0
//
// What the dataset's own object header says, read without HDF5.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "esieve/codec.hpp"
#include "esieve/container.hpp"
#include "esieve/shape.hpp"

namespace esieve {

struct RawDescription {
  ScanShape scan;  ///< scan_x includes the frames kept at a position.
  std::uint64_t frames_per_position = 1;
  Growing growing = Growing::no;  ///< `scan` is then the least there can be.
  ChunkParameters parameters;
};

/// Looks for the header of a dataset with our filter. "HDF5 File Format Specification Version 3.0", IV.A: version 2 object
/// headers; messages 1 (dataspace, version 2) and 11 (filter pipeline, version 2).
std::optional<RawDescription> find_object_header(std::span<const std::byte> bytes);

}  // namespace esieve
