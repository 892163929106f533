// SPDX-License-Identifier: Apache-2.0
#include "reader/hdf5_chunks.hpp"

#include <algorithm>

#include "container/layout.hpp"
#include "container/tree.hpp"
#include "esieve/error.hpp"

namespace esieve {

Hdf5Chunks::Hdf5Chunks(EventFile file) : ChunkStore(file.info), file_(std::move(file)), bytes_(info().path) {
  if (file_.direct) read_table();
}

void Hdf5Chunks::read_table() {
  const std::uint64_t n_chunks = info().grid.n_chunks();
  const std::string path = std::string(layout::own_path) + "/" + layout::chunks;
  const h5::Lock lock;
  if (n_chunks < layout::min_indexed_chunks) {
    if (!locate_all()) table_.clear();
    return;
  }
  // A table of another size, or one that cannot be read, is no reason to give up: HDF5 has its own.
  if (!h5::exists(file_.file.get(), path) || info().dataset != layout::dataset_path) return;
  const h5::Id dataset = h5::open_dataset(file_.file.get(), path);
  if (h5::dimensions(dataset.get()) != std::vector<hsize_t>{2, n_chunks}) return;
  std::vector<std::uint64_t> values;
  try {
    values = h5::read_dataset<std::uint64_t>(file_.file.get(), path, 2 * n_chunks);
  } catch (const Error&) {
    return;
  }
  table_.resize(n_chunks);
  for (std::uint64_t i = 0; i < n_chunks; ++i) table_[i] = {values[i], values[n_chunks + i]};
}

/// Asks HDF5 for every chunk. It walks its index from the start each time, so this is for few chunks.
bool Hdf5Chunks::locate_all() {
  const h5::Id space(H5Dget_space(file_.dataset.get()), H5Sclose);
  hsize_t n_stored = 0;
  if (H5Dget_num_chunks(file_.dataset.get(), space.get(), &n_stored) < 0) return false;
  table_.resize(info().grid.n_chunks());
  const ScanShape scan = info().scan;
  for (hsize_t i = 0; i < n_stored; ++i) {
    std::vector<hsize_t> at(static_cast<std::size_t>(file_.rank));
    unsigned mask = 0;
    haddr_t address = 0;
    hsize_t size = 0;
    if (H5Dget_chunk_info(file_.dataset.get(), space.get(), i, at.data(), &mask, &address, &size) < 0) return false;
    if (file_.rank == 5) {
      at[1] *= info().frames_per_position;
      at.erase(at.begin() + 2);
    }
    at.insert(at.begin(), 4 - at.size(), 0);
    const ChunkGrid& grid = info().grid;
    if (at[0] >= scan.scan_y || at[1] >= scan.scan_x) return false;
    const std::uint64_t chunk = grid.chunk_of(at[0] * scan.scan_x + at[1], scan);
    if (mask == 0) table_[chunk] = {address, size};
  }
  return true;
}

std::vector<hsize_t> Hdf5Chunks::offset(std::uint64_t i) const {
  const FrameRange frames = info().grid.frames(i, info().scan);
  const std::uint64_t y = frames.first / info().scan.scan_x, x = frames.first % info().scan.scan_x;
  if (file_.rank == 5) return {y, x / info().frames_per_position, 0, 0, 0};
  const std::vector<hsize_t> at = {y, x, 0, 0};
  return {at.end() - file_.rank, at.end()};
}

bool Hdf5Chunks::belongs(std::uint64_t i, std::span<const std::byte> bytes) const {
  ChunkHeader header;
  return ChunkCodec::inspect(bytes, header) == ChunkStatus::okay && header.chunk_bytes == bytes.size() &&
         header.dataset_id == info().chunk_parameters.dataset_id &&
         header.first_frame == info().grid.frames(i, info().scan).first;
}

bool Hdf5Chunks::fetch_by_table(std::uint64_t i, std::vector<std::byte>& bytes) const {
  if (table_.empty()) return false;
  const auto [address, size] = table_[i];
  if (size == 0 || size > max_chunk_bytes(info().chunk_parameters) || address > bytes_.size() || size > bytes_.size() - address)
    return false;
  // Another program may have written the chunk anew, elsewhere, and left the old bytes behind.
  hsize_t size_now = 0;
  {
    const h5::Lock lock;
    if (H5Dget_chunk_storage_size(file_.dataset.get(), offset(i).data(), &size_now) < 0 || size_now != size) return false;
  }
  bytes.resize(size);
  bytes_.read(address, bytes);
  return belongs(i, bytes);
}

std::vector<std::byte> Hdf5Chunks::fetch_from_hdf5(std::uint64_t i) const {
  const std::vector<hsize_t> at = offset(i);
  const h5::Lock lock;
  hsize_t size = 0;
  if (H5Dget_chunk_storage_size(file_.dataset.get(), at.data(), &size) < 0) size = 0;
  if (size == 0) return encode_frames(i);
  const std::uint64_t limit = std::max(max_chunk_bytes(info().chunk_parameters), info().chunk_parameters.dense_bytes());
  if (size > limit || size > bytes_.size()) fail(i, "it claims " + std::to_string(size) + " bytes");
  std::vector<std::byte> bytes(size);
  std::uint32_t mask = 0;
  if (H5Dread_chunk(file_.dataset.get(), H5P_DEFAULT, at.data(), &mask, bytes.data()) < 0)
    fail(i, "HDF5 cannot read it (" + h5::last_error() + ")");
  return mask == 0 ? bytes : encode_frames(i);
}

std::vector<std::byte> Hdf5Chunks::encode_frames(std::uint64_t i) const {
  const FrameRange frames = info().grid.frames(i, info().scan);
  std::vector<std::byte> dense(frames.count * info().frame_bytes());
  try {
    read_through_hdf5(frames, dense);
  } catch (const IoError& error) {
    fail(i, error.what());
  }
  std::vector<std::byte> bytes;
  ChunkCodec().encode(dense, info().chunk_parameters, frames.first, bytes);
  return bytes;
}

void Hdf5Chunks::fetch(std::uint64_t i, std::vector<std::byte>& bytes) const {
  if (!file_.direct) {
    bytes = encode_frames(i);
    return;
  }
  if (fetch_by_table(i, bytes)) return;
  bytes = fetch_from_hdf5(i);
  ChunkHeader header;
  if (const ChunkStatus status = ChunkCodec::inspect(bytes, header); status != ChunkStatus::okay) fail(i, describe(status));
  const FrameRange frames = info().grid.frames(i, info().scan);
  if (header.first_frame != unknown_frame && header.first_frame != frames.first)
    fail(i, "it is the chunk of frame " + std::to_string(header.first_frame));
  if (header.n_frames < frames.count) fail(i, "it has " + std::to_string(header.n_frames) + " frames");
}

void Hdf5Chunks::read_through_hdf5(FrameRange frames, std::span<std::byte> out) const {
  const h5::Lock lock;
  const h5::Id space(H5Dget_space(file_.dataset.get()), H5Sclose);
  while (frames.count > 0) {  // row by row of the scan
    const std::uint64_t y = frames.first / info().scan.scan_x, x = frames.first % info().scan.scan_x;
    const std::uint64_t n = std::min(frames.count, info().scan.scan_x - x);
    std::vector<hsize_t> start = {y, x, 0, 0}, count = {1, n, info().detector.det_y, info().detector.det_x};
    if (file_.rank == 5) {  // whole positions, as chunks are
      const std::uint64_t kept = info().frames_per_position;
      start = {y, x / kept, 0, 0, 0};
      count = {1, n / kept, kept, info().detector.det_y, info().detector.det_x};
    }
    start.erase(start.begin(), start.end() - file_.rank);
    count.erase(count.begin(), count.end() - file_.rank);
    h5::check(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr), "select frames");
    const h5::Id memory = h5::simple_space(count);
    h5::check(H5Dread(file_.dataset.get(), h5::native_type(info().dtype), memory.get(), space.get(), H5P_DEFAULT, out.data()),
              "read frames of " + info().path.string());
    out = out.subspan(n * info().frame_bytes());
    frames = {frames.first + n, frames.count - n};
  }
}

std::vector<FrameStatus> Hdf5Chunks::frame_status() const {
  const h5::Lock lock;
  const std::uint64_t n = info().scan.n_frames();
  std::vector<std::uint64_t> codes;
  try {
    codes = h5::read_dataset<std::uint64_t>(file_.file.get(), layout::frame_status_path, n);
  } catch (const IoError& error) {
    throw DataError(info().path.string() + " has a damaged frame status (" + error.what() + ")");
  }
  if (codes.size() != n || std::any_of(codes.begin(), codes.end(), [](std::uint64_t code) { return code > 4; }))
    throw DataError(info().path.string() + " has a frame status that is not of its frames");
  std::vector<FrameStatus> status(n);
  std::transform(codes.begin(), codes.end(), status.begin(), [](std::uint64_t code) { return static_cast<FrameStatus>(code); });
  return status;
}

std::vector<FrameTotals> Hdf5Chunks::frame_totals() const {
  const std::uint64_t n = info().scan.n_frames();
  const h5::Lock lock;
  const hid_t file = file_.file.get();
  std::vector<std::uint64_t> events;
  std::vector<double> electrons;
  try {
    events = h5::read_dataset<std::uint64_t>(file, std::string(layout::own_path) + "/" + layout::frame_events, n);
    electrons = h5::read_dataset<double>(file, layout::scan_image_path, n);
  } catch (const IoError& error) {
    throw DataError(info().path.string() + " has a damaged index (" + error.what() + ")");
  }
  if (events.size() != n || electrons.size() != n)
    throw DataError(info().path.string() + " has an index of other frames (" + std::to_string(events.size()) + " of " +
                    std::to_string(n) + ")");
  std::vector<FrameTotals> totals(n);
  for (std::uint64_t i = 0; i < n; ++i) totals[i] = {static_cast<std::uint32_t>(events[i]), electrons[i]};
  return totals;
}

std::optional<ThresholdOptions> Hdf5Chunks::threshold() const {
  try {
    return read_process(file_.file.get(), info().detector);
  } catch (const IoError& error) {
    throw DataError(info().path.string() + " has a damaged record of its thresholding (" + error.what() + ")");
  }
}

}  // namespace esieve
