// SPDX-License-Identifier: Apache-2.0
//
// Writes an event file: HDF5 that is a dense 4-D dataset to every program and an event list to us.
//
// Layout: docs/format/container.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "esieve/codec.hpp"
#include "esieve/events.hpp"
#include "esieve/export.hpp"
#include "esieve/frame_status.hpp"
#include "esieve/shape.hpp"
#include "esieve/source.hpp"
#include "esieve/threshold.hpp"

namespace esieve {

/// What the stored frames are equal to. Written into the file.
enum class Fidelity : std::uint8_t {
  lossless,    ///< The source's frames, bit for bit.
  thresholded  ///< The source's frames after the recorded thresholding.
};

/// The axis of the scan that has no length before the file is complete.
enum class Growing : std::uint8_t { no, scan_y, scan_x };

struct ContainerOptions {
  Level level = Level::standard;
  std::uint32_t frames_per_chunk = 0;           ///< 0: chosen by level and frame size.
  std::optional<double> lit_share{};            ///< Of pixels, where somebody has looked: level fast chooses its chunks by it.
  bool overwrite = false;                       ///< Replace an existing file.
  bool durable = true;                          ///< The bytes are on the disk when `close` returns.
  std::optional<ThresholdOptions> threshold{};  ///< Recorded; the frames given must already be thresholded.
  bool all_parts = false;                       ///< Also what small files otherwise go without: EMD, mean pattern, ...
  std::optional<double> floor_bits{};           ///< Known entropy floor of simulated data, recorded.

  // Of recordings.
  std::optional<std::uint64_t> dataset_id{};  ///< Of chunks that were encoded before; nothing: a new one.
  Growing growing = Growing::no;
  bool frame_status = false;               ///< Keep the status of every frame.
  std::filesystem::path temporary_path{};  ///< Where the file grows; empty: "PATH.partial".
};

/// Frames of a chunk: `n_frames` as HDF5 chunk (scan_rows, scan_columns, det_y, det_x).
struct ESIEVE_API ChunkGrid {
  std::uint64_t scan_rows = 1, scan_columns = 1;
  std::uint64_t n_chunks_y = 0, n_chunks_x = 0;
  std::uint64_t n_chunks() const { return n_chunks_y * n_chunks_x; }
  /// Frames of chunk `i`: always one run in scan order.
  FrameRange frames(std::uint64_t i, ScanShape scan) const;
  /// The chunk that holds frame `frame`.
  std::uint64_t chunk_of(std::uint64_t frame, ScanShape scan) const;
  /// The grid of as many such chunks as `scan` needs.
  ChunkGrid covering(ScanShape scan) const;
};

/// The chunking `ContainerOptions` lead to: parts of one scan row, or several whole rows.
ESIEVE_API ChunkGrid choose_chunk_grid(ScanShape scan, std::uint64_t frame_bytes, const ContainerOptions& options,
                                       std::uint64_t frames_per_position = 1);

/// The longest scan that `scan` can grow to.
ESIEVE_API ScanShape longest(ScanShape scan, Growing growing);

/// What is recorded of the frames of one chunk beside the chunk: one entry a frame, but for the pattern.
struct ChunkAccount {
  std::span<const FrameTotals> totals;
  std::span<const std::uint64_t> hashes;         ///< XXH3-64 of each frame's dense little-endian bytes.
  std::span<const double> pattern_sum;           ///< Sum of the chunk's frames per bin of pattern_bins(detector); or empty.
  std::span<const DroppedFrame> dropped{};       ///< Where thresholded, else empty.
  std::span<const FrameStatus> status{};         ///< Empty: all okay.
  std::span<const PixelValue> pattern_values{};  ///< Instead of `pattern_sum`: all values that are not zero.
};

/// Receives encoded chunks and finishes the file. Written to "PATH.partial", renamed by `close`.
///
/// Used by one thread at a time, but for `sync` and `mean_pattern`.
class ESIEVE_API ContainerWriter {
 public:
  /// Creates the file; `info` describes the dense dataset and its metadata.
  /// \throws UsageError  the output exists and `overwrite` is not set
  /// \throws IoError
  ContainerWriter(const std::filesystem::path& path, const SourceInfo& info, const ContainerOptions& options);

  /// Removes the partial file unless `close` succeeded.
  ~ContainerWriter();
  ContainerWriter(const ContainerWriter&) = delete;
  ContainerWriter& operator=(const ContainerWriter&) = delete;

  const ChunkParameters& parameters() const;
  /// While the scan grows, that of the longest scan there can be.
  const ChunkGrid& grid() const;

  /// Writes chunk `i` of the grid, in any order, each once.
  ///
  /// \param chunk  from ChunkCodec::encode with `parameters()` and the chunk's first frame
  /// \throws IoError  the file is then abandoned
  void write(std::uint64_t i, std::span<const std::byte> chunk, const ChunkAccount& account);

  /// Where chunk `i` lies in the file, and its length; 0 if it was not written.
  struct Place {
    std::uint64_t address = 0;
    std::uint64_t size = 0;
  };
  Place place(std::uint64_t i) const;

  /// Mean of the frames written so far, (det_y, det_x); of detectors of more than 1024 pixels a side, of bins of pixels. May run
  /// beside the other members.
  std::vector<double> mean_pattern() const;

  /// Takes disk space ahead of the file's end, so that `bytes` more can be written and the file completed whatever else
  /// fills the disk. \returns false if the disk has not so much
  bool reserve(std::uint64_t bytes);

  /// Brings what was written to the disk. May run beside the other members. \throws IoError
  void sync();

  /// Writes index, previews and digest, makes the file durable and gives it its name. Chunks that were not written have no
  /// frames; only writers that keep the frames' status may leave any out.
  /// \param scan  the final shape, where the file was growing
  /// \throws IoError
  void close(std::optional<ScanShape> scan = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Digest of dense content: XXH3-128 of the frames' XXH3-64 hashes in scan order (little endian), as 32 hex digits.
/// Independent of chunking and codec: `xxhash.xxh3_128(b"".join(xxhash.xxh3_64(f.tobytes()).digest()[::-1] ...))`.
ESIEVE_API std::string dense_digest(std::span<const std::uint64_t> frame_hashes);

}  // namespace esieve
