// SPDX-License-Identifier: Apache-2.0
//
// NumPy .npz files as write_npz makes them with stored members: of strangers' files, those that are like that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "esieve/dtype.hpp"

namespace esieve {

struct NpzMember {
  DType dtype = DType::u8;
  std::vector<std::uint64_t> shape;
  std::vector<std::byte> values;  ///< C order, as many as the shape says.
};

/// All members by name, without ".npy". Members are no larger than the file: none are compressed.
/// \throws IoError    it cannot be opened
/// \throws DataError  it is no such archive, or damaged
std::map<std::string, NpzMember> read_npz(const std::filesystem::path& path);

}  // namespace esieve
