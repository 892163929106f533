// SPDX-License-Identifier: Apache-2.0
//
// Files read and written at positions by any number of threads, and files that appear under their name only when complete.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
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

/// Whether the file's first bytes are these. \throws IoError
bool begins_with(const InputFile& file, std::string_view magic);

/// A file made anew, for writes and reads at positions. Any number of threads may use it at once.
class WritableFile {
 public:
  /// \throws IoError  "cannot create PATH (...)"
  explicit WritableFile(std::filesystem::path path);
  ~WritableFile();
  WritableFile(const WritableFile&) = delete;
  WritableFile& operator=(const WritableFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  int descriptor() const { return descriptor_; }

  /// \throws IoError  "cannot write PATH (...)"; any part may have been written
  void write(std::uint64_t offset, std::span<const std::byte> bytes);
  /// The same for callers that may not throw. \returns errno, or 0
  [[nodiscard]] int try_write(std::uint64_t offset, std::span<const std::byte> bytes) noexcept;

  /// Fills `out` from `offset`.
  /// \throws DataError  the file ends before; part of `out` may be set
  /// \throws IoError
  void read(std::uint64_t offset, std::span<std::byte> out) const;

  /// Brings what was written to the disk. \throws IoError
  void sync();

  /// Takes disk space for bytes that will be written; the file's size stays. \returns false if the disk has not so much; true
  /// where the file system cannot take space ahead
  [[nodiscard]] bool reserve(std::uint64_t offset, std::uint64_t n_bytes);

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// The folder that `path` is in.
std::filesystem::path folder_of(const std::filesystem::path& path);

/// The entries of a folder are on the disk. \throws IoError
void sync_folder(const std::filesystem::path& folder);

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
