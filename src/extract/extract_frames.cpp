// SPDX-License-Identifier: Apache-2.0
//
// Dense frames out.
#include <numeric>
#include <vector>

#include "esieve/extract.hpp"
#include "extract/frame_blocks.hpp"
#include "extract/npy_header.hpp"
#include "extract/output_stream.hpp"
#include "h5/h5.hpp"

namespace esieve {
namespace {

/// Shape of the output; the last two axes are the detector's.
std::vector<std::uint64_t> output_shape(const FileInfo& info, FrameRange range) {
  if (range != FrameRange{0, info.scan.n_frames()}) return {range.count, info.detector.det_y, info.detector.det_x};
  const std::vector<std::uint64_t> dense = {info.scan.scan_y, info.scan.scan_x, info.detector.det_y, info.detector.det_x};
  const auto size_of = [](const std::vector<std::uint64_t>& shape) {
    return std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, std::multiplies<>());
  };
  const bool recorded = info.source_shape.size() >= 2 && size_of(info.source_shape) == size_of(dense);
  return recorded ? info.source_shape : dense;
}

void extract_flat(const Reader& events, const std::filesystem::path& output, DenseFormat format, const ExtractOptions& options,
                  FrameRange range) {
  OutputStream out(output, options.overwrite ? PendingFile::IfExists::replace : PendingFile::IfExists::refuse);
  const FileInfo& info = events.info();
  if (format == DenseFormat::npy) out.write(npy_header(info.dtype, output_shape(info, range)));
  std::vector<std::byte> dense;
  for_each_block(events, range, options, [&](FrameRange block) {
    dense.resize(block.count * info.frame_bytes());
    events.frames(block, dense);
    out.write(dense);
  });
  out.commit();
}

void extract_hdf5(const Reader& events, const std::filesystem::path& output, const ExtractOptions& options, FrameRange range) {
  PendingFile pending(output, options.overwrite ? PendingFile::IfExists::replace : PendingFile::IfExists::refuse);
  const FileInfo& info = events.info();
  const h5::Lock lock;
  {
    const h5::Id file(h5::check(H5Fcreate(pending.temporary_path().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
                                "create " + output.string()),
                      H5Fclose);
    h5::set_attribute(file.get(), "NX_class", "NXroot");
    h5::set_attribute(file.get(), "default", "entry");
    const h5::Id entry = h5::create_group(file.get(), "entry");
    h5::set_attribute(entry.get(), "NX_class", "NXentry");
    h5::set_attribute(entry.get(), "default", "data");
    const h5::Id group = h5::create_group(entry.get(), "data");
    h5::set_attribute(group.get(), "NX_class", "NXdata");
    h5::set_attribute(group.get(), "signal", "data");

    // A stack whatever the shape of the scan, so that blocks of frames are written as they come.
    const hsize_t det_y = info.detector.det_y, det_x = info.detector.det_x;
    const bool whole = range == FrameRange{0, info.scan.n_frames()} && info.scan.scan_y > 1;
    std::vector<hsize_t> dims = {range.count, det_y, det_x};
    std::vector<hsize_t> chunk = {1, det_y, det_x};
    if (whole) {
      dims = {info.scan.scan_y, info.scan.scan_x, det_y, det_x};
      chunk = {1, 1, det_y, det_x};
    }
    const h5::Id creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data());
    H5Pset_shuffle(creation.get());
    H5Pset_deflate(creation.get(), 1);
    const h5::Id space = h5::simple_space(dims);
    const h5::Id dataset(h5::check(H5Dcreate2(group.get(), "data", h5::file_type(info.dtype), space.get(), H5P_DEFAULT,
                                              creation.get(), H5P_DEFAULT),
                                   "create /entry/data/data"),
                         H5Dclose);
    h5::set_attribute(dataset.get(), "units", info.units);
    std::vector<std::byte> dense;
    for_each_block(events, range, options, [&](FrameRange block) {
      dense.resize(block.count * info.frame_bytes());
      events.frames(block, dense);
      for (std::uint64_t i = 0; i < block.count; ++i) {
        const std::uint64_t at = block.first - range.first + i;
        std::vector<hsize_t> start = {at, 0, 0};
        if (whole) start = {at / info.scan.scan_x, at % info.scan.scan_x, 0, 0};
        const h5::Id memory = h5::simple_space(chunk);
        H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, chunk.data(), nullptr);
        h5::check(H5Dwrite(dataset.get(), h5::native_type(info.dtype), memory.get(), space.get(), H5P_DEFAULT,
                           dense.data() + i * info.frame_bytes()),
                  "write " + output.string());
      }
    });
    h5::check(H5Fflush(file.get(), H5F_SCOPE_GLOBAL), "write " + output.string());
  }
  pending.commit();
}

}  // namespace

void extract_frames(const Reader& events, const std::filesystem::path& output, DenseFormat format,
                    const ExtractOptions& options) {
  const FrameRange range = resolve_range(events, options);
  if (format == DenseFormat::hdf5)
    extract_hdf5(events, output, options, range);
  else
    extract_flat(events, output, format, options, range);
}

}  // namespace esieve
