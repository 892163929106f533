// SPDX-License-Identifier: Apache-2.0
#include "source/hdf5_packed_frames.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "hdf5_files.hpp"
#include "source_checks.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

enum class Packing { none, deflate, shuffle, shuffle_deflate };

h5::Id packed_creation(const Dims& chunk, Packing packing) {
  h5::Id properties = creation(chunk);
  if (packing == Packing::shuffle || packing == Packing::shuffle_deflate) H5Pset_shuffle(properties.get());
  if (packing == Packing::deflate || packing == Packing::shuffle_deflate) H5Pset_deflate(properties.get(), 4);
  return properties;
}

/// Few values, so that deflate has something to find.
std::vector<std::byte> random_counts(std::mt19937_64& random, std::size_t n_bytes) {
  std::vector<std::byte> bytes(n_bytes);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() % 8 == 0 ? random() % 3 : 0);
  return bytes;
}

/// One dataset "/data" of u16, open.
struct Counts {
  TemporaryFolder folder;
  std::vector<std::byte> values;
  h5::Id file, dataset;

  Counts(const Dims& dims, const Dims& chunk, Packing packing, std::mt19937_64& random) {
    std::size_t n = 2;
    for (const hsize_t dim : dims) n *= dim;
    values = random_counts(random, n);
    file = create_file(folder / "x.h5");
    dataset = write_array(file.get(), "/data", DType::u16, dims, values.data(), packed_creation(chunk, packing));
  }

  /// As a reader meets it: all is in the file.
  std::unique_ptr<Hdf5PackedFrames> frames() {
    dataset.reset();
    file.reset();
    file = h5::open_file(folder / "x.h5");
    dataset = h5::open_dataset(file.get(), "/data");
    return Hdf5PackedFrames::open(dataset.get(), DType::u16);
  }
};

TEST(Hdf5PackedFrames, read_boxes_of_every_chunking_and_packing) {
  const std::uint64_t seed = test_seed(31);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (const Packing packing : {Packing::none, Packing::deflate, Packing::shuffle, Packing::shuffle_deflate})
    for (int trial = 0; trial < 12; ++trial) {
      Dims dims = {1 + random() % 7, 1 + random() % 9, 1 + random() % 6, 1 + random() % 6};
      if (trial % 4 == 0) dims.erase(dims.begin());
      Dims chunk;
      for (const hsize_t n : dims) chunk.push_back(random() % 3 == 0 ? n : 1 + random() % n);
      if (trial % 3 == 0) std::copy(dims.end() - 2, dims.end(), chunk.end() - 2);  // whole frames
      Counts counts(dims, chunk, packing, random);
      const auto frames = counts.frames();
      ASSERT_NE(frames, nullptr);
      if (dims.size() == 3) dims.insert(dims.begin(), 1);
      const std::size_t frame_bytes = dims[2] * dims[3] * 2;
      for (int box = 0; box < 20; ++box) {
        const std::uint64_t row = random() % dims[0], column = random() % dims[1];
        const std::uint64_t n_rows = 1 + random() % (dims[0] - row), n_columns = 1 + random() % (dims[1] - column);
        std::vector<std::byte> expected, out(n_rows * n_columns * frame_bytes);
        for (std::uint64_t y = row; y < row + n_rows; ++y) {
          const std::byte* const from = counts.values.data() + (y * dims[1] + column) * frame_bytes;
          expected.insert(expected.end(), from, from + n_columns * frame_bytes);
        }
        ASSERT_TRUE(frames->read(row, column, n_rows, n_columns, out));
        ASSERT_EQ(out, expected);
      }
    }
}

TEST(Hdf5PackedFrames, several_threads_share_the_chunks_they_have_parts_of) {
  std::mt19937_64 random(test_seed(32));
  Counts counts({12, 12, 16, 16}, {4, 4, 16, 16}, Packing::shuffle_deflate, random);
  const auto frames = counts.frames();
  ASSERT_NE(frames, nullptr);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::byte> out(counts.values.size());
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (std::uint64_t y = t; y < 12; y += 4)
          EXPECT_TRUE(frames->read(y, 0, 1, 12, std::span(out).subspan(y * 12 * 512, std::size_t{12} * 512)));
      });
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(out, counts.values);
  }
}

TEST(Hdf5PackedFrames, chunks_that_do_not_all_fit_are_unpacked_again) {
  std::mt19937_64 random(test_seed(33));
  // Seven chunks of 16 MiB: one more than are kept, and every row of frames needs them all.
  Counts counts({2, 7, 2048, 2048}, {2, 1, 2048, 2048}, Packing::deflate, random);
  const auto frames = counts.frames();
  ASSERT_NE(frames, nullptr);
  const std::size_t row_bytes = counts.values.size() / 2;
  std::vector<std::byte> out(row_bytes);
  for (const std::uint64_t row : {0U, 1U, 0U}) {
    ASSERT_TRUE(frames->read(row, 0, 1, 7, out));
    EXPECT_TRUE(std::equal(out.begin(), out.end(), counts.values.begin() + static_cast<std::ptrdiff_t>(row * row_bytes)));
  }
}

TEST(Hdf5PackedFrames, take_filters_that_were_skipped_for_a_chunk) {
  std::mt19937_64 random(test_seed(34));
  Counts counts({2, 2, 4, 4}, {1, 2, 4, 4}, Packing::shuffle_deflate, random);
  const std::vector<std::byte> plain = random_bytes(random, 64);
  const Dims second = {1, 0, 0, 0};
  H5Dwrite_chunk(counts.dataset.get(), H5P_DEFAULT, 3, second.data(), plain.size(), plain.data());
  const auto frames = counts.frames();
  ASSERT_NE(frames, nullptr);
  std::copy(plain.begin(), plain.end(), counts.values.begin() + 64);
  std::vector<std::byte> out(128);
  EXPECT_TRUE(frames->read(0, 0, 2, 2, out));
  EXPECT_EQ(out, counts.values);
}

TEST(Hdf5PackedFrames, leave_to_hdf5_what_only_it_knows) {
  std::mt19937_64 random(test_seed(35));
  const TemporaryFolder folder;
  const h5::Id file = create_file(folder / "x.h5");
  h5::Id with_checksum = creation({1, 2, 2}), partial = creation({2, 2, 2}), deflated_first = creation({1, 2, 2});
  H5Pset_fletcher32(with_checksum.get());
  H5Pset_deflate(deflated_first.get(), 1);
  H5Pset_shuffle(deflated_first.get());
  H5Pset_deflate(partial.get(), 1);
  H5Pset_chunk_opts(partial.get(), H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS);
  const std::vector<std::byte> values = random_bytes(random, 3 * 4 * 2);
  for (const auto& [name, properties] : {std::pair<std::string, const h5::Id*>{"checksum", &with_checksum},
                                         {"partial", &partial},
                                         {"deflated_first", &deflated_first}}) {
    const h5::Id dataset = write_array(file.get(), name, DType::u16, {3, 2, 2}, values.data(), *properties);
    EXPECT_EQ(Hdf5PackedFrames::open(dataset.get(), DType::u16), nullptr) << name;
  }
  const h5::Id whole = write_array(file.get(), "whole", DType::u16, {3, 2, 2}, values.data());
  EXPECT_EQ(Hdf5PackedFrames::open(whole.get(), DType::u16), nullptr);
  const h5::Id converted = write_array(file.get(), "converted", DType::u16, {3, 2, 2}, values.data(), creation({1, 2, 2}));
  EXPECT_EQ(Hdf5PackedFrames::open(converted.get(), DType::u32), nullptr);
  const h5::Id missing = write_array(file.get(), "missing", DType::u16, {3, 2, 2}, nullptr, creation({1, 2, 2}));
  std::vector<std::byte> out(8);
  EXPECT_FALSE(Hdf5PackedFrames::open(missing.get(), DType::u16)->read(0, 1, 1, 1, out));
}

TEST(Hdf5PackedFrames, damaged_chunks_are_errors_of_the_source) {
  std::mt19937_64 random(test_seed(36));
  Counts counts({2, 2, 8, 8}, {1, 2, 8, 8}, Packing::shuffle_deflate, random);
  const Dims first = {0, 0, 0, 0};
  hsize_t n = 0;
  H5Dget_chunk_storage_size(counts.dataset.get(), first.data(), &n);
  std::uint32_t mask = 0;
  std::vector<std::byte> good(n);
  H5Dread_chunk(counts.dataset.get(), H5P_DEFAULT, first.data(), &mask, good.data());
  for (int trial = 0; trial < 100; ++trial) {
    std::vector<std::byte> bad = good;
    bad.resize(1 + random() % good.size());
    bad[random() % bad.size()] ^= static_cast<std::byte>(1 + random() % 255);
    H5Dwrite_chunk(counts.dataset.get(), H5P_DEFAULT, 0, first.data(), bad.size(), bad.data());
    H5Fflush(counts.file.get(), H5F_SCOPE_GLOBAL);
    std::filesystem::copy_file(counts.folder / "x.h5", counts.folder / "y.h5", std::filesystem::copy_options::overwrite_existing);
    const auto source = open_source(counts.folder / "y.h5");
    EXPECT_THAT([&] { read_all(*source); }, ThrowsMessage<DataError>(HasSubstr("cannot read frames of")));
    EXPECT_NO_THROW(read_frames(*source, {2, 2})) << "the sound chunk";
  }
}

}  // namespace
}  // namespace esieve
