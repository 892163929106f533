// SPDX-License-Identifier: Apache-2.0
#include "container/recording.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "container/journal.hpp"

namespace esieve {
namespace {

// A lock of the open file description, over the whole file: released when its process dies, and others can ask for it
// without taking it even for a moment.
struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

std::filesystem::path recording_folder(const std::filesystem::path& output) {
  std::filesystem::path folder = output;
  folder += recording::suffix;
  return folder;
}

std::optional<std::filesystem::path> recorded_output(const std::filesystem::path& folder) {
  if (folder.extension() != recording::suffix) return std::nullopt;
  return folder.parent_path() / folder.stem();
}

std::optional<std::filesystem::path> find_recording(const std::filesystem::path& path) {
  const std::filesystem::path named = path.has_filename() ? path : path.parent_path();
  std::error_code error;
  if (std::filesystem::is_directory(named, error)) return recorded_output(named) ? std::optional(named) : std::nullopt;
  if (named.filename() == recording::data && recorded_output(named.parent_path())) return named.parent_path();
  if (std::filesystem::exists(named, error) || !std::filesystem::is_directory(recording_folder(named), error))
    return std::nullopt;
  return recording_folder(named);
}

bool is_being_recorded(const std::filesystem::path& folder) {
  const int journal = ::open((folder / recording::journal).c_str(), O_RDONLY | O_CLOEXEC);
  if (journal < 0) return false;
  struct flock lock = whole_file(F_RDLCK);
  const bool locked = ::fcntl(journal, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(journal);
  return locked;
}

bool lock_recording(int journal) {
  struct flock lock = whole_file(F_WRLCK);
  return ::fcntl(journal, F_OFD_SETLK, &lock) == 0 || (errno != EAGAIN && errno != EACCES);
}

void unlock_recording(int journal) {
  struct flock lock = whole_file(F_UNLCK);
  ::fcntl(journal, F_OFD_SETLK, &lock);
}

std::optional<ChunkGrid> grid_of(const ChunkParameters& parameters, ScanShape scan) {
  const std::uint32_t columns = parameters.scan_row_frames;
  if (columns == 0 || parameters.n_frames < columns) return std::nullopt;
  return ChunkGrid{.scan_rows = parameters.n_frames / columns, .scan_columns = columns}.covering(scan);
}

}  // namespace esieve
