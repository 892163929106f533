// SPDX-License-Identifier: Apache-2.0
//
// A folder for the files that are measured; gone with everything in it in the end.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "esieve/error.hpp"

namespace esieve::bench {

class ScratchFolder {
 public:
  /// \throws UsageError  there is less room than `needed_bytes`
  /// \throws IoError
  explicit ScratchFolder(std::uint64_t needed_bytes) : place_(std::filesystem::temp_directory_path()) {
    std::error_code error;
    const auto space = std::filesystem::space(place_, error);
    if (!error && space.available < needed_bytes)
      throw UsageError(place_.string() + " has room for " + std::to_string(space.available >> 20) + " MiB, " +
                       std::to_string((needed_bytes >> 20) + 1) +
                       " MiB are needed; set TMPDIR to a folder with more, or measure less (--max-bytes)");
    std::string pattern = (place_ / "esieve-bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw IoError("cannot create a folder in " + place_.string() + " (" + std::strerror(errno) +
                    "); set TMPDIR to a folder that can be written to");
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& place() const { return place_; }  ///< The folder it lies in.

 private:
  std::filesystem::path place_, path_;
};

}  // namespace esieve::bench
