// SPDX-License-Identifier: Apache-2.0
//
// The header of a .npy file, versions 1 to 3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/file.hpp"

namespace esieve {

struct NpyHeader {
  std::string descr;           ///< NumPy type code with byte order, "<u2"; "structured" where it has fields.
  bool fortran_order = false;  ///< The first axis is the fastest.
  std::vector<std::uint64_t> shape;
  std::uint64_t data_offset_bytes = 0;
};

/// True if the file begins with NumPy's magic bytes.
bool is_npy(const InputFile& file);

/// \throws DataError  not .npy, a later version, damaged
NpyHeader parse_npy_header(std::span<const std::byte> bytes, const std::string& name);
NpyHeader read_npy_header(const InputFile& file);

}  // namespace esieve
