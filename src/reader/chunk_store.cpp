// SPDX-License-Identifier: Apache-2.0
#include "reader/chunk_store.hpp"

#include "container/recording.hpp"
#include "esieve/error.hpp"
#include "reader/hdf5_chunks.hpp"
#include "reader/recording_chunks.hpp"
#include "reader/regridded_chunks.hpp"

namespace esieve {

void ChunkStore::fail(std::uint64_t i, const std::string& reason) const {
  const FrameRange frames = info_.grid.frames(i, info_.scan);
  throw DataError(info_.path.string() + ": chunk " + std::to_string(i) + " (frames " + std::to_string(frames.first) + " to " +
                  std::to_string(frames.end() - 1) + ") is damaged: " + reason);
}

std::unique_ptr<ChunkStore> open_chunks(const std::filesystem::path& path) {
  if (const auto folder = find_recording(path)) return open_recording(*folder);
  // Opened by the name of a folder that is gone: the recording was completed.
  const auto output = recorded_output(path);
  std::error_code error;
  const bool completed = output && !std::filesystem::exists(path, error) && std::filesystem::exists(*output, error);
  EventFile file = open_event_file(completed ? *output : path);
  if (file.regridded) return open_regridded(std::move(file));
  return std::make_unique<Hdf5Chunks>(std::move(file));
}

}  // namespace esieve
