// SPDX-License-Identifier: Apache-2.0
//
// What is known of a recording while it runs: images and figures.
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "esieve/writer.hpp"
#include "record/encode_block.hpp"

namespace esieve {

/// Any number of threads may use it.
class Monitor {
 public:
  Monitor(ScanShape scan, Growing growing, DetectorShape detector, DType dtype);

  /// Keeps a copy now and then; the frame is one that was pushed.
  void see_frame(std::span<const std::byte> frame);
  void add(const EncodedBlock& block);

  /// All but the mean pattern and what `stats` says.
  Snapshot snapshot() const;

  /// Fills in the rates.
  void rate(WriterStats& stats);

  std::atomic<std::uint64_t> n_pushed = 0, n_flyback = 0, n_dropped = 0, dense_bytes = 0;
  std::atomic<std::uint64_t> n_stored = 0, n_durable = 0, n_events = 0, stored_bytes = 0;

 private:
  const ScanShape scan_;  ///< Rows are 0 where they grow.
  const Growing growing_;
  const DetectorShape detector_;
  const DType dtype_;
  mutable std::mutex images_mutex_;
  std::vector<double> scan_image_;
  std::vector<std::uint8_t> status_;
  mutable std::mutex frame_mutex_;
  std::vector<std::byte> last_frame_;
  Clock::time_point next_look_ = Clock::now();
  std::mutex rate_mutex_;
  Clock::time_point started_ = Clock::now(), sampled_ = started_;
  WriterStats sample_;
};

/// Writes `snapshot` as NumPy .npz, which appears complete: scan_image, frame_status, mean_pattern, last_frame, and stats as
/// named figures.
void write_snapshot(const std::filesystem::path& path, const Snapshot& snapshot);

}  // namespace esieve
