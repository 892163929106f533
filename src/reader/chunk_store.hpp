// SPDX-License-Identifier: Apache-2.0
//
// The stored bytes of chunks: by the file's own index and positioned reads, or through HDF5 where that does not help.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "reader/open_event_file.hpp"

namespace esieve {

/// Any number of threads may call it at once.
class ChunkStore {
 public:
  explicit ChunkStore(EventFile file);

  const EventFile& file() const { return file_; }

  /// Sets `bytes` to chunk `i` of the grid as codec bytes, belonging there. A chunk that HDF5 has not stored with our filter (never
  /// written, written without filters, cutting frames) is encoded here, so that all are alike.
  /// \throws DataError  "PATH: chunk 3 (frames 24 to 31) ..."
  void fetch(std::uint64_t i, std::vector<std::byte>& bytes) const;

  /// Reads frames through HDF5 itself.
  void read_through_hdf5(FrameRange frames, std::span<std::byte> out) const;

  /// "PATH: chunk 3 (frames 24 to 31) is damaged: REASON".
  [[noreturn]] void fail(std::uint64_t i, const std::string& reason) const;

 private:
  struct Place {
    std::uint64_t address = 0;
    std::uint64_t size = 0;
  };

  void read_table();
  bool locate_all();
  std::vector<hsize_t> offset(std::uint64_t i) const;
  bool fetch_by_table(std::uint64_t i, std::vector<std::byte>& bytes) const;
  std::vector<std::byte> fetch_from_hdf5(std::uint64_t i) const;
  std::vector<std::byte> encode_frames(std::uint64_t i) const;
  bool belongs(std::uint64_t i, std::span<const std::byte> bytes) const;

  EventFile file_;
  InputFile bytes_;
  std::vector<Place> table_;  ///< Empty where HDF5 must be asked.
};

}  // namespace esieve
