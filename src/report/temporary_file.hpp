// SPDX-License-Identifier: Apache-2.0
//
// A file without a name: gone when it is closed, or when the program is killed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>

namespace esieve {

/// Lives in the folder for temporary files ($TMPDIR, /tmp). Any number of threads may read while none writes.
class TemporaryFile {
 public:
  /// `create` makes the file at the path it is given and may keep it open; the name is then taken away.
  /// \throws IoError, and what `create` throws
  explicit TemporaryFile(const std::function<void(const std::filesystem::path&)>& create);
  TemporaryFile();
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void append(std::span<const std::byte> bytes);                          ///< \throws IoError
  void read(std::uint64_t offset_bytes, std::span<std::byte> out) const;  ///< \throws IoError
  std::uint64_t size_bytes() const;                                       ///< \throws IoError

 private:
  int descriptor_ = -1;
};

}  // namespace esieve
