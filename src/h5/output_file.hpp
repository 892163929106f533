// SPDX-License-Identifier: Apache-2.0
//
// A new HDF5 file on storage of our own, which survives a full disk and knows where chunks went.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "h5/h5.hpp"

namespace esieve::h5 {

/// Creates `path` with version-3 superblock and compact metadata, packed without gaps.
///
/// HDF5 1.10 crashes when the process ends if a file could not be closed because a write failed. Here a failed write is
/// remembered and HDF5 is told that it succeeded: from then on nothing is written, and `check` and `close` throw.
class OutputFile {
 public:
  /// \throws IoError
  explicit OutputFile(const std::filesystem::path& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  hid_t id() const { return file_.get(); }

  /// Address of the raw data written last: of a chunk, right after it was written directly.
  std::uint64_t last_raw_address() const;

  /// \throws IoError  a write has failed; says why
  void check() const;

  /// Hands what HDF5 still holds to the operating system. \throws IoError
  void flush();

  /// Brings what was written to the disk. May run beside writes. \throws IoError
  void sync();

  /// Takes disk space beyond the end, at least `bytes`. \returns false if there is not so much; true where the file
  /// system cannot take space ahead
  bool reserve(std::uint64_t bytes);

  /// Closes the file and everything open in it. \throws IoError
  void close();

 private:
  struct Storage;
  std::filesystem::path path_;
  std::unique_ptr<Storage> storage_;
  Id file_;
};

}  // namespace esieve::h5
