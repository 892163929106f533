// SPDX-License-Identifier: Apache-2.0
#include "record/monitor.hpp"

#include <algorithm>
#include <cstring>

#include "extract/npz_writer.hpp"
#include "record/snapshot_figures.hpp"

namespace esieve {
namespace {

constexpr std::chrono::milliseconds look_interval{100};

}  // namespace

Monitor::Monitor(ScanShape scan, Growing growing, DetectorShape detector, DType dtype)
    : scan_(scan), growing_(growing), detector_(detector), dtype_(dtype), last_frame_(detector.n_pixels() * item_bytes(dtype)) {
  if (growing == Growing::no) {
    scan_image_.resize(scan.n_frames());
    status_.resize(scan.n_frames());
  }
}

void Monitor::see_frame(std::span<const std::byte> frame) {
  const std::unique_lock lock(frame_mutex_, std::try_to_lock);
  if (!lock) return;
  const auto now = Clock::now();
  if (now < next_look_) return;
  next_look_ = now + look_interval;
  std::memcpy(last_frame_.data(), frame.data(), last_frame_.size());
}

void Monitor::add(const EncodedBlock& block) {
  const std::lock_guard lock(images_mutex_);
  if (block.frames.end() > scan_image_.size()) {
    const std::uint64_t row = growing_ == Growing::scan_y ? scan_.scan_x : 1;
    const std::uint64_t n = (block.frames.end() + row - 1) / row * row;
    scan_image_.resize(n);
    status_.resize(n);
  }
  for (std::uint64_t i = 0; i < block.frames.count; ++i) {
    scan_image_[block.frames.first + i] = block.totals[i].electrons;
    status_[block.frames.first + i] = static_cast<std::uint8_t>(block.status[i]);
    n_events += block.totals[i].n_events;
    if (block.status[i] != FrameStatus::missing) ++n_stored;
  }
  stored_bytes += block.bytes.size();
}

Snapshot Monitor::snapshot() const {
  Snapshot result;
  result.detector = detector_;
  {
    const std::lock_guard lock(images_mutex_);
    result.scan_image = scan_image_;
    result.frame_status = status_;
  }
  const std::uint64_t n = result.scan_image.size();
  result.scan =
      growing_ == Growing::scan_x ? ScanShape{1, n} : ScanShape{n / std::max<std::uint64_t>(1, scan_.scan_x), scan_.scan_x};
  result.last_frame.resize(detector_.n_pixels());
  const std::lock_guard lock(frame_mutex_);
  visit_dtype(dtype_, [&]<class T>(T) {
    const T* values = reinterpret_cast<const T*>(last_frame_.data());
    std::transform(values, values + result.last_frame.size(), result.last_frame.begin(),
                   [](T value) { return static_cast<double>(value); });
  });
  return result;
}

void Monitor::rate(WriterStats& stats) {
  const std::lock_guard lock(rate_mutex_);
  const auto now = Clock::now();
  const auto seconds_since = [&](Clock::time_point then) { return std::chrono::duration<double>(now - then).count(); };
  stats.elapsed_s = seconds_since(started_);
  const double seconds = seconds_since(sampled_);
  if (seconds >= 0.1) {
    const auto rate = [&](std::uint64_t after, std::uint64_t before) {
      return after > before ? static_cast<double>(after - before) / seconds : 0;  // a refused frame is taken out again
    };
    WriterStats sample = stats;
    sample.frames_per_s = rate(stats.n_pushed, sample_.n_pushed);
    sample.in_bytes_per_s = rate(stats.dense_bytes, sample_.dense_bytes);
    sample.out_bytes_per_s = rate(stats.stored_bytes, sample_.stored_bytes);
    sample.events_per_s = rate(stats.n_events, sample_.n_events);
    sample_ = sample;
    sampled_ = now;
  }
  stats.frames_per_s = sample_.frames_per_s;
  stats.in_bytes_per_s = sample_.in_bytes_per_s;
  stats.out_bytes_per_s = sample_.out_bytes_per_s;
  stats.events_per_s = sample_.events_per_s;
}

void write_snapshot(const std::filesystem::path& path, const Snapshot& snapshot) {
  const auto bytes = [](const auto& values) { return std::as_bytes(std::span(values)); };
  const std::vector<std::uint64_t> scan = {snapshot.scan.scan_y, snapshot.scan.scan_x};
  const std::vector<std::uint64_t> detector = {snapshot.detector.det_y, snapshot.detector.det_x};
  std::vector<NpzArray> arrays = {{"scan_image", DType::f64, bytes(snapshot.scan_image), scan},
                                  {"frame_status", DType::u8, bytes(snapshot.frame_status), scan},
                                  {"mean_pattern", DType::f64, bytes(snapshot.mean_pattern), detector},
                                  {"last_frame", DType::f64, bytes(snapshot.last_frame), detector}};
  std::vector<double> values;
  values.reserve(snapshot_figures.size());
  for (const auto& [name, figure] : snapshot_figures)
    values.push_back(std::visit([&](auto member) { return static_cast<double>(snapshot.stats.*member); }, figure));
  for (std::size_t i = 0; i < values.size(); ++i)
    arrays.push_back(
        {snapshot_figures[i].first, DType::f64, bytes(std::span(values).subspan(i, 1)), std::vector<std::uint64_t>()});
  write_npz(path, arrays, ZipMembers::stored);
}

}  // namespace esieve
