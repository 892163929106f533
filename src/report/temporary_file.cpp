// SPDX-License-Identifier: Apache-2.0
#include "report/temporary_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "esieve/error.hpp"

namespace esieve {
namespace {

[[noreturn]] void throw_failed(const std::string& what, int error) {
  throw IoError("cannot " + what + " a temporary file in " + std::filesystem::temp_directory_path().string() + " (" +
                std::strerror(error) + "); set TMPDIR to a folder with room");
}

/// A folder that is removed with everything in it.
class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "esieve-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw_failed("create", errno);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path file() const { return std::filesystem::path(path_) / "file"; }

 private:
  std::string path_;
};

}  // namespace

TemporaryFile::TemporaryFile(const std::function<void(const std::filesystem::path&)>& create) {
  const Folder folder;
  create(folder.file());
  descriptor_ = ::open(folder.file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0) throw_failed("open", errno);
}

TemporaryFile::TemporaryFile() : TemporaryFile([](const std::filesystem::path&) {}) {}

TemporaryFile::~TemporaryFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void TemporaryFile::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw_failed("write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void TemporaryFile::read(std::uint64_t offset_bytes, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset_bytes));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw_failed("read", n == 0 ? EIO : errno);
    out = out.subspan(static_cast<std::size_t>(n));
    offset_bytes += static_cast<std::uint64_t>(n);
  }
}

std::uint64_t TemporaryFile::size_bytes() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) throw_failed("read", errno);
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace esieve
