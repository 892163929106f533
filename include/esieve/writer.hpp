// SPDX-License-Identifier: Apache-2.0
//
// Records a scan while the microscope scans: frames, events or hits in, an event file out, nothing dense in between.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "esieve/codec.hpp"
#include "esieve/dtype.hpp"
#include "esieve/export.hpp"
#include "esieve/frame_status.hpp"
#include "esieve/scan_geometry.hpp"
#include "esieve/shape.hpp"
#include "esieve/source.hpp"
#include "esieve/threshold.hpp"

namespace esieve {

/// What `push` does while the queue is full.
enum class WhenFull : std::uint8_t {
  block,  ///< Waits, at most `WriterOptions::block_timeout`.
  drop,   ///< Drops the frame, which is counted and marked.
  spill,  ///< Puts frames raw into a file beside the output, from where they are encoded when there is time.
};

/// What happens to a second frame of a scan position.
enum class WhenRepeated : std::uint8_t {
  error,  ///< UsageError
  sum,    ///< Counts are added. Sums that the element type cannot hold are an error.
  keep,   ///< Kept on an axis of their own, `ScanGeometry::frames_per_position` long.
};

/// A rectangle of the detector.
struct DetectorRegion {
  std::uint32_t first_y = 0, n_y = 0;
  std::uint32_t first_x = 0, n_x = 0;
};

struct WriterOptions {
  ScanGeometry scan;
  DetectorShape detector;              ///< Of frames as they are pushed.
  std::optional<DetectorRegion> crop;  ///< What of them is kept.
  DType dtype = DType::u16;
  Level level = Level::fast;
  std::uint32_t frames_per_chunk = 0;  ///< 0: chosen by level and frame size.
  ThresholdOptions threshold;          ///< Of cropped frames. Inactive: lossless.
  WhenRepeated when_repeated = WhenRepeated::error;

  std::array<Axis, 4> axes = {Axis{.name = "scan_y"}, Axis{.name = "scan_x"}, Axis{.name = "det_y"}, Axis{.name = "det_x"}};
  std::string title;
  std::string units = "counts";
  std::string metadata_json = "{}";  ///< A JSON object, kept as it is.

  bool overwrite = false;                                ///< Replace an existing file when the recording is complete.
  int threads = 0;                                       ///< That encode, at low priority. 0: as many as the machine has.
  std::uint64_t queue_bytes = std::uint64_t{256} << 20;  ///< Room for so much of dense frames; at least two chunks.
  WhenFull when_full = WhenFull::block;
  std::chrono::milliseconds block_timeout{10'000};
  /// Called ten times a second by a push that waits for room, in its thread. May throw, which ends the push: its frame is
  /// not in the recording, which goes on.
  std::function<void()> while_blocked;
  std::uint64_t spill_bytes = std::uint64_t{8} << 30;   ///< Most bytes waiting in the spill file.
  std::chrono::milliseconds flush_interval{1'000};      ///< 0: only `flush` does.
  std::uint64_t flush_bytes = std::uint64_t{64} << 20;  ///< Of chunks written since the last flush.
  std::chrono::milliseconds snapshot_interval{1'000};   ///< Of the snapshot file for other processes; 0: none.
  double dwell_us = 0;                                  ///< For `push_hits` by time: how long the beam stays at a position.
};

/// Where a frame belongs, if not simply behind the last one, and what is known of it.
struct Placement {
  std::optional<std::uint64_t> scan_index;  ///< scan_y * n_scan_x + scan_x; nothing: the next in the order of the geometry.
  bool partial = false;
};

/// Account of a recording at one moment. Rates are means since the one before, at least 0.1 s earlier.
struct WriterStats {
  std::uint64_t n_pushed = 0;      ///< Frames handed in, flyback included.
  std::uint64_t n_flyback = 0;     ///< Of these, outside the scan by its geometry, and left out.
  std::uint64_t n_stored = 0;      ///< Encoded and written.
  std::uint64_t n_durable = 0;     ///< Safe even if power fails now.
  std::uint64_t n_dropped = 0;     ///< Lost, by the camera or by a full queue.
  std::uint64_t n_spilled = 0;     ///< Waiting in the spill file.
  std::uint64_t n_events = 0;      ///< In what is stored.
  std::uint64_t dense_bytes = 0;   ///< Handed in.
  std::uint64_t stored_bytes = 0;  ///< Chunks written.
  std::uint64_t queue_bytes = 0;   ///< Of the room for frames, what is in use.
  std::uint64_t queue_capacity_bytes = 0;
  double frames_per_s = 0, in_bytes_per_s = 0, out_bytes_per_s = 0, events_per_s = 0;
  double lag_s = 0;  ///< Age of the oldest frame that is not yet stored.
  double elapsed_s = 0;
  std::uint64_t n_frames_expected = 0;  ///< 0 where the scan's length is not known.
};

/// A look at a recording while it runs.
struct Snapshot {
  ScanShape scan;  ///< As far as it is known; grows where the length is unknown.
  DetectorShape detector;
  std::vector<double> scan_image;          ///< (scan_y, scan_x), sum of each frame that is stored.
  std::vector<std::uint8_t> frame_status;  ///< (scan_y, scan_x), FrameStatus
  std::vector<double> mean_pattern;        ///< (det_y, det_x), mean of frames stored; see ContainerWriter::mean_pattern.
  std::vector<double> last_frame;          ///< (det_y, det_x), one of the last frames pushed, before any threshold.
  WriterStats stats;
};

/// Records one event file. Frames go through a bounded queue to threads that encode, and to one that writes; `push` takes what is
/// in the frame and returns. While it runs everything lies in the folder "PATH.recording"; `close` makes the file PATH of it, the
/// same that `convert` makes of the same frames. If the process dies, `esieve recover PATH.recording OUT` makes a file of what is
/// there: nothing that was flushed is lost.
///
/// Any number of threads may call any member. After an error of the disk every call throws it again, `close` too: nothing has the
/// name PATH then, and what was stored stays in "PATH.recording".
class ESIEVE_API Writer {
 public:
  /// \throws UsageError  options that do not fit each other; the output exists; somebody records it or did and was killed
  /// \throws IoError
  Writer(const std::filesystem::path& path, const WriterOptions& options);

  /// Closes, if that was not done; errors are lost then.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// One dense frame, or with `push_frames` several that follow one another: C order (frame, det_y, det_x), native byte order.
  /// \throws UsageError  wrong size; outside the scan; position filled before. The frame is then not part of the recording
  /// \throws IoError     the disk; or the queue stayed full for `block_timeout`
  void push(std::span<const std::byte> frame, const Placement& at = {});
  void push_frames(std::span<const std::byte> frames, const Placement& at = {});

  /// Events of one frame: pixels (det_y * n_det_x + det_x) in any order, once each, and their counts, which the element type
  /// must hold.
  void push_events(std::span<const std::uint32_t> pixels, std::span<const std::uint32_t> counts, const Placement& at = {});

  /// Events of frames that follow one another: those of frame i are [offsets[i], offsets[i + 1]).
  void push_csr(std::span<const std::int64_t> offsets, std::span<const std::uint32_t> pixels,
                std::span<const std::uint32_t> counts, const Placement& at = {});

  /// Single hits, each one count at a pixel. `frames` are camera frame numbers from the start of the recording that never
  /// decrease by more than a block; a frame is complete when a hit of a frame 2 later arrives, or by `finish_hits`.
  void push_hits(std::span<const std::uint64_t> frames, std::span<const std::uint16_t> x, std::span<const std::uint16_t> y);
  /// The same by time since the start in microseconds; the frame is time / dwell_us.
  void push_timed_hits(std::span<const double> times_us, std::span<const std::uint16_t> x, std::span<const std::uint16_t> y);
  void finish_hits();

  /// The camera lost the next `n_frames` frames.
  void drop(std::uint64_t n_frames = 1, const Placement& at = {});

  /// Returns when everything pushed so far is stored and on the disk. \throws IoError
  void flush();

  WriterStats stats() const;
  Snapshot snapshot() const;

  /// Stores what was pushed and completes the file. A scan that ended early keeps its shape; frames never received are marked.
  /// \returns the account. \throws IoError  "PATH.recording" is then left for `esieve recover`
  WriterStats close();

  const std::filesystem::path& path() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace esieve
