// SPDX-License-Identifier: Apache-2.0
//
// NumPy .npz: a zip archive of .npy files. With npz_reader the only one that knows libzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "esieve/dtype.hpp"

namespace esieve {

struct NpzArray {
  std::string name;  ///< Without ".npy".
  DType dtype;
  std::span<const std::byte> values;
  std::optional<std::vector<std::uint64_t>> shape{};  ///< Nothing: one-dimensional. Empty: a scalar.
};

enum class ZipMembers : std::uint8_t { deflated, stored };

/// \throws IoError
void write_npz(const std::filesystem::path& path, std::span<const NpzArray> arrays, ZipMembers members = ZipMembers::deflated);

}  // namespace esieve
