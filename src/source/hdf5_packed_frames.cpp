// SPDX-License-Identifier: Apache-2.0
#include "source/hdf5_packed_frames.hpp"

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"
#include "source/hdf5_dataset.hpp"

namespace esieve {
namespace {

/// Larger ones would take too much memory with several threads.
constexpr std::uint64_t most_chunk_bytes = std::uint64_t{32} << 20;

/// Threads that unpack together: each has a chunk as it is stored, and between two filters.
unsigned n_at_once(std::uint64_t chunk_bytes) {
  return static_cast<unsigned>(std::clamp<std::uint64_t>(Hdf5PackedFrames::most_unpacking_bytes / (2 * chunk_bytes), 1, 1024));
}

/// A place among the threads that unpack.
class Place {
 public:
  explicit Place(Semaphore& places) : places_(places) { places_.acquire(); }
  ~Place() { places_.release(); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  Semaphore& places_;
};

}  // namespace

Hdf5PackedFrames::Hdf5PackedFrames(std::uint64_t chunk_bytes) : chunk_bytes_(chunk_bytes), may_unpack_(n_at_once(chunk_bytes)) {}

std::unique_ptr<Hdf5PackedFrames> Hdf5PackedFrames::open(hid_t dataset, DType dtype) {
  const h5::Lock lock;
  const h5::Id creation(H5Dget_create_plist(dataset), H5Pclose), type(H5Dget_type(dataset), H5Tclose);
  const std::vector<hsize_t> shape = h5::dimensions(dataset);
  const auto order = stored_order(type.get(), dtype);
  if (H5Pget_layout(creation.get()) != H5D_CHUNKED || !order || shape.size() < 3 || shape.size() > 4) return nullptr;
  unsigned options = 0;
  if (H5Pget_chunk_opts(creation.get(), &options) < 0 || options != 0) return nullptr;  // chunks at the edge without filters
  auto filters = known_filters(creation.get(), item_bytes(dtype));
  std::vector<hsize_t> chunk(shape.size());
  if (!filters || H5Pget_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data()) < 0) return nullptr;

  std::uint64_t bytes = item_bytes(dtype);
  for (const hsize_t n : chunk) {
    if (n == 0 || n > most_chunk_bytes / bytes) return nullptr;
    bytes *= n;
  }
  std::unique_ptr<Hdf5PackedFrames> frames(new Hdf5PackedFrames(bytes));
  frames->shape_.fill(1);
  frames->chunk_.fill(1);
  std::copy(shape.begin(), shape.end(), frames->shape_.end() - static_cast<std::ptrdiff_t>(shape.size()));
  std::copy(chunk.begin(), chunk.end(), frames->chunk_.end() - static_cast<std::ptrdiff_t>(shape.size()));
  frames->dataset_ = dataset;
  frames->n_dims_ = shape.size();
  frames->item_bytes_ = item_bytes(dtype);
  frames->order_ = *order;
  frames->filters_ = std::move(*filters);
  return frames;
}

bool Hdf5PackedFrames::read(std::uint64_t row, std::uint64_t column, std::uint64_t n_rows, std::uint64_t n_columns,
                            std::span<std::byte> out) const {
  const Four start = {row, column, 0, 0}, count = {n_rows, n_columns, shape_[2], shape_[3]};
  const auto first_of = [&](std::size_t axis) { return start[axis] / chunk_[axis] * chunk_[axis]; };
  Four at{};
  for (at[0] = first_of(0); at[0] < start[0] + count[0]; at[0] += chunk_[0])
    for (at[1] = first_of(1); at[1] < start[1] + count[1]; at[1] += chunk_[1])
      for (at[2] = 0; at[2] < shape_[2]; at[2] += chunk_[2])
        for (at[3] = 0; at[3] < shape_[3]; at[3] += chunk_[3]) {
          Overlap overlap{at, {}, {}};
          for (std::size_t axis = 0; axis < 4; ++axis) {
            overlap.first[axis] = std::max(at[axis], start[axis]);
            overlap.end[axis] = std::min(at[axis] + chunk_[axis], start[axis] + count[axis]);
          }
          if (!read_chunk(overlap, start, count, out)) return false;
        }
  if (order_ == ByteOrder::big) swap_bytes(out, item_bytes_);
  return true;
}

bool Hdf5PackedFrames::read_chunk(const Overlap& overlap, const Four& start, const Four& count, std::span<std::byte> out) const {
  const auto offset_in = [&](const Four& at, const Four& origin, const Four& extent) {
    std::uint64_t offset = 0;
    for (std::size_t axis = 0; axis < 4; ++axis) offset = offset * extent[axis] + (at[axis] - origin[axis]);
    return offset * item_bytes_;
  };
  Four size{};
  for (std::size_t axis = 0; axis < 4; ++axis) size[axis] = overlap.end[axis] - overlap.first[axis];
  // Frames that follow one another are unpacked where they go.
  const bool whole_frames = chunk_[2] == shape_[2] && chunk_[3] == shape_[3];
  if (whole_frames && size == chunk_ && (chunk_[0] == 1 || chunk_[1] == count[1]))
    return fetch(overlap.chunk, out.subspan(offset_in(overlap.first, start, count), chunk_bytes_));

  const std::uint64_t index = index_of(overlap.chunk);
  const std::shared_ptr<Chunk> chunk = kept(index);
  {
    const std::lock_guard guard(chunk->mutex);
    if (!chunk->is_unpacked) {
      chunk->elements.reserve(chunk_bytes_);
      if (!fetch(overlap.chunk, {chunk->elements.data(), chunk_bytes_})) return false;
      chunk->is_unpacked = true;
    }
  }
  const std::byte* const elements = chunk->elements.data();
  // Pieces that are in one piece both here and there: rows of the detector, or all of them.
  const bool whole_rows = chunk_[3] == shape_[3];
  const std::uint64_t n_pieces = whole_rows ? 1 : size[2];
  const std::uint64_t piece_bytes = size[3] * (whole_rows ? size[2] : 1) * item_bytes_;
  Four at = overlap.first;
  for (at[0] = overlap.first[0]; at[0] < overlap.end[0]; ++at[0])
    for (at[1] = overlap.first[1]; at[1] < overlap.end[1]; ++at[1])
      for (std::uint64_t piece = 0; piece < n_pieces; ++piece) {
        at[2] = overlap.first[2] + piece;
        std::memcpy(out.data() + offset_in(at, start, count), elements + offset_in(at, overlap.chunk, chunk_), piece_bytes);
      }
  note_read(index, overlap);
  return true;
}

bool Hdf5PackedFrames::fetch(const Four& at, std::span<std::byte> elements) const {
  const Place place(may_unpack_);
  Pool<Hdf5Unpacker>::Lease unpacker(unpackers_);
  std::vector<hsize_t> offset(at.end() - static_cast<std::ptrdiff_t>(n_dims_), at.end());
  hsize_t size = 0;
  std::uint32_t skipped = 0;
  {
    const h5::Lock lock;
    if (H5Dget_chunk_storage_size(dataset_, offset.data(), &size) < 0 || size == 0 || size > 2 * elements.size() + 4096)
      return false;
    if (filters_.empty() && size == elements.size())
      return H5Dread_chunk(dataset_, H5P_DEFAULT, offset.data(), &skipped, elements.data()) >= 0;
    unpacker->packed.reserve(size);
    if (H5Dread_chunk(dataset_, H5P_DEFAULT, offset.data(), &skipped, unpacker->packed.data()) < 0) return false;
  }
  return unpacker->unpack(filters_, skipped, item_bytes_, {unpacker->packed.data(), size}, elements);
}

std::uint64_t Hdf5PackedFrames::index_of(const Four& at) const {
  std::uint64_t index = 0;
  for (std::size_t axis = 0; axis < 4; ++axis)
    index = index * ((shape_[axis] + chunk_[axis] - 1) / chunk_[axis]) + at[axis] / chunk_[axis];
  return index;
}

std::shared_ptr<Hdf5PackedFrames::Chunk> Hdf5PackedFrames::kept(std::uint64_t index) const {
  const std::lock_guard guard(kept_mutex_);
  const auto found = kept_.find(index);
  if (found != kept_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second->last_use);
    return found->second;
  }
  while (!kept_.empty() && (kept_.size() + 1) * chunk_bytes_ > most_kept_bytes) {
    kept_.erase(by_use_.back());
    by_use_.pop_back();
  }
  auto chunk = std::make_shared<Chunk>();
  by_use_.push_front(index);
  chunk->last_use = by_use_.begin();
  kept_.emplace(index, chunk);
  return chunk;
}

/// Forgets a chunk all of whose frames were read: who reads a scan in order does not come back.
void Hdf5PackedFrames::note_read(std::uint64_t index, const Overlap& overlap) const {
  const std::lock_guard guard(kept_mutex_);
  const auto found = kept_.find(index);
  if (found == kept_.end()) return;
  Chunk& chunk = *found->second;
  chunk.n_frames_read += (overlap.end[0] - overlap.first[0]) * (overlap.end[1] - overlap.first[1]);
  const auto extent = [&](std::size_t axis) { return std::min(chunk_[axis], shape_[axis] - overlap.chunk[axis]); };
  if (chunk.n_frames_read < extent(0) * extent(1)) return;
  by_use_.erase(chunk.last_use);
  kept_.erase(found);
}

}  // namespace esieve
