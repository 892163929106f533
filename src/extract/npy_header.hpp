// SPDX-License-Identifier: Apache-2.0
//
// The header of a .npy file (NumPy Enhancement Proposal 1), version 1.0.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "esieve/dtype.hpp"

namespace esieve {

/// Little endian, C order; a multiple of 64 bytes long, so that the values are aligned.
std::string npy_header(DType dtype, std::span<const std::uint64_t> shape);

}  // namespace esieve
