// SPDX-License-Identifier: Apache-2.0
//
// Datasets written through HDF5 with our filter, and event files that other programs have changed since.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "container/filter_registration.hpp"
#include "container/layout.hpp"
#include "esieve/error.hpp"
#include "esieve/reader.hpp"
#include "h5/h5.hpp"
#include "support/temporary_folder.hpp"
#include "support/write_event_file.hpp"

namespace esieve {
namespace {

/// How a program that only knows HDF5 writes.
struct Foreign {
  std::vector<hsize_t> dims, chunk;
  ChunkParameters parameters;
  hid_t type = -1;  ///< In the file; that of the parameters if none.
};

Foreign foreign(const MemorySource& source, std::vector<hsize_t> dims, std::vector<hsize_t> chunk) {
  Foreign f{std::move(dims), std::move(chunk), {}};
  const std::size_t rank = f.dims.size();
  f.parameters.dtype = source.info().dtype;
  f.parameters.det_y = static_cast<std::uint32_t>(f.chunk[rank - 2]);
  f.parameters.det_x = static_cast<std::uint32_t>(f.chunk[rank - 1]);
  f.parameters.n_frames = 1;
  for (std::size_t axis = 0; axis + 2 < rank; ++axis) f.parameters.n_frames *= static_cast<std::uint32_t>(f.chunk[axis]);
  f.parameters.scan_row_frames = rank > 2 ? static_cast<std::uint32_t>(f.chunk[rank - 3]) : 1;
  return f;
}

h5::Id create(hid_t file, const char* name, const Foreign& f) {
  register_filter();
  const h5::Id creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_chunk(creation.get(), static_cast<int>(f.chunk.size()), f.chunk.data());
  const auto values = to_filter_values(f.parameters);
  H5Pset_filter(creation.get(), static_cast<H5Z_filter_t>(filter_id), H5Z_FLAG_OPTIONAL, values.size(), values.data());
  const hid_t type = f.type >= 0 ? f.type : h5::file_type(f.parameters.dtype);
  return {H5Dcreate2(file, name, type, h5::simple_space(f.dims).get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT), H5Dclose};
}

void write_foreign(MemorySource& source, const std::filesystem::path& path, const Foreign& f) {
  const h5::Lock lock;
  const h5::Id file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  const h5::Id dataset = create(file.get(), "some_data", f);
  ASSERT_GE(H5Dwrite(dataset.get(), h5::native_type(source.info().dtype), H5S_ALL, H5S_ALL, H5P_DEFAULT, source.bytes().data()),
            0);
}

void expect_equal(const Reader& reader, MemorySource& source) {
  std::vector<std::byte> dense(source.bytes().size());
  reader.frames(FrameRange{0, reader.info().scan.n_frames()}, dense);
  EXPECT_TRUE(std::ranges::equal(dense, source.bytes()));
  double electrons = 0, sum = 0;
  for (const FrameTotals& totals : reader.frame_totals()) electrons += totals.electrons;
  for (const double count : reader.events<double>(FrameRange{0, reader.info().scan.n_frames()}).counts) sum += count;
  EXPECT_EQ(electrons, sum);
  EXPECT_GT(sum, 0);
}

MemorySource counts(ScanShape scan, DetectorShape detector) {
  MemorySource source(scan, detector, DType::u16);
  fill_with_counts(source, 0.5, 8);
  return source;
}

TEST(ForeignFile, OpensWhateverItsChunksAndDimensions) {
  TemporaryFolder folder;
  MemorySource source = counts({5, 7}, {8, 6});
  const std::vector<std::vector<hsize_t>> chunks = {{1, 3, 8, 6},
                                                    {2, 7, 8, 6},  // runs of frames, ragged
                                                    {2, 3, 8, 6},
                                                    {1, 1, 4, 3},
                                                    {5, 7, 8, 5}};  // rectangles, tiles, ragged tiles
  for (const auto& chunk : chunks) {
    SCOPED_TRACE(testing::PrintToString(chunk));
    write_foreign(source, folder / "a.hdf5", foreign(source, {5, 7, 8, 6}, chunk));
    const Reader reader(folder / "a.hdf5");
    EXPECT_EQ(reader.info().dataset, "/some_data");
    EXPECT_EQ(reader.info().scan, (ScanShape{5, 7}));
    expect_equal(reader, source);
  }
  write_foreign(source, folder / "b.hdf5", foreign(source, {35, 8, 6}, {4, 8, 6}));
  EXPECT_EQ(Reader(folder / "b.hdf5").info().scan, (ScanShape{1, 35}));
  expect_equal(Reader(folder / "b.hdf5"), source);
  MemorySource frame = counts({1, 1}, {8, 6});
  write_foreign(frame, folder / "c.hdf5", foreign(frame, {8, 6}, {8, 6}));
  expect_equal(Reader(folder / "c.hdf5"), frame);
}

TEST(ForeignFile, BigEndianNumbersComeOutNative) {
  TemporaryFolder folder;
  MemorySource source = counts({2, 3}, {4, 4});
  Foreign f = foreign(source, {2, 3, 4, 4}, {1, 3, 4, 4});
  f.parameters.big_endian = true;
  f.type = H5T_STD_U16BE;
  write_foreign(source, folder / "a.hdf5", f);
  expect_equal(Reader(folder / "a.hdf5"), source);
}

TEST(ForeignFile, ChunksNeverWrittenAreZero) {
  TemporaryFolder folder;
  MemorySource source = counts({2, 3}, {4, 4});
  {
    const h5::Lock lock;
    const h5::Id file(H5Fcreate((folder / "a.hdf5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
    create(file.get(), "some_data", foreign(source, {2, 3, 4, 4}, {1, 3, 4, 4}));
  }
  const Reader reader(folder / "a.hdf5");
  std::vector<std::byte> dense(source.bytes().size(), std::byte{1});
  reader.frames(FrameRange{0, 6}, dense);
  EXPECT_THAT(dense, testing::Each(std::byte{0}));
  EXPECT_EQ(reader.events<float>(FrameRange{0, 6}).n_events(), 0U);
}

TEST(ForeignFile, ChunksStoredWithoutTheFilterAreRead) {
  TemporaryFolder folder;
  MemorySource source = counts({1, 2}, {4, 4});
  {
    const h5::Lock lock;
    const h5::Id file(H5Fcreate((folder / "a.hdf5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
    const h5::Id dataset = create(file.get(), "some_data", foreign(source, {1, 2, 4, 4}, {1, 1, 4, 4}));
    for (hsize_t x = 0; x < 2; ++x) {
      const hsize_t offset[] = {0, x, 0, 0};
      ASSERT_GE(H5Dwrite_chunk(dataset.get(), H5P_DEFAULT, 1, offset, 32, source.frame(x).data()), 0);
    }
  }
  expect_equal(Reader(folder / "a.hdf5"), source);
}

TEST(ForeignFile, SeveralDatasetsAreListed) {
  TemporaryFolder folder;
  MemorySource source = counts({1, 2}, {4, 4});
  {
    const h5::Lock lock;
    const h5::Id file(H5Fcreate((folder / "a.hdf5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
    for (const char* name : {"one", "two"}) create(file.get(), name, foreign(source, {1, 2, 4, 4}, {1, 1, 4, 4}));
  }
  try {
    Reader reader(folder / "a.hdf5");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("/one, /two"));
  }
}

TEST(ChangedFile, ChunksMovedByACopyAreStillFound) {
  TemporaryFolder folder;
  MemorySource source = counts({20, 15}, {8, 6});
  write_event_file(source, folder / "a.hdf5", {.frames_per_chunk = 1, .all_parts = true});
  {
    const h5::Lock lock;
    const h5::Id from = h5::open_file(folder / "a.hdf5");
    ASSERT_TRUE(h5::exists(from.get(), "/esieve/chunks"));
    const h5::Id to(H5Fcreate((folder / "b.hdf5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
    for (const char* name : {"esieve", "entry"})
      ASSERT_GE(H5Ocopy(from.get(), name, to.get(), name, H5P_DEFAULT, H5P_DEFAULT), 0);
  }
  const Reader reader(folder / "b.hdf5");
  expect_equal(reader, source);
  EXPECT_EQ(reader.info().digest, dense_digest(hashes_of(source)));
}

TEST(ChangedFile, FramesWrittenAnewThroughHdf5ReplaceTheOldOnes) {
  TemporaryFolder folder;
  MemorySource source = counts({20, 15}, {8, 6});
  write_event_file(source, folder / "a.hdf5", {.frames_per_chunk = 1});
  for (std::uint16_t& value : source.values<std::uint16_t>().subspan(48 * 17, 48)) value = static_cast<std::uint16_t>(value + 1);
  {
    const h5::Lock lock;
    const h5::Id file(H5Fopen((folder / "a.hdf5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    const h5::Id dataset = h5::open_dataset(file.get(), layout::dataset_path);
    const h5::Id space(H5Dget_space(dataset.get()), H5Sclose);
    const hsize_t start[] = {1, 2, 0, 0}, count[] = {1, 1, 8, 6};
    H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start, nullptr, count, nullptr);
    ASSERT_GE(H5Dwrite(dataset.get(), H5T_NATIVE_UINT16, h5::simple_space(count).get(), space.get(), H5P_DEFAULT,
                       source.frame(17).data()),
              0);
  }
  std::vector<std::byte> dense(source.bytes().size());
  Reader(folder / "a.hdf5").frames(FrameRange{0, 300}, dense);
  EXPECT_TRUE(std::ranges::equal(dense, source.bytes()));
}

}  // namespace
}  // namespace esieve
