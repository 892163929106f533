// SPDX-License-Identifier: Apache-2.0
#include "record/recording_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/file.hpp"
#include "container/journal.hpp"
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
  if (descriptor_ < 0) throw IoError("cannot open " + path_.string() + " (" + std::strerror(errno) + ")");
}

RecordingFolder::~RecordingFolder() {
  if (!kept_) remove();
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RecordingFolder::remove() {
  if (!is_present()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void RecordingFolder::lock(int journal) {
  if (!lock_recording(journal)) throw UsageError(path_.string() + " is being used by another writer");
}

void RecordingFolder::unlock(int journal) { unlock_recording(journal); }

void RecordingFolder::sync() const {
  sync_folder(path_);
  sync_folder(folder_of(path_));
}

bool RecordingFolder::is_present() const {
  struct stat here {
  }, there{};
  return ::fstat(descriptor_, &here) == 0 && ::stat(path_.c_str(), &there) == 0 && here.st_ino == there.st_ino &&
         here.st_dev == there.st_dev;
}

void RecordingFolder::check_present() const {
  if (!is_present())
    throw IoError(path_.string() + " was moved or removed while it was recorded into; put it back, or recover what is in it");
}

}  // namespace esieve
