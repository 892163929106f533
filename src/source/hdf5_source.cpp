// SPDX-License-Identifier: Apache-2.0
//
// HDF5: any numeric dataset of 2 to 4 dimensions, through whatever filters, links and virtual layouts lead to
// it.
#include <algorithm>
#include <utility>

#include "base/file.hpp"
#include "esieve/error.hpp"
#include "source/hdf5_packed_frames.hpp"
#include "source/flat_source.hpp"
#include "source/frame_layout.hpp"
#include "source/hdf5_axes.hpp"
#include "source/hdf5_dataset.hpp"
#include "source/hdf5_find.hpp"
#include "source/hdf5_metadata.hpp"
#include "source/source_kinds.hpp"

namespace esieve {
namespace {

/// Part of a stack; most stacks have one.
struct Part {
  h5::Id dataset;
  std::vector<std::uint64_t> shape;
  std::uint64_t first_frame = 0, n_frames = 0;
  std::unique_ptr<Hdf5PackedFrames> chunks;  ///< Nothing where HDF5 has to read.
};

class Hdf5Source : public Source {
 public:
  Hdf5Source(SourceInfo info, h5::Id file, std::vector<Part> parts)
      : Source(std::move(info)), file_(std::move(file)), parts_(std::move(parts)) {}

  void read(FrameRange range, std::span<std::byte> out) const override {
    for (const Part& part : parts_) {
      const std::uint64_t first = std::max(range.first, part.first_frame);
      const std::uint64_t end = std::min(range.end(), part.first_frame + part.n_frames);
      if (first >= end) continue;
      read_part(part, {first - part.first_frame, end - first},
                out.subspan((first - range.first) * info_.frame_bytes(), (end - first) * info_.frame_bytes()));
    }
  }

 private:
  void read_part(const Part& part, FrameRange range, std::span<std::byte> out) const {
    const std::size_t n_dims = part.shape.size();
    if (n_dims == 2) return read_box(part, {0, 0}, {part.shape[0], part.shape[1]}, out);
    const std::uint64_t n_y = part.shape[n_dims - 2], n_x = part.shape[n_dims - 1];
    if (n_dims == 3) return read_box(part, {range.first, 0, 0}, {range.count, n_y, n_x}, out);
    // A run of frames is the end of one scan row, whole rows, and the beginning of another.
    const std::uint64_t row = part.shape[1];
    while (range.count > 0) {
      const std::uint64_t x = range.first % row;
      const bool whole_rows = x == 0 && range.count >= row;
      const std::uint64_t n_rows = whole_rows ? range.count / row : 1;
      const std::uint64_t n_columns = whole_rows ? row : std::min(row - x, range.count);
      const std::uint64_t n_frames = n_rows * n_columns;
      read_box(part, {range.first / row, x, 0, 0}, {n_rows, n_columns, n_y, n_x}, out.first(n_frames * info_.frame_bytes()));
      out = out.subspan(n_frames * info_.frame_bytes());
      range = {range.first + n_frames, range.count - n_frames};
    }
  }

  void read_box(const Part& part, const std::vector<hsize_t>& start, const std::vector<hsize_t>& count,
                std::span<std::byte> out) const {
    if (part.chunks) {
      const bool is_stack = start.size() == 3;
      const std::size_t column = is_stack ? 0 : 1;
      if (part.chunks->read(is_stack ? 0 : start[0], start[column], is_stack ? 1 : count[0], count[column], out)) return;
    }
    const h5::Lock lock;
    const hid_t dataset = part.dataset.get();
    const h5::Id space(h5::check(H5Dget_space(dataset), "read a dataset's shape"), H5Sclose);
    h5::check(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr), "select frames");
    const h5::Id memory = h5::simple_space(count);
    if (H5Dread(dataset, h5::native_type(info_.dtype), memory.get(), space.get(), H5P_DEFAULT, out.data()) < 0)
      throw DataError("cannot read frames of " + info_.path.string() + ":" + info_.dataset + " (" + h5::last_error() + ")");
  }

  h5::Id file_;
  std::vector<Part> parts_;
};

DType frames_dtype(const DatasetFacts& facts, const std::string& name) {
  if (facts.dtype) return *facts.dtype;
  std::string advice;
  if (facts.type_name == "complex") advice = "; save its real part, imaginary part or modulus";
  if (facts.type_name == "16-bit float") advice = "; save it as float32, which is exact";
  throw DataError(name + " is of type " + facts.type_name + ", which cannot be counts" + advice);
}

std::vector<Part> open_parts(hid_t file, const std::vector<std::string>& paths, SourceInfo& info) {
  std::vector<Part> parts;
  for (const std::string& path : paths) {
    const std::string name = info.path.string() + ":" + path;
    const DatasetFacts facts = dataset_facts(file, path);
    Part part{open_frames_dataset(file, path), facts.shape, 0, 1, nullptr};
    if (parts.empty()) {
      info.dtype = frames_dtype(facts, name);
      info.shape = facts.shape;
    } else if (facts.dtype != info.dtype || facts.shape.size() != 3 || info.shape.size() != 3 ||
               !std::equal(facts.shape.begin() + 1, facts.shape.end(), info.shape.begin() + 1)) {
      throw DataError(name + " (" + shape_text(facts.shape) + " " + facts.type_name + ") does not continue " + paths.front() +
                      "; choose one part with --dataset");
    } else {
      part.first_frame = info.shape[0];
      info.shape[0] += facts.shape[0];
    }
    for (std::size_t i = 0; i + 2 < facts.shape.size(); ++i) part.n_frames *= facts.shape[i];
    check_complete(part.dataset.get(), name);
    part.chunks = Hdf5PackedFrames::open(part.dataset.get(), info.dtype);
    parts.push_back(std::move(part));
  }
  return parts;
}

/// A reader past HDF5 and its lock, where the values lie in one piece.
std::unique_ptr<Source> open_plain(const SourceInfo& info, hid_t dataset) {
  const auto storage = plain_storage(dataset);
  if (!storage) return nullptr;
  InputFile file(storage->file);
  if (file.size() < storage->offset_bytes || file.size() - storage->offset_bytes < info.dense_bytes())
    throw DataError(storage->file + " is truncated (the values of " + info.dataset + " lie beyond its end)");
  return std::make_unique<FlatSource>(info, std::move(file),
                                      FlatLayout{storage->offset_bytes, info.frame_bytes(), storage->order});
}

}  // namespace

std::unique_ptr<Source> open_hdf5_source(const std::filesystem::path& path, const SourceOptions& options) {
  const h5::Lock lock;
  h5::Id file = h5::open_file(path);
  const std::vector<h5::Object> objects = h5::walk(file.get());
  const std::vector<std::string> paths = find_frames(file.get(), path.string(), objects, options.dataset);
  SourceInfo info;
  info.path = path;
  info.format = "HDF5";
  info.dataset = paths.front();
  info.title = path.stem().string();
  info.file_bytes = std::filesystem::file_size(path);
  std::vector<Part> parts = open_parts(file.get(), paths, info);
  set_frame_layout(info, options.scan_shape);
  calibrate_axes(file.get(), info);
  info.metadata_json = hdf5_metadata(file.get(), objects, paths);
  if (parts.size() == 1)
    if (auto plain = open_plain(info, parts.front().dataset.get())) return plain;
  return std::make_unique<Hdf5Source>(std::move(info), std::move(file), std::move(parts));
}

}  // namespace esieve
