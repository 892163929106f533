// SPDX-License-Identifier: Apache-2.0
//
// Looks at a recording of another process, without a frame of it being read.
#pragma once

#include <filesystem>
#include <optional>

#include "esieve/export.hpp"
#include "esieve/reader.hpp"
#include "esieve/writer.hpp"

namespace esieve {

/// Whether `path`, an event file or what a recording will become, or the folder of a recording, is still recorded.
/// \throws IoError  there is neither
ESIEVE_API Recording recording_state(const std::filesystem::path& path);

/// The snapshot that a recording put beside itself last; nothing if it has put none yet, was told to put none, or is complete.
/// \throws DataError  it is damaged
/// \throws IoError
ESIEVE_API std::optional<Snapshot> read_snapshot(const std::filesystem::path& path);

}  // namespace esieve
