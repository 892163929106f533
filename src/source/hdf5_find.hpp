// SPDX-License-Identifier: Apache-2.0
//
// Which dataset of an HDF5 file holds the frames.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "h5/walk.hpp"

namespace esieve {

struct DatasetFacts {
  std::string path;
  std::vector<std::uint64_t> shape;
  std::optional<DType> dtype;  ///< Nothing: not numbers that can be counts.
  std::string type_name;       ///< "uint16", "complex", "text", ...
};

/// Element type as ours; booleans and other enumerations count as the integers they are stored as.
std::optional<DType> numeric_dtype(hid_t type);

DatasetFacts dataset_facts(hid_t file, const std::string& path);

/// The dataset asked for, or the one that can be meant: the default plot of NeXus, the only one with 3
/// dimensions or more, the largest by far.
///
/// More than one path is returned where a stack is cut into parts `data_000001`, `data_000002`, ... as
/// DECTRIS does. \param file_name  for messages \param wanted     path of a dataset, or of a group that leads
/// to one; may be empty \throws UsageError  no such dataset; several that could be meant, which are then
/// listed \throws DataError   nothing in the file can be frames; a part is missing
std::vector<std::string> find_frames(hid_t file, const std::string& file_name, std::span<const h5::Object> objects,
                                     const std::string& wanted);

}  // namespace esieve
