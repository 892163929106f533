// SPDX-License-Identifier: Apache-2.0
//
// One HDF5 dataset open for reading frames, and what could make its values wrong or unreadable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "h5/h5.hpp"
#include "source/flat_source.hpp"

namespace esieve {

/// Opens `path` with a chunk cache that holds a row of chunks, so that reading in scan order unpacks each
/// chunk once.
h5::Id open_frames_dataset(hid_t file, const std::string& path);

/// Refuses a dataset of which HDF5 would fail to read, or silently replace by fill values, a part.
///
/// \param name  "FILE:/path", for messages
/// \throws UnsupportedError  a filter that is not installed, named with what to install
/// \throws DataError         a source of a virtual dataset or an external file that is missing
void check_complete(hid_t dataset, const std::string& name);

/// How the bytes of values are stored if they are otherwise as they will be read; nothing if there is more to convert.
/// \pre  HDF5's lock is held
std::optional<ByteOrder> stored_order(hid_t type, DType dtype);

/// Where a dataset's values lie in a plain file, if they are there as they will be read but for the byte
/// order.
struct PlainStorage {
  std::string file;
  std::uint64_t offset_bytes = 0;
  ByteOrder order = ByteOrder::little;
};
std::optional<PlainStorage> plain_storage(hid_t dataset);

}  // namespace esieve
