// SPDX-License-Identifier: Apache-2.0
//
// What the same frames cost in dense Blosc storage: written for real, through HDF5.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/progress_meter.hpp"
#include "esieve/error.hpp"
#include "esieve/report.hpp"
#include "report/blosc_file.hpp"
#include "report/dense_sample.hpp"

namespace esieve {
namespace {

struct Chunking {
  const char* name;
  std::array<std::uint64_t, 4> chunk;  ///< Clipped to the dataset; 0: the whole axis.
};

/// The chunk shapes of arXiv 2604.06221.
constexpr std::array<Chunking, 3> chunkings = {
    {{"real space", {32, 32, 256, 256}}, {"balanced", {16, 16, 128, 128}}, {"single frame", {1, 1, 0, 0}}}};

/// Dense frames that are read and written at once.
constexpr std::uint64_t slab_bytes = std::uint64_t{32} << 20;

/// Hands the tile's frames, row by row, to `use` in slabs of whole frames.
template <class Use>
void for_each_slab(const Reader& events, const ScanRegion& tile, Use&& use) {
  const std::uint64_t frame_bytes = events.info().frame_bytes();
  const std::uint64_t max_frames = std::max<std::uint64_t>(1, slab_bytes / std::max<std::uint64_t>(1, frame_bytes));
  const std::uint64_t n_x = std::min(tile.n_x, max_frames);
  const std::uint64_t n_y = n_x < tile.n_x ? 1 : std::max<std::uint64_t>(1, max_frames / tile.n_x);
  std::vector<std::byte> slab;
  for (std::uint64_t y = 0; y < tile.n_y; y += n_y)
    for (std::uint64_t x = 0; x < tile.n_x; x += n_x) {
      const ScanRegion region{.first_y = tile.first_y + y,
                              .n_y = std::min(n_y, tile.n_y - y),
                              .first_x = tile.first_x + x,
                              .n_x = std::min(n_x, tile.n_x - x)};
      slab.resize(region.n_frames() * frame_bytes);
      events.frames(region, slab);
      use(slab);
    }
}

ChunkedShape shape_of(const Chunking& chunking, const FileInfo& info, const DenseSample& sample) {
  const ScanShape scan = sample.shape(), tile = sample.tile_shape();
  // Not across tiles: what is under one another there is not in the scan.
  const std::array<std::uint64_t, 4> limits{tile.scan_y, tile.scan_x, info.detector.det_y, info.detector.det_x};
  ChunkedShape shape{.dims = {scan.scan_y, scan.scan_x, info.detector.det_y, info.detector.det_x},
                     .chunk = limits,
                     .item_bytes = item_bytes(info.dtype)};
  for (std::size_t axis = 0; axis < 4; ++axis)
    if (chunking.chunk[axis] != 0) shape.chunk[axis] = std::min(limits[axis], chunking.chunk[axis]);
  return shape;
}

/// Progress over four passes of equal weight: the frames are rebuilt once and compressed three times.
class Passes {
 public:
  Passes(const ProgressCallback& callback, std::uint64_t n_frames, std::uint64_t frame_bytes)
      : meter_(callback, n_frames * 4), n_frames_(n_frames), frame_bytes_(frame_bytes) {}

  void begin(std::uint64_t pass) {
    advance_to(pass * n_frames_);
    pass_ = pass;
    pass_bytes_ = 0;
  }
  void advance(std::uint64_t dense_bytes) {
    pass_bytes_ += dense_bytes;
    advance_to(pass_ * n_frames_ + std::min(n_frames_, pass_bytes_ / frame_bytes_));  // padded chunks have more
  }

 private:
  void advance_to(std::uint64_t frame) {
    if (frame <= done_) return;
    meter_.add(frame - done_, (frame - done_) * frame_bytes_, 0);
    done_ = frame;
  }

  ProgressMeter meter_;
  std::uint64_t n_frames_, frame_bytes_;
  std::uint64_t pass_ = 0, pass_bytes_ = 0, done_ = 0;
};

}  // namespace

DenseBaseline measure_dense_baseline(const Reader& events, const BaselineOptions& options) {
  const FileInfo& info = events.info();
  const DenseSample sample = choose_sample(info.scan, info.frame_bytes(), options.max_dense_bytes);
  DenseBaseline best;
  best.frames_measured = sample.shape().n_frames();
  best.frames_total = info.scan.n_frames();
  Passes passes(options.progress, best.frames_measured, info.frame_bytes());

  TemporaryFile frames;
  for (const ScanRegion& tile : sample.tiles)
    for_each_slab(events, tile, [&](std::span<const std::byte> slab) {
      frames.append(slab);
      passes.advance(slab.size());
    });

  const double scale = static_cast<double>(best.frames_total) / static_cast<double>(best.frames_measured);
  std::uint64_t pass = 0;
  for (const Chunking& chunking : chunkings) {
    passes.begin(++pass);
    const ChunkedShape shape = shape_of(chunking, info, sample);
    const auto size = measure_blosc_file(frames, shape, info.dtype, {}, options.threads,
                                         [&](std::uint64_t dense_bytes) { passes.advance(dense_bytes); });
    if (!size) continue;
    const auto scaled = static_cast<std::uint64_t>(std::llround(static_cast<double>(*size) * scale));
    if (best.stored_bytes != 0 && scaled >= best.stored_bytes) continue;
    best.stored_bytes = scaled;
    best.chunking = chunking.name;
    best.chunk_shape = shape.chunk;
  }
  passes.begin(4);
  if (best.stored_bytes == 0)
    throw UnsupportedError(info.path.string() + " cannot be stored with Blosc (a frame has " +
                           std::to_string(info.frame_bytes()) + " bytes, more than Blosc compresses at once)");
  return best;
}

}  // namespace esieve
