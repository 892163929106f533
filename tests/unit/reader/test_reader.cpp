// SPDX-License-Identifier: Apache-2.0
//
// What goes in comes out, by any range and region, as frames and as events.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <thread>

#include "esieve/eigen.hpp"
#include "esieve/error.hpp"
#include "esieve/reader.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"
#include "support/write_event_file.hpp"

namespace esieve {
namespace {

std::vector<std::byte> read(const Reader& reader, auto what, std::uint64_t n_frames) {
  std::vector<std::byte> out(n_frames * reader.info().frame_bytes());
  reader.frames(what, out);
  return out;
}

/// Events laid out as dense frames of the file's element type.
std::vector<std::byte> densify(const Events<double>& events, DType dtype) {
  return visit_dtype(dtype, [&]<class T>(T) {
    std::vector<T> dense(events.n_frames() * events.detector.n_pixels());
    for (std::size_t frame = 0; frame < events.n_frames(); ++frame)
      for (auto i = static_cast<std::size_t>(events.offsets[frame]); i < static_cast<std::size_t>(events.offsets[frame + 1]); ++i)
        dense[frame * events.detector.n_pixels() + static_cast<std::size_t>(events.pixels[i])] = static_cast<T>(events.counts[i]);
    const auto bytes = std::as_bytes(std::span(dense));
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  });
}

TEST(Reader, ReturnsWhatWasWrittenForEveryTypeShapeAndDensity) {
  const std::uint64_t seed = test_seed(3);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  TemporaryFolder folder;
  for (int trial = 0; trial < 60; ++trial) {
    const auto dtype = static_cast<DType>(1 + trial % 10);
    MemorySource source({1 + random() % 9, 1 + random() % 9},
                        {static_cast<std::uint32_t>(1 + random() % 20), static_cast<std::uint32_t>(1 + random() % 20)}, dtype);
    if (trial % 3 == 0)
      fill_with_noise(source, static_cast<double>(random() % 5) / 4, random());
    else
      fill_with_counts(source, std::pow(10.0, static_cast<double>(random() % 4) - 2), random());
    SCOPED_TRACE(std::string(dtype_name(dtype)) + " trial " + std::to_string(trial));
    write_event_file(
        source, folder / "a.hdf5",
        {.frames_per_chunk = static_cast<std::uint32_t>(random() % 20), .overwrite = true, .all_parts = random() % 2 == 0});
    const Reader reader(folder / "a.hdf5");
    const std::uint64_t n = source.info().scan.n_frames(), first = random() % n, count = random() % (n - first + 1);
    const std::span part = source.bytes().subspan(first * source.info().frame_bytes(), count * source.info().frame_bytes());
    ASSERT_THAT(read(reader, FrameRange{0, n}, n), testing::ElementsAreArray(source.bytes()));
    ASSERT_THAT(read(reader, FrameRange{first, count}, count), testing::ElementsAreArray(part));
    ASSERT_EQ(reader.info().digest, dense_digest(hashes_of(source)));

    std::uint64_t n_events = 0;
    for (const FrameTotals& totals : reader.frame_totals()) n_events += totals.n_events;
    ASSERT_EQ(reader.info().n_events, n_events);
    const bool doubles_hold_it = trial % 3 != 0 || (dtype != DType::u64 && dtype != DType::i64 && !is_float(dtype));
    if (doubles_hold_it) {
      const Events<double> events = reader.events<double>(FrameRange{first, count});
      ASSERT_THAT(densify(events, dtype), testing::ElementsAreArray(part));
    }
  }
}

TEST(Reader, CutsRegionsOutOfChunksOfAnyKind) {
  TemporaryFolder folder;
  MemorySource source({7, 5}, {6, 4}, DType::u16);
  fill_with_counts(source, 2, 9);
  for (const std::uint32_t frames_per_chunk : {1U, 2U, 5U, 15U, 35U}) {
    write_event_file(source, folder / "a.hdf5", {.frames_per_chunk = frames_per_chunk, .overwrite = true});
    const Reader reader(folder / "a.hdf5");
    const ScanRegion region{2, 4, 1, 3};
    std::vector<std::byte> expected;
    std::vector<std::uint64_t> indices;
    for (std::uint64_t y = 2; y < 6; ++y)
      for (std::uint64_t x = 1; x < 4; ++x) {
        indices.push_back(y * 5 + x);
        const auto frame = source.frame(y * 5 + x);
        expected.insert(expected.end(), frame.begin(), frame.end());
      }
    EXPECT_EQ(read(reader, region, 12), expected);
    const Events<double> events = reader.events<double>(region);
    EXPECT_EQ(events.scan_indices, indices);
    EXPECT_EQ(densify(events, DType::u16), expected);
  }
}

TEST(Reader, EventsAscendWithinAFrameAndAreNeverZero) {
  TemporaryFolder folder;
  MemorySource source({3, 4}, {9, 9}, DType::u8);
  fill_with_counts(source, 0.5, 4);
  write_event_file(source, folder / "a.hdf5");
  const auto events = Reader(folder / "a.hdf5").events<std::uint32_t>(FrameRange{2, 7});
  ASSERT_EQ(events.offsets.size(), 8U);
  EXPECT_EQ(events.offsets.front(), 0);
  EXPECT_EQ(static_cast<std::size_t>(events.offsets.back()), events.pixels.size());
  EXPECT_THAT(events.counts, testing::Each(testing::Gt(0U)));
  for (std::size_t frame = 0; frame < 7; ++frame)
    EXPECT_TRUE(std::is_sorted(events.pixels.begin() + events.offsets[frame], events.pixels.begin() + events.offsets[frame + 1],
                               std::less_equal<>()));
}

TEST(Reader, EventsAreAnEigenMatrixOverTheSameMemory) {
  TemporaryFolder folder;
  MemorySource source({3, 4}, {9, 9}, DType::u16);
  fill_with_counts(source, 0.7, 4);
  write_event_file(source, folder / "a.hdf5");
  const Reader reader(folder / "a.hdf5");
  const auto events = reader.events<std::int64_t>(FrameRange{0, 12});
  const auto matrix = as_sparse(events);
  EXPECT_EQ(matrix.valuePtr(), events.counts.data());
  EXPECT_EQ(matrix.rows(), 12);
  EXPECT_EQ(matrix.cols(), 81);
  const std::span values = source.values<std::uint16_t>();
  EXPECT_EQ(matrix.sum(), std::accumulate(values.begin(), values.end(), std::int64_t{0}));
  for (Eigen::Index frame = 0; frame < 12; ++frame) {
    EXPECT_EQ(static_cast<double>(matrix.row(frame).sum()), reader.frame_totals()[static_cast<std::size_t>(frame)].electrons);
    for (Eigen::Index pixel = 0; pixel < 81; ++pixel)
      ASSERT_EQ(matrix.coeff(frame, pixel), values[static_cast<std::size_t>(frame * 81 + pixel)]);
  }
}

TEST(Reader, GivesCountsExactlyOrSaysThatItCannot) {
  TemporaryFolder folder;
  MemorySource source({1, 2}, {3, 3}, DType::f32);
  const std::span values = source.values<float>();
  values[4] = 0.75F;
  values[5] = 12;
  values[9] = 3;
  write_event_file(source, folder / "a.hdf5");
  const Reader reader(folder / "a.hdf5");
  EXPECT_THAT(reader.events<float>(FrameRange{0, 2}).counts, testing::ElementsAre(0.75F, 12, 3));
  EXPECT_THAT(reader.events<std::uint64_t>(FrameRange{1, 1}).counts, testing::ElementsAre(3U));
  EXPECT_THROW(reader.events<std::uint64_t>(FrameRange{0, 1}), UsageError);
}

TEST(Reader, KeepsNaNAndNegativeZeroAsEvents) {
  TemporaryFolder folder;
  MemorySource source({1, 1}, {2, 2}, DType::f64);
  const std::span values = source.values<double>();
  values[1] = -0.0;
  values[2] = std::nan("7");
  write_event_file(source, folder / "a.hdf5");
  const auto events = Reader(folder / "a.hdf5").events<double>(FrameRange{0, 1});
  EXPECT_THAT(events.pixels, testing::ElementsAre(1, 2));
  EXPECT_TRUE(std::signbit(events.counts[0]));
  EXPECT_TRUE(std::isnan(events.counts[1]));
}

TEST(Reader, SaysWhatTheFileIs) {
  TemporaryFolder folder;
  MemorySource source({4, 3}, {5, 6}, DType::u16);
  SourceInfo& info = source.info_to_change();
  info.title = "SrTiO3 <001> – 80 kV";
  info.units = "electrons";
  info.metadata_json = R"({"beam": {"energy_eV": 80000}, "note": "Å"})";
  info.dataset = "/a/b";
  info.shape = {12, 5, 6};
  info.axes[0] = {"scan_y", 1.5, 0.25, "nm"};
  info.axes[3] = {"det_x", -0.3, 0.1, "1/angstrom"};
  write_event_file(source, folder / "a.hdf5", {.floor_bits = 12345.5});
  const Reader reader(folder / "a.hdf5");
  const FileInfo& read = reader.info();
  EXPECT_EQ(read.dataset, "/entry/data/data");
  EXPECT_EQ(read.title, info.title);
  EXPECT_EQ(read.units, "electrons");
  EXPECT_EQ(read.metadata_json, info.metadata_json);
  EXPECT_EQ(read.source_path, "frames_in_memory");
  EXPECT_EQ(read.source_format, "memory");
  EXPECT_EQ(read.source_dataset, "/a/b");
  EXPECT_EQ(read.source_shape, info.shape);
  EXPECT_EQ(read.floor_bits, 12345.5);
  EXPECT_EQ(read.axes[0].offset, 1.5);
  EXPECT_EQ(read.axes[0].scale, 0.25);
  EXPECT_EQ(read.axes[0].units, "nm");
  EXPECT_EQ(read.axes[1].scale, 1);
  EXPECT_EQ(read.axes[3].offset, -0.3);
  EXPECT_EQ(read.axes[3].units, "1/angstrom");
  EXPECT_EQ(read.fidelity, Fidelity::lossless);
  EXPECT_EQ(read.stored_bytes, std::filesystem::file_size(folder / "a.hdf5"));
  EXPECT_THAT(read.written_at, testing::MatchesRegex("....-..-..T..:..:..Z"));
  EXPECT_THAT(read.written_by, testing::StartsWith("esieve "));
  EXPECT_EQ(read.container_version, "1.0");
}

TEST(Reader, ReturnsTheThresholdingThatTheFileRecords) {
  TemporaryFolder folder;
  MemorySource source({1, 2}, {2, 2}, DType::u8);
  ThresholdOptions options;
  options.threshold_map = PixelMap{{1, 2, 3, 4}, "t.npy"};
  options.gain = PixelMap{{0.1, 0.2, 0.3, 1e300}, ""};
  ContainerWriter writer(folder / "a.hdf5", source.info(), {.threshold = options});
  std::vector<std::byte> chunk;
  std::vector<FrameTotals> totals(2);
  ChunkCodec().encode(source.bytes(), writer.parameters(), 0, chunk, totals);
  writer.write(0, chunk, {totals, hashes_of(source), std::vector<double>(4), std::vector<DroppedFrame>{{1, 2, 3}, {4, 5, 6}}});
  writer.close();
  const Reader reader(folder / "a.hdf5");
  EXPECT_EQ(reader.info().fidelity, Fidelity::thresholded);
  ASSERT_TRUE(reader.info().dropped);
  EXPECT_EQ(reader.info().dropped->n_pixels, 5U);
  EXPECT_EQ(reader.info().dropped->maximum, 6);
  const auto read = reader.threshold();
  ASSERT_TRUE(read && read->threshold_map && read->gain);
  EXPECT_EQ(read->threshold_map->values, options.threshold_map->values);
  EXPECT_EQ(read->threshold_map->origin, "t.npy");
  EXPECT_EQ(read->gain->values, options.gain->values);
  EXPECT_FALSE(read->threshold || read->dark || read->mask);
}

TEST(Reader, ServesManyThreadsAtOnce) {
  TemporaryFolder folder;
  MemorySource source({8, 8}, {16, 16}, DType::u16);
  fill_with_counts(source, 1, 6);
  write_event_file(source, folder / "a.hdf5", {.frames_per_chunk = 3});
  const Reader reader(folder / "a.hdf5");
  std::vector<std::thread> threads;
  std::vector<int> equal(8);
  for (std::size_t t = 0; t < equal.size(); ++t)
    threads.emplace_back([&, t] {
      for (std::uint64_t first = t; first < 40; first += 7) {
        const auto part = source.bytes().subspan(first * 512, 20 * 512);
        equal[t] += std::ranges::equal(read(reader, FrameRange{first, 20}, 20), part) &&
                    reader.events<float>(FrameRange{first, 20}).n_frames() == 20 && reader.frame_totals().size() == 64;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(equal, testing::ElementsAre(6, 6, 6, 6, 6, 5, 5, 5));
}

TEST(Reader, RefusesABufferOfAnotherSize) {
  TemporaryFolder folder;
  MemorySource source({1, 2}, {2, 2}, DType::u8);
  write_event_file(source, folder / "a.hdf5");
  std::vector<std::byte> out(7);
  EXPECT_THROW(Reader(folder / "a.hdf5").frames(FrameRange{0, 2}, out), UsageError);
}

}  // namespace
}  // namespace esieve
