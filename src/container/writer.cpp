// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <random>
#include <stdexcept>

#include "base/file.hpp"
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

ChunkParameters parameters_for(const SourceInfo& info, const ChunkGrid& grid, Level level) {
  ChunkParameters parameters;
  parameters.n_frames = static_cast<std::uint32_t>(grid.scan_rows * grid.scan_columns);
  parameters.det_y = info.detector.det_y;
  parameters.det_x = info.detector.det_x;
  parameters.scan_row_frames = static_cast<std::uint32_t>(grid.scan_columns);
  parameters.dtype = info.dtype;
  parameters.level = level;
  parameters.dataset_id = random_id();
  return parameters;
}

/// The dense dataset, without a name until the file is finished.
h5::Id create_dataset(hid_t file, const SourceInfo& info, const ChunkGrid& grid, const ChunkParameters& parameters) {
  const h5::Lock lock;
  const std::array<hsize_t, 4> dims = {info.scan.scan_y, info.scan.scan_x, info.detector.det_y, info.detector.det_x};
  const std::array<hsize_t, 4> chunk = {grid.scan_rows, grid.scan_columns, info.detector.det_y, info.detector.det_x};
  const std::vector<std::uint32_t> values = to_filter_values(parameters);
  const h5::Id creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation.get(), false);
  H5Pset_attr_phase_change(creation.get(), 64, 48);
  h5::check(H5Pset_chunk(creation.get(), 4, chunk.data()), "set the chunk shape");
  h5::check(H5Pset_filter(creation.get(), static_cast<H5Z_filter_t>(filter_id), H5Z_FLAG_MANDATORY, values.size(),
                          values.data()),
            "set the filter");
  const h5::Id space = h5::simple_space(dims);
  return {h5::check(H5Dcreate_anon(file, h5::file_type(info.dtype), space.get(), creation.get(), H5P_DEFAULT),
                    "create the dataset"),
          H5Dclose};
}

}  // namespace

struct ContainerWriter::Impl {
  Impl(const std::filesystem::path& path, const SourceInfo& source_info, const ContainerOptions& container_options)
      : info(source_info),
        options(container_options),
        grid(choose_chunk_grid(info.scan, info.frame_bytes(), options)),
        parameters(parameters_for(info, grid, options.level)),
        pending(path, options.overwrite ? PendingFile::IfExists::replace : PendingFile::IfExists::refuse),
        file(pending.temporary_path()),
        index(info.scan),
        pattern(info.detector) {
    register_filter();
    dataset = create_dataset(file.id(), info, grid, parameters);
    file.check();
    chunks.addresses.resize(grid.n_chunks());
    chunks.sizes.resize(grid.n_chunks());
    if (options.threshold) dropped.maximum.resize(info.scan.n_frames());
  }

  void write_chunk(std::uint64_t i, std::span<const std::byte> chunk) {
    const FrameRange frames = grid.frames(i, info.scan);
    const std::array<hsize_t, 4> offset = {frames.first / info.scan.scan_x, frames.first % info.scan.scan_x, 0, 0};
    const h5::Lock lock;
    h5::check(H5Dwrite_chunk(dataset.get(), H5P_DEFAULT, 0, offset.data(), chunk.size(), chunk.data()),
              "write a chunk");
    file.check();
    chunks.addresses[i] = file.last_raw_address();
    chunks.sizes[i] = static_cast<std::uint32_t>(chunk.size());
    chunks.total_bytes += chunk.size();
  }

  void account_dropped(FrameRange frames, std::span<const DroppedFrame> frames_dropped) {
    for (std::uint64_t i = 0; i < frames_dropped.size(); ++i) {
      dropped.n_pixels += frames_dropped[i].n_pixels;
      dropped.intensity += frames_dropped[i].intensity;
      dropped.maximum[frames.first + i] = frames_dropped[i].maximum;
    }
  }

  void finish() {
    const Extras extras = choose_extras(chunks.total_bytes, info, options);
    write_tree({file.id(), dataset.get(), info, options, grid, index, pattern, chunks, dropped, digest.hex(), extras});
  }

  const SourceInfo info;
  const ContainerOptions options;
  const ChunkGrid grid;
  const ChunkParameters parameters;
  PendingFile pending;
  h5::OutputFile file;
  h5::Id dataset;
  FrameIndex index;
  MeanPattern pattern;
  DigestStream digest;
  ChunkTable chunks;
  DroppedTotals dropped;
  std::uint64_t n_written = 0;
};

ContainerWriter::ContainerWriter(const std::filesystem::path& path, const SourceInfo& info,
                                 const ContainerOptions& options)
    : impl_(std::make_unique<Impl>(path, info, options)) {}

ContainerWriter::~ContainerWriter() = default;

const ChunkParameters& ContainerWriter::parameters() const { return impl_->parameters; }
const ChunkGrid& ContainerWriter::grid() const { return impl_->grid; }

void ContainerWriter::write(std::uint64_t i, std::span<const std::byte> chunk, std::span<const FrameTotals> totals,
                            std::span<const std::uint64_t> frame_hashes, std::span<const double> pattern_sum,
                            std::span<const DroppedFrame> dropped) {
  Impl& self = *impl_;
  if (i >= self.grid.n_chunks() || self.chunks.sizes[i] != 0)
    throw std::logic_error("chunk " + std::to_string(i) + " is outside the grid or was written before");
  const FrameRange frames = self.grid.frames(i, self.info.scan);
  if (chunk.empty() || totals.size() != frames.count || frame_hashes.size() != frames.count ||
      pattern_sum.size() != self.info.detector.n_pixels() ||
      dropped.size() != (self.options.threshold ? frames.count : 0))
    throw std::logic_error("the account of chunk " + std::to_string(i) + " is not of its frames");
  self.write_chunk(i, chunk);
  self.index.add(frames, totals);
  self.digest.add(frames, frame_hashes);
  self.pattern.add(pattern_sum, frames.count);
  self.account_dropped(frames, dropped);
  ++self.n_written;
}

void ContainerWriter::close() {
  Impl& self = *impl_;
  if (self.n_written != self.grid.n_chunks())
    throw std::logic_error(std::to_string(self.grid.n_chunks() - self.n_written) + " chunks were not written");
  self.finish();
  self.dataset.reset();
  self.file.close();
  self.pending.commit(self.options.durable ? PendingFile::Durability::synced : PendingFile::Durability::cached);
}

}  // namespace esieve
