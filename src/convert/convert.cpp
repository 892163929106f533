// SPDX-License-Identifier: Apache-2.0
#include "esieve/convert.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <vector>

#include "codec/chunk/totals.hpp"
#include "container/chunk_encoder.hpp"
#include "esieve/error.hpp"
#include "parallel/parallel.hpp"
#include "parallel/pool.hpp"

namespace esieve {
namespace {

/// One chunk on its way from the source to the file.
struct Item {
  std::vector<std::byte> dense;
  EncodedChunk encoded;
};

/// The threshold options, if they do anything.
std::optional<ThresholdOptions> recorded(const ThresholdOptions& options) {
  return options.active() ? std::optional(options) : std::nullopt;
}

class Conversion {
 public:
  Conversion(const Source& source, const std::filesystem::path& output, const ConvertOptions& options)
      : source_(source), options_(options) {
    if (options.threshold.active()) threshold_.emplace(options.threshold, source.info().detector, source.info().dtype);
    writer_.emplace(output, source.info(),
                    ContainerOptions{.level = options.level,
                                     .frames_per_chunk = options.frames_per_chunk,
                                     .lit_share = lit_share(),
                                     .overwrite = options.overwrite,
                                     .durable = options.durable,
                                     .threshold = recorded(options.threshold),
                                     .floor_bits = known_floor()});
  }

  void run() {
    const ChunkGrid& grid = writer_->grid();
    const int threads = resolve_threads(options_.threads);
    const std::size_t n_slots = chunks_under_way(writer_->parameters().dense_bytes(), threads);
    items_.resize(n_slots);
    ordered_pipeline(
        grid.n_chunks(), threads, n_slots, [&](std::uint64_t i, std::size_t slot) { encode(i, items_[slot]); },
        [&](std::uint64_t i, std::size_t slot) { store(i, items_[slot]); });
    writer_->close();
    report(/*last=*/true);
  }

 private:
  /// Simulated data say in their metadata what they could cost at least. A threshold makes other data of them.
  std::optional<double> known_floor() const {
    if (threshold_) return std::nullopt;
    return source_.info().floor_bits;
  }

  /// Judged by one frame, in the middle of the scan, where it matters. What a threshold leaves is not worth making it twice.
  std::optional<double> lit_share() const {
    if (options_.level != Level::fast || options_.frames_per_chunk != 0 || threshold_) return std::nullopt;
    const SourceInfo& info = source_.info();
    const FrameRange middle{info.scan.n_frames() / 2, 1};
    std::vector<std::byte> frame;
    auto dense = source_.view(middle);
    if (!dense) {
      frame.resize(info.frame_bytes());
      source_.read(middle, frame);
      dense = frame;
    }
    FrameTotals totals;
    codec::frame_totals(*dense, info.dtype, info.detector.n_pixels(), {&totals, 1});
    return static_cast<double>(totals.n_events) / static_cast<double>(info.detector.n_pixels());
  }

  void encode(std::uint64_t i, Item& item) {
    Pool<ChunkEncoder>::Lease encoder(encoders_, source_.info(), writer_->parameters(), threshold_ ? &*threshold_ : nullptr);
    const FrameRange frames = writer_->grid().frames(i, source_.info().scan);
    const auto view = threshold_ ? std::nullopt : source_.view(frames);
    if (!view) {
      item.dense.resize(frames.count * source_.info().frame_bytes());
      source_.read(frames, item.dense);
      encoder->prepare(item.dense, item.encoded);
    }
    encoder->encode(view ? *view : item.dense, frames.first, item.encoded);
  }

  void store(std::uint64_t i, const Item& item) {
    const EncodedChunk& encoded = item.encoded;
    writer_->write(i, encoded.bytes, encoded.account());
    progress_.frames_done += encoded.totals.size();
    progress_.dense_bytes_done += encoded.totals.size() * source_.info().frame_bytes();
    progress_.stored_bytes_done += encoded.bytes.size();
    report(/*last=*/false);
  }

  void report(bool last) {
    if (!options_.progress) return;
    const auto now = std::chrono::steady_clock::now();
    if (!last && now - reported_ < std::chrono::milliseconds(100)) return;
    reported_ = now;
    progress_.frames_total = source_.info().scan.n_frames();
    if (options_.progress(progress_) == Continue::stop && !last)
      throw Interrupted("interrupted; nothing was left under the output's name");
  }

  const Source& source_;
  const ConvertOptions& options_;
  std::optional<Threshold> threshold_;
  std::optional<ContainerWriter> writer_;
  std::vector<Item> items_;
  Pool<ChunkEncoder> encoders_;  ///< Not of the items: fewer encode than are under way.
  Progress progress_;
  std::chrono::steady_clock::time_point reported_;
};

}  // namespace

void convert(const Source& source, const std::filesystem::path& output, const ConvertOptions& options) {
  if (source.info().scan.n_frames() == 0 || source.info().detector.n_pixels() == 0)
    throw UsageError(source.info().path.string() + " has no frames (one of its axes has length 0)");
  std::error_code error;
  if (std::filesystem::equivalent(source.info().path, output, error))
    throw UsageError(output.string() + " is the source itself; give the output another name");
  Conversion(source, output, options).run();
}

}  // namespace esieve
