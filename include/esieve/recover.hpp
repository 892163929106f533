// SPDX-License-Identifier: Apache-2.0
//
// Makes a sound event file of a recording that did not finish, or of a damaged file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "esieve/export.hpp"
#include "esieve/progress.hpp"
#include "esieve/shape.hpp"

namespace esieve {

struct RecoverOptions {
  bool overwrite = false;  ///< Replace an existing output.
  int threads = 0;         ///< 0: all.
  ProgressCallback progress{};
};

/// What was found.
struct Recovery {
  std::string described_by;  ///< What said how the frames are to be read: "journal", "HDF5", "object header".
  bool hdf5_opens = false;   ///< HDF5 itself could still open the file.
  ScanShape scan;
  std::uint64_t n_frames_data = 0;     ///< Frames recovered.
  std::uint64_t n_frames_dropped = 0;  ///< Known to have been lost while recording.
  std::uint64_t n_frames_missing = 0;  ///< Never recorded, or not found.
  std::vector<FrameRange> missing;     ///< Runs of these, at most 100.
  std::uint64_t n_chunks = 0;          ///< Found whole and sound.
  std::uint64_t n_chunks_expected = 0;
  std::uint64_t n_chunks_doubled = 0;  ///< Found more than once.
  std::uint64_t n_chunks_damaged = 0;  ///< The file says that they are there, and they are not, or not sound.
  std::uint64_t n_chunks_foreign = 0;  ///< Sound, but of another dataset, or without a place.
  std::uint64_t n_fragments = 0;       ///< Chunks put together from parts.
  std::uint64_t n_damaged_bytes = 0;   ///< Of the journal.

  /// Whether something is lost that the file says it had.
  bool lost_something() const { return n_chunks_damaged != 0; }
};

/// Reads `damaged`, which stays as it is, and writes what can be proved sound into the new file `output`.
///
/// `damaged` is the folder "PATH.recording" of a recording whose process died, or an event file. Every chunk is found by its
/// own header and checksum, wherever it lies; HDF5's index, the journal and the parts of unfinished chunks say what else is
/// known. A chunk that fails its checksum is not believed. What is not found is marked missing in `/entry/frame_status`.
/// \throws UsageError  the recording still runs; the output exists
/// \throws DataError   nothing in it says what the frames are
/// \throws IoError, Interrupted
ESIEVE_API Recovery recover(const std::filesystem::path& damaged, const std::filesystem::path& output,
                            const RecoverOptions& options = {});

/// A page a person reads, and JSON.
ESIEVE_API std::string to_text(const Recovery& recovery);
ESIEVE_API std::string to_json(const Recovery& recovery);

}  // namespace esieve
