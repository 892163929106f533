// SPDX-License-Identifier: Apache-2.0
#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "esieve/error.hpp"

namespace esieve {
namespace {

[[noreturn]] void fail(const char* verb, const std::filesystem::path& path, int error) {
  throw IoError(std::string("cannot ") + verb + " " + path.string() + " (" + std::strerror(error) + ")");
}

void sync_and_close(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) fail("open", path, errno);
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  if (result != 0 && error != EINVAL) fail("write", path, error);
}

void read_at(int descriptor, const std::filesystem::path& path, std::uint64_t offset, std::span<std::byte> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = ::pread(descriptor, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("read", path, errno);
    if (n == 0)
      throw DataError(path.string() + " is truncated (" + std::to_string(offset + out.size()) + " bytes are needed, it has " +
                      std::to_string(::lseek(descriptor, 0, SEEK_END)) + ")");
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace

InputFile::InputFile(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) fail("open", path_, errno);
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || S_ISDIR(status.st_mode)) {
    const int error = S_ISDIR(status.st_mode) ? EISDIR : errno;
    ::close(std::exchange(descriptor_, -1));
    fail("open", path_, error);
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  return *this;
}

void InputFile::read(std::uint64_t offset, std::span<std::byte> out) const { read_at(descriptor_, path_, offset, out); }

bool begins_with(const InputFile& file, std::string_view magic) {
  if (file.size() < magic.size()) return false;
  std::string start(magic.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(start)));
  return start == magic;
}

WritableFile::WritableFile(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail("create", path_, errno);
}

WritableFile::~WritableFile() { ::close(descriptor_); }

int WritableFile::try_write(std::uint64_t offset, std::span<const std::byte> bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0 ? errno : ENOSPC;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return 0;
}

void WritableFile::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (const int error = try_write(offset, bytes); error != 0) fail("write", path_, error);
}

void WritableFile::read(std::uint64_t offset, std::span<std::byte> out) const { read_at(descriptor_, path_, offset, out); }

void WritableFile::sync() {
  if (::fdatasync(descriptor_) != 0) fail("write", path_, errno);
}

bool WritableFile::reserve(std::uint64_t offset, std::uint64_t n_bytes) {
  return ::fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset), static_cast<off_t>(n_bytes)) == 0 ||
         errno == EOPNOTSUPP || errno == ENOSYS;
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

void sync_folder(const std::filesystem::path& folder) { sync_and_close(folder, O_RDONLY | O_DIRECTORY); }

std::vector<std::byte> read_small_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const InputFile file(path);
  if (file.size() > max_bytes)
    throw DataError(path.string() + " is too large (" + std::to_string(file.size()) + " bytes; at most " +
                    std::to_string(max_bytes) + " expected)");
  std::vector<std::byte> bytes(file.size());
  file.read(0, bytes);
  return bytes;
}

PendingFile::PendingFile(std::filesystem::path final_path, IfExists if_exists, std::filesystem::path temporary_path)
    : final_path_(std::move(final_path)), temporary_path_(std::move(temporary_path)), if_exists_(if_exists) {
  if (temporary_path_.empty()) {
    temporary_path_ = final_path_;
    temporary_path_ += ".partial";
    own_path_ = true;
  }
  std::error_code error;
  if (std::filesystem::is_directory(final_path_, error))
    throw UsageError(final_path_.string() + " is a directory (a file name is needed)");
  if (if_exists_ == IfExists::refuse && std::filesystem::exists(final_path_, error))
    throw UsageError(final_path_.string() + " exists; use --force to replace it");
  const std::filesystem::path folder = folder_of(final_path_);
  if (!std::filesystem::is_directory(folder, error)) fail("write in", folder, ENOENT);
  if (::access(folder.c_str(), W_OK) != 0) fail("write in", folder, errno);
}

PendingFile::~PendingFile() {
  if (committed_ || !own_path_) return;
  std::error_code ignored;
  std::filesystem::remove(temporary_path_, ignored);
}

void PendingFile::commit(Durability durability) {
  if (durability == Durability::synced) sync_and_close(temporary_path_, O_RDONLY);
  if (if_exists_ == IfExists::refuse) {
    // link(2) refuses an existing name, which rename(2) would silently replace.
    if (::link(temporary_path_.c_str(), final_path_.c_str()) == 0) {
      ::unlink(temporary_path_.c_str());
    } else if (errno == EEXIST) {
      throw UsageError(final_path_.string() + " appeared meanwhile; use --force to replace it");
    } else if (::rename(temporary_path_.c_str(), final_path_.c_str()) != 0) {  // no hard links here
      fail("write", final_path_, errno);
    }
  } else if (::rename(temporary_path_.c_str(), final_path_.c_str()) != 0) {
    fail("write", final_path_, errno);
  }
  committed_ = true;
  if (durability == Durability::synced) sync_folder(folder_of(final_path_));
}

}  // namespace esieve
