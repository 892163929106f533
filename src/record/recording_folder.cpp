// SPDX-License-Identifier: Apache-2.0
#include "record/recording_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "container/recording.hpp"
#include "esieve/error.hpp"

namespace esieve {

RecordingFolder::RecordingFolder(const std::filesystem::path& output) : path_(recording_folder(output)) {
  if (::mkdir(path_.c_str(), 0777) != 0) {
    if (errno != EEXIST) throw IoError("cannot create " + path_.string() + " (" + std::strerror(errno) + ")");
    if (is_being_recorded(path_)) throw UsageError(output.string() + " is being recorded by another writer; choose another name");
    throw UsageError(path_.string() + " is left of a recording that did not finish; keep its frames with 'esieve recover " +
                     path_.string() + " OUT.hdf5', then remove it");
  }
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

RecordingFolder::~RecordingFolder() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!kept_) remove();
}

void RecordingFolder::remove() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void RecordingFolder::lock(int journal) {
  if (!lock_recording(journal)) throw UsageError(path_.string() + " is being used by another writer");
}

void RecordingFolder::sync() const {
  ::fsync(descriptor_);
  const std::filesystem::path parent = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
  const int descriptor = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

void RecordingFolder::check_present() const {
  struct stat here {}, there {};
  if (::fstat(descriptor_, &here) == 0 && ::stat(path_.c_str(), &there) == 0 && here.st_ino == there.st_ino &&
      here.st_dev == there.st_dev)
    return;
  throw IoError(path_.string() + " was moved or removed while it was recorded into; put it back, or recover what is in it");
}

}  // namespace esieve
