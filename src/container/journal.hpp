// SPDX-License-Identifier: Apache-2.0
//
// What lies beside the growing file of a recording: a log of checked records. Layout: docs/format/recording.md.
//
// The journal says what the recording is, where its chunks went, and what is known of frames that are not simply okay. It also
// takes *fragments*: chunks of which not all frames are there yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "esieve/codec.hpp"
#include "esieve/container.hpp"
#include "esieve/frame_status.hpp"
#include "esieve/source.hpp"
#include "esieve/threshold.hpp"

namespace esieve {

/// Names in the folder of a recording.
namespace recording {
inline constexpr const char* suffix = ".recording";
inline constexpr const char* data = "data.hdf5";
inline constexpr const char* journal = "journal";
inline constexpr const char* tails[2] = {"tail-0", "tail-1"};
inline constexpr const char* spill = "spill";
inline constexpr const char* snapshot = "snapshot.npz";
}  // namespace recording

/// Whether the scan has frames, and no more than anybody can record: what a damaged file says may be anything.
inline bool is_countable(ScanShape scan) {
  constexpr std::uint64_t most = std::uint64_t{1} << 40;
  return scan.scan_y > 0 && scan.scan_x > 0 && scan.scan_y <= most / scan.scan_x;
}

/// What a recording is, as far as it is known when it begins.
struct RecordingDescription {
  SourceInfo info;
  ChunkParameters parameters;
  Growing growing = Growing::no;
  ThresholdOptions threshold;
};

/// Frames of chunk `chunk` that are not simply okay, and what thresholding dropped from them. Written before the chunk.
struct ChunkNote {
  std::uint64_t chunk = 0;
  std::vector<FrameStatus> status;
  std::vector<DroppedFrame> dropped;  ///< Empty without thresholding.
};

/// Chunk `chunk` has been written.
struct ChunkPlace {
  std::uint64_t chunk = 0;
  std::uint64_t address = 0;
  std::uint64_t size = 0;
};

/// A chunk with those frames that are there; the others are zeros and `missing`.
struct Fragment {
  std::uint64_t chunk = 0;
  std::uint32_t epoch = 0;  ///< Fragments of one epoch replace each other, those of different ones belong together.
  bool sums = false;        ///< Frames of several fragments are added.
  std::vector<FrameStatus> status;
  std::vector<std::byte> bytes;  ///< As ChunkCodec::encode makes them, before any threshold.
};

/// Appends records to a file. A record is complete or, by its checksum, not there.
class JournalWriter {
 public:
  /// \throws IoError
  explicit JournalWriter(std::filesystem::path path) : file_(std::move(path)) {}

  // \throws IoError
  void write(const RecordingDescription& description);
  void write(const ChunkNote& note);
  void write(const ChunkPlace& place);
  /// \returns where it lies, for `read_fragment`
  std::uint64_t write(const Fragment& fragment);
  /// For tails: the number of this one, and how many fragments follow.
  void write_tail(std::uint64_t sequence, std::span<const Fragment> fragments);
  /// Everything from the beginning anew.
  void rewind() { at_ = 0; }
  void sync() { file_.sync(); }

  int descriptor() const { return file_.descriptor(); }

 private:
  void append(std::uint32_t kind, std::span<const std::byte> payload);

  WritableFile file_;
  std::uint64_t at_ = 0;
  std::vector<std::byte> record_;
};

/// What the files of a recording say, damaged or not, running or not.
struct RecordingState {
  std::optional<RecordingDescription> description;
  std::vector<ChunkPlace> places;
  std::vector<ChunkNote> notes;
  std::vector<Fragment> fragments;  ///< Of the journal.
  std::vector<Fragment> tail;       ///< Of the newer sound tail.
  std::uint64_t tail_sequence = 0;
  std::uint64_t journal_bytes = 0;    ///< Read so far: where the next record begins.
  std::uint64_t n_damaged_bytes = 0;  ///< Skipped between sound records.
};

/// Reads records of the journal from `state.journal_bytes` on, and the tails. Files may grow meanwhile. A missing file is an
/// empty one.
/// \throws IoError
void read_recording(const std::filesystem::path& folder, RecordingState& state);

/// \throws DataError, IoError
Fragment read_fragment(const std::filesystem::path& journal, std::uint64_t at);

}  // namespace esieve
