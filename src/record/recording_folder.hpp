// SPDX-License-Identifier: Apache-2.0
//
// "PATH.recording": claimed for one recorder, removed with it when there is nothing left to keep.
#pragma once

#include <filesystem>

namespace esieve {

class RecordingFolder {
 public:
  /// Makes the folder for a recording that will become `output`.
  /// \throws UsageError  there is one already, of a running recording or of one that did not finish
  /// \throws IoError
  explicit RecordingFolder(const std::filesystem::path& output);
  ~RecordingFolder();
  RecordingFolder(const RecordingFolder&) = delete;
  RecordingFolder& operator=(const RecordingFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// \param journal  descriptor that is locked as long as the recording runs
  void lock(int journal);
  /// Whoever wants to recover it may do so now.
  void unlock(int journal);

  /// The folder's own entries are on the disk. \throws IoError
  void sync() const;

  /// \throws IoError  the folder is not where it was
  void check_present() const;

  /// Unless another folder is in its place: that of the next recording of this name.
  void remove();

  /// It holds the only copy of something: it stays when this object goes.
  void keep(bool kept) { kept_ = kept; }

 private:
  bool is_present() const;

  std::filesystem::path path_;
  int descriptor_ = -1;
  bool kept_ = false;
};

}  // namespace esieve
