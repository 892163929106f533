// SPDX-License-Identifier: Apache-2.0
#include "report/blosc_file.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "h5/h5.hpp"
#include "parallel/parallel.hpp"

namespace esieve {
namespace {

constexpr std::uint64_t max_chunk_stored_bytes = std::uint64_t{256} << 20;

struct ChunkTooLarge {};

/// A new file with one empty dataset /data: HDF5's default layout, h5py's default properties.
class BloscFile {
 public:
  BloscFile(const ChunkedShape& shape, DType dtype, const BloscMethod& method)
      : size_([this](const std::filesystem::path& path) {
          const h5::Lock lock;
          file_ = {h5::check(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), "create a temporary file"),
                   H5Fclose};
        }) {
    const h5::Lock lock;
    const h5::Id creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    const std::vector<hsize_t> chunk(shape.chunk.begin(), shape.chunk.end());
    const std::vector values = blosc_filter_values(method, shape.item_bytes, shape.chunk_bytes());
    h5::check(H5Pset_chunk(creation.get(), 4, chunk.data()), "set a chunk shape");
    h5::check(H5Pset_obj_track_times(creation.get(), false), "set dataset properties");
    h5::check(H5Pset_filter(creation.get(), blosc_filter_id, H5Z_FLAG_OPTIONAL, values.size(), values.data()),
              "set the Blosc filter");
    const std::vector<hsize_t> dims(shape.dims.begin(), shape.dims.end());
    const h5::Id space = h5::simple_space(dims);
    dataset_ = {
        h5::check(H5Dcreate2(file_.get(), "data", h5::file_type(dtype), space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT),
                  "create a temporary dataset"),
        H5Dclose};
  }

  /// \param is_compressed  otherwise the chunk is marked as stored without the filter
  void write(const std::array<std::uint64_t, 4>& origin, std::span<const std::byte> chunk, bool is_compressed) {
    const h5::Lock lock;
    const std::array<hsize_t, 4> offset{origin[0], origin[1], origin[2], origin[3]};
    h5::check(H5Dwrite_chunk(dataset_.get(), H5P_DEFAULT, is_compressed ? 0 : 1, offset.data(), chunk.size(), chunk.data()),
              "write a temporary file");
  }

  std::uint64_t close() {
    const h5::Lock lock;
    dataset_.reset();
    h5::check(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL), "write a temporary file");
    file_.reset();
    return size_.size_bytes();
  }

 private:
  h5::Id file_, dataset_;
  TemporaryFile size_;  ///< Second descriptor of the same file, which has no name to ask the size of.
};

/// Cuts chunks into pieces, compresses them in parallel and writes the chunks in order.
class Writing {
 public:
  Writing(const TemporaryFile& frames, const ChunkedShape& shape, DType dtype, const BloscMethod& method)
      : frames_(frames),
        shape_(shape),
        method_(method),
        file_(shape, dtype, method),
        pieces_per_chunk_(std::max<std::uint64_t>(1, shape.chunk_bytes() / blosc_piece_bytes)),
        join_(shape.chunk_bytes()) {}

  std::uint64_t run(int threads, const std::function<void(std::uint64_t)>& advance) {
    const auto n_slots = static_cast<std::size_t>(resolve_threads(threads)) + 1;
    pieces_.resize(n_slots);
    ordered_pipeline(
        shape_.n_chunks() * pieces_per_chunk_, threads, n_slots,
        [&](std::uint64_t i, std::size_t slot) { compress(i, pieces_[slot]); },
        [&](std::uint64_t i, std::size_t slot) {
          write(i, pieces_[slot]);
          advance(pieces_[slot].dense.size());
        });
    return file_.close();
  }

 private:
  struct Piece {
    std::vector<std::byte> dense, compressed;
  };

  void compress(std::uint64_t i, Piece& piece) const {
    const std::uint64_t first = i % pieces_per_chunk_ * blosc_piece_bytes;
    const bool is_last = i % pieces_per_chunk_ + 1 == pieces_per_chunk_;
    piece.dense.resize(is_last ? shape_.chunk_bytes() - first : blosc_piece_bytes);
    read_chunk_bytes(frames_, shape_, i / pieces_per_chunk_, first, piece.dense);
    piece.compressed = pieces_per_chunk_ == 1 ? blosc_compress_chunk(piece.dense, method_, shape_.item_bytes)
                                              : BloscJoin::compress(piece.dense, method_, shape_.item_bytes);
  }

  void write(std::uint64_t i, const Piece& piece) {
    const std::array origin = shape_.origin(i / pieces_per_chunk_);
    if (pieces_per_chunk_ == 1) {
      const bool is_compressed = !piece.compressed.empty();
      file_.write(origin, is_compressed ? piece.compressed : piece.dense, is_compressed);
      return;
    }
    join_.add(piece.compressed);
    if (join_.chunk().size() > max_chunk_stored_bytes) throw ChunkTooLarge();
    if ((i + 1) % pieces_per_chunk_ != 0) return;
    file_.write(origin, join_.chunk(), /*is_compressed=*/true);
    join_ = BloscJoin(shape_.chunk_bytes());
  }

  const TemporaryFile& frames_;
  const ChunkedShape& shape_;
  const BloscMethod& method_;
  BloscFile file_;
  std::uint64_t pieces_per_chunk_;
  std::vector<Piece> pieces_;
  BloscJoin join_;
};

}  // namespace

std::optional<std::uint64_t> measure_blosc_file(const TemporaryFile& frames, const ChunkedShape& shape, DType dtype,
                                                const BloscMethod& method, int threads,
                                                const std::function<void(std::uint64_t)>& advance) {
  if (shape.chunk_bytes() > blosc_max_bytes) return std::nullopt;
  register_blosc_filter();
  try {
    return Writing(frames, shape, dtype, method).run(threads, advance);
  } catch (const ChunkTooLarge&) {
    return std::nullopt;
  }
}

}  // namespace esieve
