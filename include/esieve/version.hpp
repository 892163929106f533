// SPDX-License-Identifier: Apache-2.0
//
// Three version numbers that never stand for one another: library, container, codec.
#pragma once

#include <cstdint>
#include <string_view>

#include "esieve/export.hpp"

namespace esieve {

/// The library and the program, semantic versioning. CMakeLists.txt holds the same number; a test compares them.
inline constexpr std::string_view library_version = "0.1.0";

/// Version of the library that is linked, where it may not be the one compiled against.
ESIEVE_API std::string_view linked_version();

/// Layout of the HDF5 file (docs/format/container.md). Reported; the feature flags decide what can be read.
inline constexpr std::string_view container_version = "1.0";

/// Layout of a chunk's bytes (docs/format/codec.md). Frozen in files.
inline constexpr std::uint8_t codec_version = 1;

}  // namespace esieve
