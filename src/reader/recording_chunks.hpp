// SPDX-License-Identifier: Apache-2.0
//
// Chunks of a recording that is not complete: of its growing file where they are complete, put together from parts where not.
#pragma once

#include <filesystem>
#include <memory>
#include <unordered_map>

#include "base/file.hpp"
#include "container/fragments.hpp"
#include "container/journal.hpp"
#include "esieve/threshold.hpp"
#include "reader/chunk_store.hpp"

namespace esieve {

/// As it was when this object was made. The recording's files are only read, with positioned reads of descriptors of our own.
class RecordingChunks : public ChunkStore {
 public:
  RecordingChunks(const std::filesystem::path& folder, RecordingState state, Recording recording);

  void fetch(std::uint64_t i, std::vector<std::byte>& bytes) const override;
  std::vector<FrameStatus> frame_status() const override;
  std::vector<FrameTotals> frame_totals() const override;
  std::optional<ThresholdOptions> threshold() const override;
  std::unique_ptr<ChunkStore> renewed() const override;

 private:
  void read_chunk(std::uint64_t i, const ChunkPlace& place, std::vector<std::byte>& bytes) const;
  void put_together(std::uint64_t i, std::vector<std::byte>& bytes) const;

  const std::filesystem::path folder_;
  const RecordingState state_;
  const InputFile data_;
  std::unordered_map<std::uint64_t, ChunkPlace> places_;
  std::unordered_map<std::uint64_t, const ChunkNote*> notes_;
  FragmentsByChunk fragments_;  ///< Of chunks that have no place.
  std::unique_ptr<const Threshold> threshold_;
};

/// The recording in `folder`, or the file that became of it meanwhile.
/// \throws IoError, DataError
std::unique_ptr<ChunkStore> open_recording(const std::filesystem::path& folder, RecordingState state = {});

}  // namespace esieve
