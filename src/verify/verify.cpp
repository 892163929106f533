// SPDX-License-Identifier: Apache-2.0
#include "esieve/verify.hpp"

#include <algorithm>
#include <cmath>

#include "base/progress_meter.hpp"
#include "esieve/error.hpp"
#include "esieve/threshold.hpp"
#include "parallel/parallel.hpp"
#include "verify/check_chunk.hpp"
#include "verify/compare_frames.hpp"

namespace esieve {
namespace {

/// Memory of the chunks under way, all threads together.
constexpr std::uint64_t bytes_under_way = std::uint64_t{256} << 20;

std::string shape_of(ScanShape scan, DetectorShape detector, DType dtype) {
  return "(" + std::to_string(scan.scan_y) + ", " + std::to_string(scan.scan_x) + ", " + std::to_string(detector.det_y) + ", " +
         std::to_string(detector.det_x) + ") " + std::string(dtype_name(dtype));
}

/// Empty if frame i of the one can be frame i of the other. A stack has no scan shape of its own: only the number of
/// its frames counts.
std::string compare_shapes(const FileInfo& file, const SourceInfo& source) {
  const bool is_stack = source.shape.size() < 4;
  const bool scans_agree = is_stack ? file.scan.n_frames() == source.scan.n_frames() : file.scan == source.scan;
  if (scans_agree && file.detector == source.detector && file.dtype == source.dtype) return "";
  return "the source is " + shape_of(source.scan, source.detector, source.dtype) + ", the file " +
         shape_of(file.scan, file.detector, file.dtype);
}

/// Most events in one chunk, by the index or by what the file says of itself.
std::uint64_t most_events(const FileInfo& info, std::span<const FrameTotals> totals) {
  if (totals.empty()) return info.n_events;
  std::uint64_t most = 0;
  for (std::uint64_t chunk = 0; chunk < info.grid.n_chunks(); ++chunk) {
    const FrameRange frames = info.grid.frames(chunk, info.scan);
    std::uint64_t n = 0;
    for (const FrameTotals& frame : totals.subspan(frames.first, frames.count)) n += frame.n_events;
    most = std::max(most, n);
  }
  return most;
}

class Verification {
 public:
  Verification(const Reader& events, const Source* source, const VerifyOptions& options)
      : events_(events), info_(events.info()), options_(options), meter_(options.progress, info_.scan.n_frames()) {
    result_.n_chunks = info_.grid.n_chunks();
    result_.fidelity = info_.fidelity;
    hashes_.reserve(info_.scan.n_frames());
    read_index();
    if (source == nullptr) return;
    result_.source_compared = true;
    result_.shape_mismatch = compare_shapes(info_, source->info());
    if (result_.shape_mismatch.empty()) source_ = source;
    if (info_.fidelity == Fidelity::thresholded) prepare_threshold();
  }

  VerifyResult run() {
    const int threads = resolve_threads(options_.threads);
    // The chunk as it is stored, as frames, once more in the decoder, as events with their values, and the source's frames.
    const std::uint64_t dense_bytes = info_.chunk_parameters.dense_bytes();
    const std::uint64_t item_bytes = dense_bytes * (source_ != nullptr ? 3 : 2) + most_events(info_, index_) * 16 +
                                     info_.chunk_bytes / std::max<std::uint64_t>(1, result_.n_chunks);
    const std::uint64_t n_slots = std::clamp<std::uint64_t>(bytes_under_way / std::max<std::uint64_t>(1, item_bytes), 1,
                                                            static_cast<std::uint64_t>(threads) + 1);
    items_.resize(n_slots);
    ordered_pipeline(
        result_.n_chunks, threads, n_slots, [&](std::uint64_t i, std::size_t slot) { check(i, items_[slot]); },
        [&](std::uint64_t i, std::size_t slot) { account(i, items_[slot]); });
    result_.n_events = sum_.n_events;
    result_.n_electrons = sum_.electrons;
    if (result_.damaged_chunks.empty()) check_whole();
    return std::move(result_);
  }

 private:
  void read_index() {
    if (!info_.has_frame_index) return;
    try {
      index_ = events_.frame_totals();
    } catch (const DataError& error) {
      result_.index_damage = error.what();
    }
  }

  struct Item {
    ChunkChecker checker;
    std::string damage;
    std::vector<std::byte> expected;
    std::vector<DroppedFrame> dropped;
    Comparison comparison;
  };

  void prepare_threshold() {
    std::optional<ThresholdOptions> options = events_.threshold();
    if (!options)
      throw DataError(info_.path.string() +
                      " does not say how its frames were thresholded (its record is damaged); "
                      "verify it without the source");
    threshold_.emplace(std::move(*options), info_.detector, info_.dtype);
  }

  void check(std::uint64_t chunk, Item& item) const {
    item.comparison = {};
    item.damage = item.checker.check(events_, chunk);
    if (!item.damage.empty() || source_ == nullptr) return;
    item.expected.resize(item.checker.dense().size());
    source_->read(item.checker.frames(), item.expected);
    if (threshold_) {
      item.dropped.assign(item.checker.frames().count, {});
      threshold_->apply(item.expected, item.expected, item.dropped);
    }
    item.comparison = compare_elements(item.expected, item.checker.dense(), info_.dtype);
  }

  void account(std::uint64_t chunk, const Item& item) {
    const FrameRange frames = item.checker.frames();
    if (item.damage.empty()) {
      add_totals(item.checker);
      add_comparison(item);
    } else {
      result_.damaged_chunks.push_back({.chunk = chunk, .frames = frames, .reason = item.damage});
    }
    meter_.add(frames.count, frames.count * info_.frame_bytes(), item.checker.stored_bytes());
  }

  void add_totals(const ChunkChecker& checker) {
    for (const CountedFrame& counted : checker.counted()) sum_ += counted;
    if (!index_.empty()) compare_totals(checker);
    result_.n_frames += checker.frames().count;
    hashes_.insert(hashes_.end(), checker.hashes().begin(), checker.hashes().end());
  }

  void compare_totals(const ChunkChecker& checker) {
    const auto stored = index_.subspan(checker.frames().first, checker.frames().count);
    for (std::size_t i = 0; i < stored.size(); ++i)
      if (!agrees(checker.counted()[i], stored[i].n_events, stored[i].electrons, info_.dtype)) ++result_.n_wrong_totals;
  }

  void add_comparison(const Item& item) {
    for (const DroppedFrame& frame : item.dropped) {
      if (frame.n_pixels == 0) continue;
      dropped_.maximum = dropped_.n_pixels == 0 ? frame.maximum : std::max(dropped_.maximum, frame.maximum);
      dropped_.n_pixels += frame.n_pixels;
      dropped_.intensity += frame.intensity;
    }
    result_.n_different += item.comparison.n_different;
    if (!item.comparison.first || result_.first_difference) return;
    const std::uint64_t at = *item.comparison.first;
    const std::uint64_t n_pixels = info_.detector.n_pixels();
    result_.first_difference = {.frame = item.checker.frames().first + at / n_pixels,
                                .pixel = static_cast<std::uint32_t>(at % n_pixels),
                                .expected = format_element(item.expected, at, info_.dtype),
                                .stored = format_element(item.checker.dense(), at, info_.dtype)};
  }

  /// What only all frames together can tell.
  void check_whole() {
    result_.digest = dense_digest(hashes_);
    result_.digest_checked = !info_.digest.empty();
    result_.digest_equal = result_.digest_checked && result_.digest == info_.digest;
    // Datasets that other programs wrote through the filter come without sums.
    if (!info_.container_version.empty()) result_.sums_equal = agrees(sum_, info_.n_events, info_.n_electrons, info_.dtype);
    if (threshold_ && source_ != nullptr && info_.dropped) {
      const double rounding = 1e-9 * std::abs(dropped_.intensity);
      result_.dropped_equal = dropped_.n_pixels == info_.dropped->n_pixels && dropped_.maximum == info_.dropped->maximum &&
                              !(std::abs(dropped_.intensity - info_.dropped->intensity) > rounding);
    }
  }

  const Reader& events_;
  const FileInfo& info_;
  const VerifyOptions& options_;
  const Source* source_ = nullptr;  ///< Null: not to be compared with.
  std::optional<Threshold> threshold_;
  std::span<const FrameTotals> index_;  ///< Empty: there is none, or none that can be read.
  ProgressMeter meter_;
  std::vector<Item> items_;
  std::vector<std::uint64_t> hashes_;
  CountedFrame sum_;
  DroppedFrame dropped_;
  VerifyResult result_;
};

}  // namespace

bool VerifyResult::okay() const {
  return damaged_chunks.empty() && index_damage.empty() && n_wrong_totals == 0 && sums_equal &&
         (!digest_checked || digest_equal) && shape_mismatch.empty() && n_different == 0 && dropped_equal;
}

VerifyResult verify(const Reader& events, const Source* source, const VerifyOptions& options) {
  return Verification(events, source, options).run();
}

}  // namespace esieve
