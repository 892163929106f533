// SPDX-License-Identifier: Apache-2.0
//
// Where a reader has chunks from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "esieve/reader.hpp"

namespace esieve {

/// Any number of threads may call it at once.
class ChunkStore {
 public:
  virtual ~ChunkStore() = default;

  const FileInfo& info() const { return info_; }

  /// Sets `bytes` to chunk `i` of the grid as codec bytes, belonging there. A chunk that is not stored as such (never written,
  /// written without filters, cutting frames) is encoded here, so that all are alike.
  /// \throws DataError  "PATH: chunk 3 (frames 24 to 31) ..."
  virtual void fetch(std::uint64_t i, std::vector<std::byte>& bytes) const = 0;

  /// As the members of Reader. Only called where `info` says that there is a status, or an index.
  virtual std::vector<FrameStatus> frame_status() const = 0;
  virtual std::vector<FrameTotals> frame_totals() const = 0;
  virtual std::optional<ThresholdOptions> threshold() const = 0;

  /// The same as it is now; null where nothing can have changed.
  virtual std::unique_ptr<ChunkStore> renewed() const { return nullptr; }

  /// "PATH: chunk 3 (frames 24 to 31) is damaged: REASON".
  [[noreturn]] void fail(std::uint64_t i, const std::string& reason) const;

 protected:
  explicit ChunkStore(FileInfo info) : info_(std::move(info)) {}

 private:
  FileInfo info_;
};

/// An event file, or a recording that is no file yet.
/// \throws IoError, DataError, UnsupportedError
std::unique_ptr<ChunkStore> open_chunks(const std::filesystem::path& path);

}  // namespace esieve
