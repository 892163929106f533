// SPDX-License-Identifier: Apache-2.0
//
// NumPy .npz: a zip archive of .npy files. The only file, with its .cpp, that knows libzip.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "esieve/dtype.hpp"

namespace esieve {

struct NpzArray {
  std::string name;                   ///< Without ".npy".
  DType dtype;
  std::span<const std::byte> values;  ///< One-dimensional.
};

/// \throws IoError
void write_npz(const std::filesystem::path& path, std::span<const NpzArray> arrays);

}  // namespace esieve
