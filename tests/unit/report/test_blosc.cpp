// SPDX-License-Identifier: Apache-2.0
#include "report/blosc.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "h5/h5.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

std::vector<std::byte> sparse_bytes(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::byte> bytes(n);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() % 20 == 0 ? random() % 3 : 0);
  return bytes;
}

std::vector<std::byte> joined(std::span<const std::byte> dense, const BloscMethod& method, std::size_t item_bytes) {
  BloscJoin join(dense.size());
  const std::size_t n_pieces = dense.size() / blosc_piece_bytes;
  for (std::size_t i = 0; i < n_pieces; ++i) {
    const std::size_t first = i * blosc_piece_bytes;
    const std::size_t n = i + 1 == n_pieces ? dense.size() - first : blosc_piece_bytes;
    join.add(BloscJoin::compress(dense.subspan(first, n), method, item_bytes));
  }
  return {join.chunk().begin(), join.chunk().end()};
}

TEST(Blosc, pieces_join_to_the_very_bytes_of_the_whole) {
  const BloscMethod zstd_3{}, lz4_bits{BloscCompressor::lz4, 5, BloscShuffle::bits};
  for (const std::size_t item_bytes : {1U, 2U, 8U})
    for (const std::size_t more : {0U, 8U, 3000000U}) {
      const std::vector<std::byte> dense = sparse_bytes(2 * blosc_piece_bytes + more, 40 + more);
      EXPECT_EQ(joined(dense, zstd_3, item_bytes), blosc_compress_chunk(dense, zstd_3, item_bytes))
          << item_bytes << " bytes an item, " << dense.size() << " bytes";
      EXPECT_EQ(joined(dense, lz4_bits, item_bytes), blosc_compress_chunk(dense, lz4_bits, item_bytes));
    }
}

/// One chunk written by HDF5 itself through the filter, and what is stored of it.
struct FilteredChunk {
  std::vector<std::byte> stored, read_back;

  FilteredChunk(std::span<const std::byte> dense, const std::vector<unsigned>& values) {
    register_blosc_filter();
    const TemporaryFolder folder;
    const h5::Lock lock;
    const h5::Id file(H5Fcreate((folder / "blosc.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
    const std::array<hsize_t, 1> dims = {dense.size() / 2}, origin = {0};
    const h5::Id creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_chunk(creation.get(), 1, dims.data());
    H5Pset_filter(creation.get(), blosc_filter_id, H5Z_FLAG_OPTIONAL, values.size(), values.data());
    const h5::Id space = h5::simple_space(dims);
    const h5::Id dataset(H5Dcreate2(file.get(), "data", H5T_STD_U16LE, space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT),
                         H5Dclose);
    h5::check(H5Dwrite(dataset.get(), H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, dense.data()), "write");
    H5Fflush(file.get(), H5F_SCOPE_GLOBAL);
    hsize_t n = 0;
    H5Dget_chunk_storage_size(dataset.get(), origin.data(), &n);
    stored.resize(n);
    std::uint32_t mask = 0;
    h5::check(H5Dread_chunk(dataset.get(), H5P_DEFAULT, origin.data(), &mask, stored.data()), "read the chunk");
    is_compressed = mask == 0;
    read_back.resize(dense.size());
    h5::check(H5Dread(dataset.get(), H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, read_back.data()), "read");
  }

  bool is_compressed = false;
};

TEST(Blosc, filter_stores_what_direct_chunks_hold) {
  const std::vector<std::byte> dense = sparse_bytes(2 * blosc_piece_bytes + 4096, 50);
  const FilteredChunk chunk(dense, blosc_filter_values({}, 2, dense.size()));
  EXPECT_TRUE(chunk.is_compressed);
  EXPECT_EQ(chunk.stored, joined(dense, {}, 2));
  EXPECT_EQ(chunk.read_back, dense);
}

TEST(Blosc, filter_fills_in_item_and_chunk_size) {
  const std::vector<std::byte> dense = sparse_bytes(65536, 51);
  const FilteredChunk chunk(dense, {0, 0, 0, 0, 3, 1, 5});
  EXPECT_EQ(chunk.stored, blosc_compress_chunk(dense, {}, 2));
}

TEST(Blosc, filter_leaves_alone_what_does_not_shrink) {
  std::mt19937_64 random(52);
  std::vector<std::byte> noise(65536);
  for (std::byte& byte : noise) byte = static_cast<std::byte>(random());
  const FilteredChunk chunk(noise, blosc_filter_values({}, 2, noise.size()));
  EXPECT_FALSE(chunk.is_compressed);
  EXPECT_EQ(chunk.read_back, noise);
  EXPECT_TRUE(blosc_compress_chunk(noise, {}, 2).empty());
}

}  // namespace
}  // namespace esieve
