// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <mutex>
#include <optional>
#include <random>
#include <stdexcept>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "container/digest.hpp"
#include "container/filter_registration.hpp"
#include "container/layout.hpp"
#include "container/tree.hpp"
#include "esieve/error.hpp"
#include "h5/output_file.hpp"

namespace esieve {
namespace {

std::uint64_t random_id() {
  std::random_device device;
  const std::uint64_t id = (std::uint64_t{device()} << 32) | device();
  return id == 0 ? 1 : id;
}

ChunkParameters parameters_for(const SourceInfo& info, const ChunkGrid& grid, Level level,
                               std::optional<std::uint64_t> dataset_id) {
  ChunkParameters parameters;
  parameters.n_frames = static_cast<std::uint32_t>(grid.scan_rows * grid.scan_columns);
  parameters.det_y = info.detector.det_y;
  parameters.det_x = info.detector.det_x;
  parameters.scan_row_frames = static_cast<std::uint32_t>(grid.scan_columns);
  parameters.dtype = info.dtype;
  parameters.level = level;
  parameters.dataset_id = dataset_id.value_or(random_id());
  return parameters;
}

/// The dense dataset's axes. Those of the frames kept at a position have one of their own.
std::vector<hsize_t> dataset_dims(const SourceInfo& info, ScanShape scan) {
  std::vector<hsize_t> dims = {scan.scan_y, scan.scan_x / info.frames_per_position};
  if (info.frames_per_position > 1) dims.push_back(info.frames_per_position);
  dims.insert(dims.end(), {info.detector.det_y, info.detector.det_x});
  return dims;
}

/// The dense dataset, without a name until the file is finished.
h5::Id create_dataset(hid_t file, const SourceInfo& info, const ChunkGrid& grid, const ChunkParameters& parameters,
                      Growing growing) {
  const h5::Lock lock;
  const std::vector<hsize_t> dims = dataset_dims(info, info.scan);
  const std::vector<hsize_t> chunk = dataset_dims(info, {grid.scan_rows, grid.scan_columns});
  std::vector<hsize_t> max_dims = dims;
  if (growing == Growing::scan_y) max_dims[0] = H5S_UNLIMITED;
  if (growing == Growing::scan_x) max_dims[1] = H5S_UNLIMITED;
  const std::vector<std::uint32_t> values = to_filter_values(parameters);
  const h5::Id creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation.get(), false);
  H5Pset_attr_phase_change(creation.get(), 64, 48);
  h5::check(H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data()), "set the chunk shape");
  h5::check(H5Pset_filter(creation.get(), static_cast<H5Z_filter_t>(filter_id), H5Z_FLAG_MANDATORY, values.size(), values.data()),
            "set the filter");
  const h5::Id space(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), max_dims.data()), H5Sclose);
  return {
      h5::check(H5Dcreate_anon(file, h5::file_type(info.dtype), space.get(), creation.get(), H5P_DEFAULT), "create the dataset"),
      H5Dclose};
}

PendingFile pending_file(const std::filesystem::path& path, const ContainerOptions& options) {
  return {path, options.overwrite ? PendingFile::IfExists::replace : PendingFile::IfExists::refuse, options.temporary_path};
}

}  // namespace

struct ContainerWriter::Impl {
  Impl(const std::filesystem::path& path, const SourceInfo& source_info, const ContainerOptions& container_options)
      : info(source_info),
        options(container_options),
        scan(longest(info.scan, options.growing)),
        grid(choose_chunk_grid(scan, info.frame_bytes(), options, info.frames_per_position)),
        parameters(parameters_for(info, grid, options.level, options.dataset_id)),
        pending(pending_file(path, options)),
        file(pending.temporary_path()),
        index(info.scan),
        pattern(info.detector) {
    register_filter();
    dataset = create_dataset(file.id(), info, grid, parameters, options.growing);
    file.flush();  // whatever happens later, the beginning of the file says what its chunks are
    if (options.growing == Growing::no) resize(info.scan);
  }

  /// Room for what is kept of every frame and chunk.
  void resize(ScanShape to) {
    const std::uint64_t n_chunks = grid.covering(to).n_chunks();
    chunks.addresses.resize(n_chunks);
    chunks.sizes.resize(n_chunks);
    if (options.threshold) dropped.maximum.resize(to.n_frames());
    if (options.frame_status) status.resize(to.n_frames(), FrameStatus::missing);
  }

  void grow(FrameRange frames, std::uint64_t chunk) {
    if (chunk < chunks.sizes.size()) return;
    const ScanShape to = options.growing == Growing::scan_x
                             ? ScanShape{1, frames.end()}
                             : ScanShape{(frames.first / scan.scan_x / grid.scan_rows + 1) * grid.scan_rows, scan.scan_x};
    set_extent(to);
    resize(to);
  }

  void set_extent(ScanShape to) {
    const std::vector<hsize_t> dims = dataset_dims(info, to);
    const h5::Lock lock;
    h5::check(H5Dset_extent(dataset.get(), dims.data()), "give the dataset its shape");
  }

  void write_chunk(std::uint64_t i, std::span<const std::byte> chunk) {
    const FrameRange frames = grid.frames(i, scan);
    std::vector<hsize_t> offset = {frames.first / scan.scan_x, frames.first % scan.scan_x / info.frames_per_position};
    offset.resize(info.frames_per_position > 1 ? 5 : 4);
    const h5::Lock lock;
    h5::check(H5Dwrite_chunk(dataset.get(), H5P_DEFAULT, 0, offset.data(), chunk.size(), chunk.data()), "write a chunk");
    file.check();
    chunks.addresses[i] = file.last_raw_address();
    chunks.sizes[i] = static_cast<std::uint32_t>(chunk.size());
    chunks.total_bytes += chunk.size();
  }

  void account(FrameRange frames, const ChunkAccount& of) {
    index.add(frames, of.totals);
    digest.add(frames, of.hashes);
    std::uint64_t n_data = frames.count;
    if (!of.status.empty()) n_data = static_cast<std::uint64_t>(std::count_if(of.status.begin(), of.status.end(), is_data));
    {
      const std::lock_guard lock(pattern_mutex);
      pattern.add(of.pattern_sum, of.pattern_values, n_data);
    }
    if (options.frame_status) {
      const auto at = status.begin() + static_cast<std::ptrdiff_t>(frames.first);
      if (of.status.empty()) std::fill_n(at, frames.count, FrameStatus::okay);
      std::copy(of.status.begin(), of.status.end(), at);
    }
    for (std::uint64_t i = 0; i < of.dropped.size(); ++i) {
      dropped.n_pixels += of.dropped[i].n_pixels;
      dropped.intensity += of.dropped[i].intensity;
      dropped.maximum[frames.first + i] = of.dropped[i].maximum;
    }
  }

  /// Gives the scan its final shape. Frames beyond it were never there.
  void set_shape(ScanShape final) {
    if (options.growing != Growing::no) set_extent(final);
    info.scan = scan = final;
    grid = grid.covering(final);
    resize(final);
    index.resize(final.n_frames());
  }

  /// Chunks never written read as zeros.
  void account_missing() {
    const std::vector<std::byte> zeros(info.frame_bytes());
    std::optional<std::uint64_t> hash;
    for (std::uint64_t i = 0; i < grid.n_chunks(); ++i) {
      if (chunks.sizes[i] != 0) continue;
      if (!hash) hash = hash64(zeros);
      const FrameRange frames = grid.frames(i, scan);
      digest.add(frames, std::vector<std::uint64_t>(frames.count, *hash));
    }
  }

  void finish() {
    const Extras extras = choose_extras(chunks.total_bytes, index, info, options);
    write_tree({file.id(), dataset.get(), info, options, grid, index, pattern, chunks, dropped, status, digest.hex(), extras});
  }

  SourceInfo info;
  const ContainerOptions options;
  ScanShape scan;  ///< While it grows, the longest there can be.
  ChunkGrid grid;
  const ChunkParameters parameters;
  PendingFile pending;
  h5::OutputFile file;
  h5::Id dataset;
  FrameIndex index;
  std::mutex pattern_mutex;
  MeanPattern pattern;
  DigestStream digest;
  ChunkTable chunks;
  DroppedTotals dropped;
  std::vector<FrameStatus> status;
  std::uint64_t n_written = 0;
};

ContainerWriter::ContainerWriter(const std::filesystem::path& path, const SourceInfo& info, const ContainerOptions& options)
    : impl_(std::make_unique<Impl>(path, info, options)) {}

ContainerWriter::~ContainerWriter() = default;

const ChunkParameters& ContainerWriter::parameters() const { return impl_->parameters; }
const ChunkGrid& ContainerWriter::grid() const { return impl_->grid; }

void ContainerWriter::write(std::uint64_t i, std::span<const std::byte> chunk, const ChunkAccount& account) {
  Impl& self = *impl_;
  if (i >= self.grid.n_chunks()) throw std::logic_error("chunk " + std::to_string(i) + " is outside the grid");
  FrameRange frames = self.grid.frames(i, self.scan);
  if (self.options.growing != Growing::no) frames.count = std::min<std::uint64_t>(frames.count, account.totals.size());
  self.grow(frames, i);
  if (self.chunks.sizes[i] != 0) throw std::logic_error("chunk " + std::to_string(i) + " was written before");
  if (chunk.empty() || account.totals.size() != frames.count || account.hashes.size() != frames.count ||
      (!account.pattern_sum.empty() && account.pattern_sum.size() != pattern_bins(self.info.detector).shape.n_pixels()) ||
      account.dropped.size() != (self.options.threshold ? frames.count : 0) ||
      (!account.status.empty() && account.status.size() != frames.count))
    throw std::logic_error("the account of chunk " + std::to_string(i) + " is not of its frames");
  self.write_chunk(i, chunk);
  self.account(frames, account);
  ++self.n_written;
}

ContainerWriter::Place ContainerWriter::place(std::uint64_t i) const {
  if (i >= impl_->chunks.sizes.size()) return {};
  return {impl_->chunks.addresses[i], impl_->chunks.sizes[i]};
}

std::vector<double> ContainerWriter::mean_pattern() const {
  const std::lock_guard lock(impl_->pattern_mutex);
  return impl_->pattern.means();
}

bool ContainerWriter::reserve(std::uint64_t bytes) { return impl_->file.reserve(bytes); }

void ContainerWriter::sync() { impl_->file.sync(); }

void ContainerWriter::close(std::optional<ScanShape> scan) {
  Impl& self = *impl_;
  if (scan) self.set_shape(*scan);
  if (self.n_written != self.grid.n_chunks()) {
    if (!self.options.frame_status)
      throw std::logic_error(std::to_string(self.grid.n_chunks() - self.n_written) + " chunks were not written");
    self.account_missing();
  }
  self.finish();
  self.dataset.reset();
  self.file.close();
  self.pending.commit(self.options.durable ? PendingFile::Durability::synced : PendingFile::Durability::cached);
}

}  // namespace esieve
