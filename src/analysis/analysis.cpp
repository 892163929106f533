// SPDX-License-Identifier: Apache-2.0
//
// Two passes over chunks do it all: frames times a matrix of weights (a sparse product, one row a frame), and the sum of frames.
#include "esieve/analysis.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <limits>
#include <mutex>
#include <string>

#include "analysis/chunk_values.hpp"
#include "base/progress_meter.hpp"
#include "esieve/error.hpp"
#include "parallel/parallel.hpp"
#include "reader/selection.hpp"

namespace esieve {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The frames asked for.
class Work {
 public:
  Work(const Reader& of, const AnalysisOptions& options) : reader(of), threads(options.threads), meter_(options.progress, 0) {
    const FileInfo& info = reader.info();
    selection = options.region ? select(info.grid, info.scan, *options.region)
                               : select(info.grid, info.scan, FrameRange{0, info.scan.n_frames()});
    meter_ = ProgressMeter(options.progress, n_frames());
  }

  std::uint64_t n_frames() const { return selection.scan_indices.size(); }

  /// Decodes a chunk and counts what is wanted of it as done.
  void decode(const ChunkPieces& wanted, ChunkValues& values) {
    values.decode(reader, wanted.chunk);
    std::uint64_t n = 0;
    for (const Piece& piece : wanted.pieces) n += piece.count;
    const std::lock_guard guard(mutex_);
    meter_.add(n, n * reader.info().frame_bytes(), 0);
  }

  const Reader& reader;
  int threads;
  Selection selection;

 private:
  std::mutex mutex_;
  ProgressMeter meter_;
};

/// Chunks [first, end) of a selection, which one thread handles in turn.
struct Group {
  std::size_t first = 0, end = 0;
};

/// Groups of about `frames` frames. They depend on the file alone, so that sums do not depend on the threads.
std::vector<Group> group_chunks(const Work& work, std::uint64_t frames) {
  const std::uint64_t per_chunk = std::max<std::uint64_t>(1, work.reader.info().chunk_parameters.n_frames);
  const std::size_t step = std::max<std::uint64_t>(1, frames / per_chunk), n = work.selection.chunks.size();
  std::vector<Group> groups;
  for (std::size_t first = 0; first < n; first += step) groups.push_back({first, std::min(first + step, n)});
  return groups;
}

/// \param n_weights   of a pixel: K, unless that is Eigen::Dynamic
/// \param weights_of  gives the column of a pixel's weights
/// \returns a column for each frame: the sum of value × weights over its events
template <int K, class WeightsOf>
Eigen::Matrix<double, K, Eigen::Dynamic> project(Work& work, Eigen::Index n_weights, const WeightsOf& weights_of) {
  using Columns = Eigen::Matrix<double, K, Eigen::Dynamic>;
  Columns result = Columns::Zero(n_weights, static_cast<Eigen::Index>(work.n_frames()));
  const std::vector<Group> groups = group_chunks(work, 64);
  parallel_for(groups.size(), work.threads, [&](std::size_t i) {
    ChunkValues values;
    Eigen::Matrix<double, K, 1> sum = Eigen::Matrix<double, K, 1>::Zero(n_weights);
    Eigen::Index at = -1;  // the frame that `sum` belongs to
    const auto begin = [&](std::uint64_t frame) {
      if (at >= 0) result.col(at) += sum;
      at = static_cast<Eigen::Index>(frame);
      sum.setZero();
    };
    for (std::size_t chunk = groups[i].first; chunk < groups[i].end; ++chunk) {
      const ChunkPieces& wanted = work.selection.chunks[chunk];
      work.decode(wanted, values);
      if (values.are_counts())
        values.for_each(wanted.pieces, begin, [&](std::uint32_t pixel, double value) { sum += value * weights_of(pixel); });
      else  // infinity times a weight of 0 must not count
        values.for_each(wanted.pieces, begin, [&](std::uint32_t pixel, double value) {
          const Eigen::Matrix<double, K, 1> column = weights_of(pixel);
          sum += (column.array() != 0).select(value * column, 0);
        });
    }
    if (at >= 0) result.col(at) += sum;
  });
  return result;
}

/// Which frames of a selection are no data; empty if all are.
std::vector<bool> missing_frames(const Reader& reader, const Selection& selection) {
  const std::vector<FrameStatus> status = reader.frame_status();
  if (status.empty()) return {};
  std::vector<bool> missing;
  for (const std::uint64_t index : selection.scan_indices) missing.push_back(!is_data(status[index]));
  return missing;
}

void check_size(std::size_t n, const FileInfo& info, std::size_t unit) {
  if (n == 0 || n % unit != 0)
    throw UsageError("there are " + std::to_string(n) + " weights (the detector is (" + std::to_string(info.detector.det_y) +
                     ", " + std::to_string(info.detector.det_x) + ")); give one for each pixel");
}

}  // namespace

std::vector<double> virtual_image(const Reader& events, std::span<const double> weights, const AnalysisOptions& options) {
  const std::uint64_t n_pixels = events.info().detector.n_pixels();
  check_size(weights.size(), events.info(), n_pixels);
  Work work(events, options);
  using Images = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto n_images = static_cast<Eigen::Index>(weights.size() / n_pixels);
  const Eigen::Map<const Images> by_image(weights.data(), n_images, static_cast<Eigen::Index>(n_pixels));
  std::vector<double> result(static_cast<std::size_t>(n_images) * work.n_frames());
  Eigen::Map<Images> images(result.data(), n_images, static_cast<Eigen::Index>(work.n_frames()));
  if (n_images == 1) {
    images = project<1>(work, 1, [&](std::uint32_t pixel) { return Eigen::Matrix<double, 1, 1>(weights[pixel]); });
  } else {
    const Eigen::MatrixXd by_pixel = by_image;
    images = project<Eigen::Dynamic>(work, n_images, [&](std::uint32_t pixel) { return by_pixel.col(pixel); });
  }
  const std::vector<bool> missing = missing_frames(events, work.selection);
  for (std::size_t frame = 0; frame < missing.size(); ++frame)
    if (missing[frame]) images.col(static_cast<Eigen::Index>(frame)).setConstant(nan);
  return result;
}

std::vector<double> scan_image(const Reader& events, const AnalysisOptions& options) {
  if (!events.info().has_frame_index)
    return virtual_image(events, std::vector<double>(events.info().detector.n_pixels(), 1), options);
  const Work work(events, options);
  const std::span totals = events.frame_totals();
  std::vector<double> image;
  image.reserve(work.n_frames());
  for (const std::uint64_t index : work.selection.scan_indices) image.push_back(totals[index].electrons);
  const std::vector<bool> missing = missing_frames(events, work.selection);
  for (std::size_t frame = 0; frame < missing.size(); ++frame)
    if (missing[frame]) image[frame] = nan;
  return image;
}

std::vector<double> mean_pattern(const Reader& events, const AnalysisOptions& options) {
  Work work(events, options);
  const auto n_pixels = static_cast<Eigen::Index>(events.info().detector.n_pixels());
  // A group's sum costs a pass over the detector, so it should be worth it; and sums under way take memory.
  constexpr std::uint64_t frames_per_group = 512, bytes_under_way = std::uint64_t{256} << 20;
  const std::vector<Group> groups = group_chunks(work, frames_per_group);
  const auto sum_bytes = static_cast<std::uint64_t>(n_pixels) * sizeof(double);
  const std::size_t n_slots =
      std::clamp<std::uint64_t>(bytes_under_way / sum_bytes, 1, static_cast<std::uint64_t>(resolve_threads(work.threads)) + 1);
  std::vector<Eigen::ArrayXd> sums(n_slots);
  std::vector<ChunkValues> values(n_slots);
  std::vector<double> result(events.info().detector.n_pixels());
  Eigen::Map<Eigen::ArrayXd> total(result.data(), n_pixels);
  ordered_pipeline(
      groups.size(), work.threads, n_slots,
      [&](std::uint64_t i, std::size_t slot) {
        Eigen::ArrayXd& sum = sums[slot];
        sum.setZero(n_pixels);
        for (std::size_t chunk = groups[i].first; chunk < groups[i].end; ++chunk) {
          const ChunkPieces& wanted = work.selection.chunks[chunk];
          work.decode(wanted, values[slot]);
          values[slot].for_each(
              wanted.pieces, [](std::uint64_t) {}, [&](std::uint32_t pixel, double value) { sum[pixel] += value; });
        }
      },
      [&](std::uint64_t, std::size_t slot) { total += sums[slot]; });
  const std::vector<bool> missing = missing_frames(events, work.selection);
  const auto n_data = work.n_frames() - static_cast<std::uint64_t>(std::ranges::count(missing, true));
  total /= static_cast<double>(n_data);  // 0 / 0 is NaN
  return result;
}

std::vector<std::array<double, 2>> center_of_mass(const Reader& events, std::span<const double> weights,
                                                  const AnalysisOptions& options) {
  const DetectorShape detector = events.info().detector;
  if (!weights.empty() && weights.size() != detector.n_pixels()) check_size(0, events.info(), detector.n_pixels());
  Work work(events, options);
  const auto sums = project<3>(work, 3, [&](std::uint32_t pixel) {
    const double weight = weights.empty() ? 1 : weights[pixel];
    const std::uint32_t y = pixel / detector.det_x, x = pixel - y * detector.det_x;
    return Eigen::Vector3d(weight, weight * y, weight * x);
  });
  std::vector<std::array<double, 2>> result(work.n_frames());
  for (std::size_t frame = 0; frame < result.size(); ++frame) {
    const auto sum = sums.col(static_cast<Eigen::Index>(frame));
    result[frame] = sum[0] == 0 ? std::array{nan, nan} : std::array{sum[1] / sum[0], sum[2] / sum[0]};
  }
  return result;
}

}  // namespace esieve
