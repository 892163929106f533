// SPDX-License-Identifier: Apache-2.0
//
// Every sound chunk in a file, wherever it lies.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/progress_meter.hpp"
#include "esieve/codec.hpp"

namespace esieve {

struct FoundChunk {
  ChunkHeader header;
  std::uint64_t address = 0;
};

/// Chunks whose checksum holds, in the order of their addresses. Between them any bytes may lie.
/// \param max_bytes  of a chunk
/// \param meter      asked now and then whether to go on; no frames are done yet. \throws Interrupted
std::vector<FoundChunk> find_chunks(const std::filesystem::path& path, std::uint64_t max_bytes, ProgressMeter& meter);

}  // namespace esieve
