// SPDX-License-Identifier: Apache-2.0
#include "esieve/regrid.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/progress_meter.hpp"
#include "container/chunk_encoder.hpp"
#include "container/digest.hpp"
#include "container/layout.hpp"
#include "container/tree.hpp"
#include "esieve/error.hpp"
#include "h5/output_file.hpp"
#include "parallel/parallel.hpp"
#include "reader/gather_frames.hpp"
#include "reader/open_event_file.hpp"
#include "regrid/virtual_dataset.hpp"

namespace esieve {
namespace {

/// Frames of the new scan, on the way through.
struct Item {
  std::vector<std::byte> dense;
  EncodedChunk chunk;
};

class Regrid {
 public:
  Regrid(const std::filesystem::path& original, const std::filesystem::path& output, const ScanGeometry& geometry,
         const RegridOptions& options)
      : geometry_(geometry), options_(options), output_(output), original_(open_original(original)) {
    check(geometry);
    if (geometry.is_unbounded() || geometry.frames_per_position != 1)
      throw UsageError("the geometry to correct to needs the length of both axes, and one frame a position");
    const std::uint64_t n = original_->info().scan.n_frames();
    if (geometry.positions.size() > n)
      throw UsageError(original.string() + " has " + std::to_string(n) + " frames; there are " +
                       std::to_string(geometry.positions.size()) + " positions");
    scan_ = {static_cast<std::uint64_t>(geometry.scan_y), static_cast<std::uint64_t>(geometry.scan_x)};
    map_ = map_frames(geometry, n);
    set_status();
  }

  Regridding run() {
    PendingFile pending(output_, options_.overwrite ? PendingFile::IfExists::replace : PendingFile::IfExists::refuse);
    h5::OutputFile file(pending.temporary_path());
    write(file);
    file.close();
    pending.commit(options_.durable ? PendingFile::Durability::synced : PendingFile::Durability::cached);
    return result_;
  }

 private:
  std::unique_ptr<ChunkStore> open_original(const std::filesystem::path& path) const {
    std::error_code error;
    if (std::filesystem::equivalent(path, output_, error))
      throw UsageError(output_.string() + " is the original itself; give the output another name");
    auto chunks = open_chunks(path);
    const FileInfo& info = chunks->info();
    if (info.recording != Recording::complete)
      throw UsageError(path.string() + " is a recording that is not complete; correct its geometry when it is");
    if (info.dataset != layout::dataset_path || info.frames_per_position != 1)
      throw UsageError(path.string() + " has no scan of one frame a position that esieve wrote; convert it first");
    if (open_event_file(path).regridded)
      throw UsageError(path.string() + " shows frames of " + info.source_path + "; correct the geometry of that");
    return chunks;
  }

  void set_status() {
    std::vector<FrameStatus> known(original_->info().scan.n_frames(), FrameStatus::okay);
    if (original_->info().has_frame_status) known = original_->frame_status();
    for (const std::uint64_t frame : map_) status_.push_back(frame == no_frame ? FrameStatus::missing : known[frame]);
    result_.scan = scan_;
    result_.n_missing = static_cast<std::uint64_t>(std::count(map_.begin(), map_.end(), no_frame));
    result_.n_frames = map_.size() - result_.n_missing;
    result_.n_left_out = known.size() - result_.n_frames;
  }

  void write(h5::OutputFile& file) {
    const FileInfo& of = original_->info();
    ContainerOptions container;
    container.frame_status = true;
    if (of.fidelity == Fidelity::thresholded) container.threshold = original_->threshold();
    const SourceInfo info = describe();
    const ChunkGrid grid = choose_chunk_grid(scan_, of.frame_bytes(), {});
    FrameIndex index(scan_);
    MeanPattern pattern(of.detector);
    DigestStream digest;
    read_frames(info, grid, index, pattern, digest);

    const std::vector<MapRun> runs = runs_of(map_, scan_, of.scan);
    result_.n_mappings = runs.size();
    ChunkTable chunks;
    chunks.total_bytes = of.chunk_bytes;
    const DroppedTotals dropped = dropped_totals();
    const h5::Id dataset = create_virtual_dataset(file.id(), scan_, of, info.path.string(), runs);
    write_tree({file.id(), dataset.get(), info, container, grid, index, pattern, chunks, dropped, status_, digest.hex(),
                choose_extras(chunks.total_bytes, index, info, container)});
    write_map(file.id());
  }

  /// What thresholding dropped from the frames that are shown; sums are of all of the original.
  DroppedTotals dropped_totals() const {
    const FileInfo& of = original_->info();
    DroppedTotals result;
    if (!of.dropped) return result;
    result.n_pixels = of.dropped->n_pixels;
    result.intensity = of.dropped->intensity;
    const std::string path = std::string(layout::process_path) + "/" + layout::frame_dropped_maximum;
    const auto maxima = h5::read_dataset<double>(open_event_file(of.path).file.get(), path, of.scan.n_frames());
    if (maxima.size() != of.scan.n_frames()) throw DataError(of.path.string() + " has a damaged record of its thresholding");
    for (const std::uint64_t frame : map_) result.maximum.push_back(frame == no_frame ? 0 : maxima[frame]);
    return result;
  }

  SourceInfo describe() const {
    const FileInfo& of = original_->info();
    SourceInfo info;
    info.path = std::filesystem::proximate(std::filesystem::absolute(of.path), std::filesystem::absolute(output_).parent_path());
    info.format = "esieve";
    info.dataset = of.dataset;
    info.scan = scan_;
    info.detector = of.detector;
    info.dtype = of.dtype;
    info.shape = {scan_.scan_y, scan_.scan_x, of.detector.det_y, of.detector.det_x};
    info.axes = of.axes;
    info.title = of.title;
    info.units = of.units;
    info.metadata_json = of.metadata_json;
    return info;
  }

  /// What is kept of the frames beside them: sums, hashes, their mean.
  void read_frames(const SourceInfo& info, const ChunkGrid& grid, FrameIndex& index, MeanPattern& pattern, DigestStream& digest) {
    const FileInfo& of = original_->info();
    const int threads = resolve_threads(options_.threads);
    const std::uint64_t chunk_bytes =
        std::max(of.chunk_parameters.dense_bytes(), grid.scan_rows * grid.scan_columns * of.frame_bytes());
    std::vector<Item> items(chunks_under_way(chunk_bytes, threads));
    CodecPool pool;
    ProgressMeter meter(options_.progress, scan_.n_frames());
    ordered_pipeline(
        grid.n_chunks(), threads, items.size(),
        [&](std::uint64_t i, std::size_t slot) {
          const FrameRange frames = grid.frames(i, scan_);
          Item& item = items[slot];
          item.dense.resize(frames.count * of.frame_bytes());
          gather_frames(*original_, pool, std::span(map_).subspan(frames.first, frames.count), item.dense);
          account_frames(item.dense, info, item.chunk);
        },
        [&](std::uint64_t i, std::size_t slot) {
          const FrameRange frames = grid.frames(i, scan_);
          const auto first = status_.begin() + static_cast<std::ptrdiff_t>(frames.first);
          const auto n_data = std::count_if(first, first + static_cast<std::ptrdiff_t>(frames.count), is_data);
          const ChunkAccount account = items[slot].chunk.account();
          index.add(frames, account.totals);
          digest.add(frames, account.hashes);
          pattern.add(account.pattern_sum, account.pattern_values, static_cast<std::uint64_t>(n_data));
          meter.add(frames.count, items[slot].dense.size(), 0);
        });
  }

  void write_map(hid_t file) const {
    const h5::Lock lock;
    const h5::Id own =
        h5::exists(file, layout::own_path) ? h5::open_group(file, layout::own_path) : h5::create_group(file, layout::own);
    const std::array<hsize_t, 2> dims = {scan_.scan_y, scan_.scan_x};
    const h5::Id map = h5::write_dataset(own.get(), layout::original_frames, DType::u64, dims, map_.data(), h5::Compress::gzip);
    h5::set_attribute(map.get(), layout::original_digest, original_->info().digest);
  }

  const ScanGeometry& geometry_;
  const RegridOptions& options_;
  const std::filesystem::path output_;
  const std::unique_ptr<ChunkStore> original_;
  ScanShape scan_;
  std::vector<std::uint64_t> map_;
  std::vector<FrameStatus> status_;
  Regridding result_;
};

}  // namespace

Regridding regrid(const std::filesystem::path& original, const std::filesystem::path& output, const ScanGeometry& geometry,
                  const RegridOptions& options) {
  return Regrid(original, output, geometry, options).run();
}

}  // namespace esieve
