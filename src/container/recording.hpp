// SPDX-License-Identifier: Apache-2.0
//
// The folder of a recording as other processes see it. None of this touches what the recording process uses.
#pragma once

#include <filesystem>
#include <optional>

#include "esieve/codec.hpp"
#include "esieve/container.hpp"

namespace esieve {

/// "OUTPUT.recording"
std::filesystem::path recording_folder(const std::filesystem::path& output);

/// The inverse; nothing if `folder` is not called like one.
std::optional<std::filesystem::path> recorded_output(const std::filesystem::path& folder);

/// The folder of the recording that `path` means: the folder itself, its data file, or the file it will become. Nothing where
/// `path` exists and is none of these, and where there is no such folder.
std::optional<std::filesystem::path> find_recording(const std::filesystem::path& path);

/// Whether some process records into the folder at this moment. Asks for the lock without ever taking it.
bool is_being_recorded(const std::filesystem::path& folder);

/// Marks the journal as in use as long as the descriptor is open. \returns false if another process has
bool lock_recording(int journal);
void unlock_recording(int journal);

/// The grid that chunks with these parameters make in `scan`; nothing if there is none.
std::optional<ChunkGrid> grid_of(const ChunkParameters& parameters, ScanShape scan);

}  // namespace esieve
