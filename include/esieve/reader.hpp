// SPDX-License-Identifier: Apache-2.0
//
// Reads an event file: events without dense frames, or dense frames, of any range or region of the scan.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "esieve/codec.hpp"
#include "esieve/container.hpp"
#include "esieve/dtype.hpp"
#include "esieve/events.hpp"
#include "esieve/export.hpp"
#include "esieve/frame_status.hpp"
#include "esieve/shape.hpp"
#include "esieve/source.hpp"
#include "esieve/threshold.hpp"

namespace esieve {

/// Whether what is read is still being recorded.
enum class Recording : std::uint8_t {
  complete,    ///< No: it is a file.
  running,     ///< A writer adds frames.
  interrupted  ///< The writer died; `recover` makes a file of what is there.
};

/// What an event file says about itself. Of a recording that is not complete, what is known so far: no digest, and sums of 0.
struct FileInfo {
  std::filesystem::path path;
  std::string container_version;
  std::string dataset;                    ///< Path of the dense dataset, "/entry/data/data"
  ScanShape scan;                         ///< scan_x includes the frames kept at a position.
  std::uint64_t frames_per_position = 1;  ///< Kept on an axis of their own, the third of five.
  DetectorShape detector;
  DType dtype = DType::u16;
  std::array<Axis, 4> axes;
  std::string title, units;
  ChunkParameters chunk_parameters;
  ChunkGrid grid;
  Fidelity fidelity = Fidelity::lossless;
  std::string digest;  ///< See dense_digest; empty if the file has none.
  std::optional<double> floor_bits;
  std::string source_path, source_format, source_dataset;
  std::vector<std::uint64_t> source_shape;
  std::string metadata_json;
  std::string written_by, written_at;  ///< Program with version; ISO 8601 UTC
  Recording recording = Recording::complete;
  bool has_frame_status = false;  ///< It is a recording; frames may be missing.
  bool has_frame_index = false;   ///< Events and electrons of each frame are recorded; small files go without.
  std::uint64_t n_events = 0;
  double n_electrons = 0;               ///< Sum of all values.
  std::optional<DroppedFrame> dropped;  ///< Of all frames together, where thresholding dropped something on record.
  std::uint64_t stored_bytes = 0;       ///< Size of the whole file.
  std::uint64_t chunk_bytes = 0;        ///< Of these, encoded chunks.

  std::uint64_t frame_bytes() const { return detector.n_pixels() * item_bytes(dtype); }
  std::uint64_t dense_bytes() const { return scan.n_frames() * frame_bytes(); }
};

/// A chunk that could not be read.
struct Damage {
  std::uint64_t chunk = 0;  ///< Index in the grid.
  FrameRange frames;
  std::string reason;
};

/// Random access to an event file, or to a recording while it runs. Opening reads the index; data are read with the operating
/// system's positioned reads, past HDF5's global lock, and decoded in parallel. All members but `refresh` may be called from
/// several threads at once.
///
/// Of a recording, running or killed, it has the frames of chunks that are complete and those that were flushed; all others are
/// `missing`, and so they stay until `refresh`. Looking at a recording takes no lock and changes nothing in it.
class ESIEVE_API Reader {
 public:
  /// \param path  an event file; or what a recording will become, or its folder "PATH.recording"
  /// \throws IoError, DataError (not an event file, damaged index), UnsupportedError (needs a later version)
  explicit Reader(const std::filesystem::path& path);
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  const FileInfo& info() const;

  /// Sees what a recording has by now; the scan may have grown, and when the recording was closed, this reads the file that
  /// became of it. Not while other members run; references from `info` and `frame_totals` end. After an error all is as before.
  /// \returns whether more is to come. \throws IoError, DataError
  bool refresh();

  /// Events and electrons of each frame in scan order: from the index, or counted now where the file has none.
  /// \throws DataError  there is no index and a chunk is damaged
  std::span<const FrameTotals> frame_totals() const;

  /// What is known of each frame in scan order; empty where the file does not say: all are okay.
  /// \throws DataError  it is damaged
  std::vector<FrameStatus> frame_status() const;

  /// Events of frames in scan order.
  ///
  /// Count is std::uint32_t, std::uint64_t, std::int64_t, float or double. For integer Count the values are counts in
  /// units of the dataset's quantum where it has one (2×2-averaged counts are multiples of 0.25), see `quantum`.
  /// \throws UsageError  range outside the scan; 2^31 events or more; a value that Count cannot hold exactly
  /// \throws DataError   a damaged chunk, named
  template <class Count>
  Events<Count> events(FrameRange range) const;
  template <class Count>
  Events<Count> events(const ScanRegion& region) const;

  /// Dense frames into `out`, C order (frame, det_y, det_x), native byte order. The region's frames follow row by row.
  void frames(FrameRange range, std::span<std::byte> out) const;
  void frames(const ScanRegion& region, std::span<std::byte> out) const;

  /// The stored bytes of chunk `i`, checked for belonging there (magic, dataset, position), not for checksum.
  /// \throws DataError
  std::vector<std::byte> chunk(std::uint64_t i) const;

  /// The threshold parameters the file records, maps included.
  std::optional<ThresholdOptions> threshold() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace esieve
