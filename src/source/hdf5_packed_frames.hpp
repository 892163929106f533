// SPDX-License-Identifier: Apache-2.0
//
// Frames of a chunked HDF5 dataset, unpacked by the threads that ask for them. HDF5 runs its filters one at a time, under its
// lock: two threads that convert an archive would wait for each other half of the time.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/raw_memory.hpp"
#include "h5/h5.hpp"
#include "parallel/pool.hpp"
#include "parallel/semaphore.hpp"
#include "source/flat_source.hpp"
#include "source/hdf5_unpack.hpp"

namespace esieve {

/// Any number of threads may read; of large chunks fewer unpack at a time, within `most_unpacking_bytes`. Chunks that hold more than
/// what was asked for are kept until the rest is, within `most_kept_bytes`.
class Hdf5PackedFrames {
 public:
  static constexpr std::uint64_t most_kept_bytes = std::uint64_t{96} << 20, most_unpacking_bytes = std::uint64_t{96} << 20;

  /// Nothing if HDF5 has to read it: not chunked, other filters than deflate and shuffle, very large chunks, or elements that
  /// are not stored as they will be read but for the order of their bytes.
  /// \param dataset  of 3 or 4 dimensions; stays the caller's, and open
  static std::unique_ptr<Hdf5PackedFrames> open(hid_t dataset, DType dtype);

  /// Reads `n_rows` × `n_columns` frames from (`row`, `column`) on; a stack of three dimensions is one row.
  /// \returns false if HDF5 has to: a chunk is missing, or is not what its filters make. `out` is then unspecified.
  bool read(std::uint64_t row, std::uint64_t column, std::uint64_t n_rows, std::uint64_t n_columns,
            std::span<std::byte> out) const;

 private:
  using Four = std::array<std::uint64_t, 4>;  // (scan_y, scan_x, det_y, det_x)

  struct Chunk {
    std::mutex mutex;  // while it is unpacked
    bool is_unpacked = false;
    RawMemory<std::byte> elements;
    std::uint64_t n_frames_read = 0;  // guarded by kept_mutex_, as is what follows
    std::list<std::uint64_t>::iterator last_use;
  };

  /// What a chunk and the frames asked for have in common.
  struct Overlap {
    Four chunk{};  // where the chunk begins
    Four first{}, end{};
  };

  explicit Hdf5PackedFrames(std::uint64_t chunk_bytes);
  bool read_chunk(const Overlap& overlap, const Four& start, const Four& count, std::span<std::byte> out) const;
  bool fetch(const Four& at, std::span<std::byte> elements) const;
  std::shared_ptr<Chunk> kept(std::uint64_t index) const;
  void note_read(std::uint64_t index, const Overlap& overlap) const;
  std::uint64_t index_of(const Four& at) const;

  hid_t dataset_ = -1;
  std::size_t n_dims_ = 0, item_bytes_ = 0;
  std::uint64_t chunk_bytes_;
  ByteOrder order_ = ByteOrder::little;
  Four shape_{}, chunk_{};
  std::vector<Hdf5Filter> filters_;
  mutable Pool<Hdf5Unpacker> unpackers_;
  mutable Semaphore may_unpack_;
  mutable std::mutex kept_mutex_;
  mutable std::unordered_map<std::uint64_t, std::shared_ptr<Chunk>> kept_;
  mutable std::list<std::uint64_t> by_use_;  // of kept_, the latest first
};

}  // namespace esieve
