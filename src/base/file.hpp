// SPDX-License-Identifier: Apache-2.0
//
// Files read at a position by any number of threads, and files that appear under their name only when complete.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace esieve {

/// A file open for positioned reads. Any number of threads may read at once.
class InputFile {
 public:
  /// \throws IoError  missing, unreadable, a directory
  explicit InputFile(std::filesystem::path path);
  ~InputFile();
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }

  /// Fills `out` from `offset`.
  /// \throws DataError  the file ends before, "PATH is truncated (...)"
  /// \throws IoError
  void read(std::uint64_t offset, std::span<std::byte> out) const;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

/// The whole of a small file. \throws IoError, DataError (larger than `max_bytes`)
std::vector<std::byte> read_small_file(const std::filesystem::path& path, std::uint64_t max_bytes);

/// The temporary name beside `final_path` under which an output grows: removed on destruction unless `commit` succeeded.
class PendingFile {
 public:
  enum class IfExists : std::uint8_t { refuse, replace };

  /// \param temporary_path  on the same file system, and its owner's to remove; empty: `final_path` with ".partial"
  /// \throws UsageError  `final_path` exists and may not be replaced
  /// \throws IoError     its folder is missing or not writable
  PendingFile(std::filesystem::path final_path, IfExists if_exists, std::filesystem::path temporary_path = {});
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  const std::filesystem::path& temporary_path() const { return temporary_path_; }

  enum class Durability : std::uint8_t {
    synced,  ///< The bytes are on the disk before the file has its name.
    cached   ///< The operating system writes them when it sees fit.
  };

  /// Gives the file its name. \throws UsageError, IoError
  void commit(Durability durability = Durability::synced);

 private:
  std::filesystem::path final_path_, temporary_path_;
  IfExists if_exists_;
  bool own_path_ = false;  ///< The temporary file is ours to remove.
  bool committed_ = false;
};

}  // namespace esieve
