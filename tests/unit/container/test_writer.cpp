// SPDX-License-Identifier: Apache-2.0
//
// What HDF5 finds in a file, and what is left when writing fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "container/filter_registration.hpp"
#include "container/layout.hpp"
#include "esieve/error.hpp"
#include "h5/compact.hpp"
#include "h5/h5.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"
#include "support/write_event_file.hpp"

namespace esieve {
namespace {

MemorySource small_scan(DType dtype = DType::u16) {
  MemorySource source({5, 6}, {12, 10}, dtype);
  fill_with_counts(source, 0.3, 1);
  return source;
}

/// Enough noise for every optional part.
MemorySource large_scan() {
  MemorySource source({5, 6}, {96, 80}, DType::u16);
  fill_with_noise(source, 0.7, 2);
  return source;
}

std::vector<std::byte> read_all(hid_t file, const char* path, const SourceInfo& info) {
  std::vector<std::byte> dense(info.dense_bytes());
  const h5::Lock lock;
  const h5::Id dataset = h5::open_dataset(file, path);
  EXPECT_GE(H5Dread(dataset.get(), h5::native_type(info.dtype), H5S_ALL, H5S_ALL, H5P_DEFAULT, dense.data()), 0);
  return dense;
}

TEST(Writer, FilesAreDenseDatasetsToHdf5) {
  TemporaryFolder folder;
  MemorySource source = small_scan();
  write_event_file(source, folder / "a.hdf5");
  const h5::Id file = h5::open_file(folder / "a.hdf5");
  EXPECT_THAT(read_all(file.get(), layout::dataset_path, source.info()), testing::ElementsAreArray(source.bytes()));
}

TEST(Writer, ChunksMayComeInAnyOrderAndTheRestIsTheSame) {
  TemporaryFolder folder;
  MemorySource source = small_scan();
  const ContainerOptions options{.frames_per_chunk = 4};
  write_event_file(source, folder / "in_order.hdf5", options);
  ContainerWriter writer(folder / "shuffled.hdf5", source.info(), options);
  std::vector<std::uint64_t> order(writer.grid().n_chunks());
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(5));
  for (const std::uint64_t i : order) write_chunk(writer, source, i);
  writer.close();

  const h5::Id a = h5::open_file(folder / "in_order.hdf5"), b = h5::open_file(folder / "shuffled.hdf5");
  EXPECT_EQ(read_all(a.get(), layout::dataset_path, source.info()), read_all(b.get(), layout::dataset_path, source.info()));
  EXPECT_EQ(h5::read_dataset<std::uint64_t>(a.get(), layout::scan_image_path, 30),
            h5::read_dataset<std::uint64_t>(b.get(), layout::scan_image_path, 30));
  const auto digest = [](const h5::Id& file) {
    return h5::string_attribute(h5::open_dataset(file.get(), layout::dataset_path).get(), layout::dense_digest);
  };
  EXPECT_EQ(digest(a), digest(b));
  EXPECT_EQ(digest(a), dense_digest(hashes_of(source)));
}

TEST(Writer, OneDatasetHasTheNamesOfEveryConvention) {
  TemporaryFolder folder;
  MemorySource source = large_scan();
  source.info_to_change().title = "a/b";
  write_event_file(source, folder / "a.hdf5");
  const h5::Id file = h5::open_file(folder / "a.hdf5");
  const h5::Lock lock;
  const auto address = [&](const char* path) {
    H5O_info_t info{};
    EXPECT_GE(H5Oget_info_by_name1(file.get(), path, &info, H5P_DEFAULT), 0) << path;
    return info.addr;
  };
  EXPECT_EQ(address("/entry/data/data"), address("/Experiments/a-b/data"));
  EXPECT_EQ(address("/entry/data/data"), address("/datacube_root/datacube/data"));
  EXPECT_EQ(address("/entry/data/det_y"), address("/Experiments/a-b/axis-2"));
  EXPECT_EQ(address("/entry/data/det_y"), address("/datacube_root/datacube/dim2"));
  EXPECT_EQ(address("/entry/scan_image/counts"), address("/esieve/frame_electrons"));
}

TEST(Writer, AHandfulOfFramesGoesWithoutExtrasUnlessAskedForThem) {
  TemporaryFolder folder;
  MemorySource source({3, 5}, {64, 64}, DType::u8);
  fill_with_noise(source, 0.5, 3);
  write_event_file(source, folder / "small.hdf5");
  write_event_file(source, folder / "all.hdf5", {.all_parts = true});
  const h5::Id small = h5::open_file(folder / "small.hdf5"), all = h5::open_file(folder / "all.hdf5");
  for (const char* path : {"/datacube_root", "/entry/mean_pattern", "/esieve/frame_events"}) {
    EXPECT_FALSE(h5::exists(small.get(), path)) << path;
    EXPECT_TRUE(h5::exists(all.get(), path)) << path;
  }
  EXPECT_TRUE(h5::exists(small.get(), "/Experiments"));
}

TEST(Writer, EveryScanHasAllPartsHoweverSmall) {
  TemporaryFolder folder;
  MemorySource source({4, 4}, {8, 8}, DType::u16);
  write_event_file(source, folder / "scan.hdf5");
  const h5::Id file = h5::open_file(folder / "scan.hdf5");
  for (const char* path : {"/datacube_root", "/entry/mean_pattern", "/entry/scan_image", "/esieve/frame_events", "/Experiments"})
    EXPECT_TRUE(h5::exists(file.get(), path)) << path;
}

TEST(Writer, LayoutTakesLessThanItsBudget) {
  TemporaryFolder folder;
  const auto overhead = [&](MemorySource& source) {
    const auto path = folder / "a.hdf5";
    write_event_file(source, path, {.overwrite = true});
    const h5::Id file = h5::open_file(path);
    return std::filesystem::file_size(path) - H5Dget_storage_size(h5::open_dataset(file.get(), layout::dataset_path).get());
  };
  MemorySource frame({1, 1}, {64, 64}, DType::u8);
  fill_with_noise(frame, 0.5, 3);
  EXPECT_LT(overhead(frame), 2900U) << "one frame";
  MemorySource frames({3, 5}, {16, 16}, DType::u8);
  fill_with_counts(frames, 0.05, 3);
  EXPECT_LT(overhead(frames), 4500U) << "a few frames";
  MemorySource scan({32, 32}, {16, 16}, DType::u8);
  fill_with_counts(scan, 0.05, 3);
  EXPECT_LT(overhead(scan), 11500U) << "a small scan, 2 KB of it electrons and events per frame";
  MemorySource large = large_scan();
  EXPECT_LT(overhead(large), 16000U) << "everything";
}

TEST(Writer, ElectronsPerFrameAreExactInTheNarrowestType) {
  TemporaryFolder folder;
  const auto stored_type = [&](DType dtype, auto first_value) {
    MemorySource source({1, 3}, {2, 2}, dtype);
    source.values<decltype(first_value)>()[5] = first_value;
    write_event_file(source, folder / "a.hdf5", {.overwrite = true});
    const h5::Id file = h5::open_file(folder / "a.hdf5");
    const h5::Id dataset = h5::open_dataset(file.get(), layout::scan_image_path);
    EXPECT_EQ(h5::read_dataset<double>(file.get(), layout::scan_image_path, 3),
              (std::vector<double>{0, static_cast<double>(first_value), 0}));
    return *h5::dtype_of(h5::Id(H5Dget_type(dataset.get()), H5Tclose).get());
  };
  EXPECT_EQ(stored_type(DType::u32, std::uint32_t{0xffffffff}), DType::u32);
  EXPECT_EQ(stored_type(DType::u64, std::uint64_t{1} << 33), DType::u64);
  EXPECT_EQ(stored_type(DType::i16, std::int16_t{-7}), DType::f64);
  EXPECT_EQ(stored_type(DType::f32, 0.25F), DType::f64);
  EXPECT_EQ(stored_type(DType::f64, 12.0), DType::u32);
}

TEST(Writer, RecordsThresholdsAndWhatTheyDropped) {
  TemporaryFolder folder;
  MemorySource source = small_scan();
  ThresholdOptions threshold;
  threshold.threshold = 2.5;
  threshold.mask = PixelMap{std::vector<double>(120, 0), "mask.npy"};
  ContainerWriter writer(folder / "a.hdf5", source.info(), {.threshold = threshold});
  std::vector<std::byte> chunk;
  std::vector<FrameTotals> totals(30);
  ChunkCodec().encode(source.bytes(), writer.parameters(), 0, chunk, totals);
  std::vector<DroppedFrame> dropped(30, {2, 1.5, 0.75});
  dropped[7].maximum = 9;
  writer.write(0, chunk, {totals, hashes_of(source), pattern_of(source.bytes(), DType::u16, 120), dropped});
  writer.close();
  const h5::Id file = h5::open_file(folder / "a.hdf5");
  const h5::Id process = h5::open_group(file.get(), layout::process_path);
  EXPECT_EQ(h5::double_attribute(process.get(), layout::threshold), 2.5);
  EXPECT_EQ(h5::unsigned_attribute(process.get(), layout::dropped_pixels), 60U);
  EXPECT_EQ(h5::double_attribute(process.get(), layout::dropped_intensity), 45);
  EXPECT_EQ(h5::double_attribute(process.get(), layout::dropped_maximum), 9);
  EXPECT_EQ(h5::read_dataset<double>(process.get(), layout::frame_dropped_maximum, 30)[7], 9);
  EXPECT_TRUE(h5::exists(process.get(), layout::mask));
}

TEST(Writer, RefusesToReplaceAFileUnlessAsked) {
  TemporaryFolder folder;
  MemorySource source = small_scan();
  std::ofstream(folder / "a.hdf5") << "precious";
  EXPECT_THROW(ContainerWriter(folder / "a.hdf5", source.info(), {}), UsageError);
  EXPECT_EQ(std::filesystem::file_size(folder / "a.hdf5"), 8U);
  write_event_file(source, folder / "a.hdf5", {.overwrite = true});
  EXPECT_GT(std::filesystem::file_size(folder / "a.hdf5"), 1000U);
}

TEST(Writer, LeavesNothingBehindWhenAbandoned) {
  TemporaryFolder folder;
  MemorySource source = small_scan();
  {
    ContainerWriter writer(folder / "a.hdf5", source.info(), {.frames_per_chunk = 6});
    write_chunk(writer, source, 2);
    EXPECT_FALSE(std::filesystem::is_empty(folder.path()));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Writer, RefusesChunksTwiceOrNotAtAll) {
  TemporaryFolder folder;
  MemorySource source = small_scan();
  ContainerWriter writer(folder / "a.hdf5", source.info(), {.frames_per_chunk = 6});
  write_chunk(writer, source, 2);
  EXPECT_THROW(write_chunk(writer, source, 2), std::logic_error);
  EXPECT_THROW(writer.close(), std::logic_error);
}

/// Writes with files limited to `limit` bytes, as a full disk would, and ends the process the usual way.
[[noreturn]] void write_on_full_disk(const std::filesystem::path& path, rlim_t limit) {
  MemorySource source = large_scan();
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limits{limit, RLIM_INFINITY};
  ::setrlimit(RLIMIT_FSIZE, &limits);
  int code = 0;
  try {
    write_event_file(source, path, {.frames_per_chunk = 3});
  } catch (const IoError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    code = 3;
  }
  std::exit(code);
}

TEST(WriterDeathTest, AFullDiskIsAnErrorAndLeavesNothingWhereverItHappens) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  TemporaryFolder folder;
  MemorySource source = large_scan();
  write_event_file(source, folder / "whole.hdf5", {.frames_per_chunk = 3});
  const auto size = std::filesystem::file_size(folder / "whole.hdf5");
  std::filesystem::remove(folder / "whole.hdf5");
  // In the superblock, between chunks, and in what is written last.
  for (const std::uint64_t limit : {std::uint64_t{2000}, size / 3, size - 12'000, size - 3000, size - 1}) {
    EXPECT_EXIT(write_on_full_disk(folder / "a.hdf5", limit), testing::ExitedWithCode(3), "cannot write .*File too large")
        << limit;
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << limit;
  }
  EXPECT_EXIT(write_on_full_disk(folder / "a.hdf5", size), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace esieve
