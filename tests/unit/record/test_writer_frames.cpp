// SPDX-License-Identifier: Apache-2.0
//
// A recording holds what was pushed, and is what a conversion of the same frames would be.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <thread>

#include "esieve/error.hpp"
#include "support/test_data.hpp"
#include "unit/record/recordings.hpp"

namespace esieve {
namespace {

TEST(WriterFrames, a_recording_is_the_conversion_of_its_frames) {
  for (const DType dtype : {DType::u8, DType::u16, DType::u32, DType::i16, DType::f32, DType::f64})
    for (const Level level : {Level::fast, Level::standard}) {
      TemporaryFolder folder;
      MemorySource source = counted_source({9, 7}, {24, 20}, dtype);
      WriterOptions options = options_for(source);
      options.level = level;
      options.frames_per_chunk = 14;
      record(folder / "recorded.hdf5", source, options);
      convert(source, folder / "converted.hdf5", {.level = level, .frames_per_chunk = 14, .threshold = {}, .progress = {}});
      EXPECT_TRUE(holds(folder / "recorded.hdf5", source));
      expect_equal_files(Reader(folder / "recorded.hdf5"), Reader(folder / "converted.hdf5"));
      EXPECT_FALSE(std::filesystem::exists(folder / "recorded.hdf5.recording"));
      EXPECT_EQ(Reader(folder / "recorded.hdf5").frame_status(), repeated(63, FrameStatus::okay));
    }
}

/// Frames of which some have few events, some many and some none.
MemorySource uneven_source(ScanShape scan, DetectorShape detector, DType dtype, std::uint64_t seed) {
  MemorySource source(scan, detector, dtype);
  std::mt19937_64 random(seed);
  const std::size_t n_pixels = detector.n_pixels();
  visit_dtype(dtype, [&]<class T>(T) {
    const auto values = source.values<T>();
    for (std::size_t f = 0; f < scan.n_frames(); ++f) {
      const std::size_t lit_per_1000[] = {0, 2, 10, 29, 60, 500};
      const std::size_t lit = lit_per_1000[random() % (f < scan.n_frames() / 2 ? 3 : 6)];
      for (std::size_t i = 0; i < n_pixels; ++i)
        if (random() % 1000 < lit) values[f * n_pixels + i] = static_cast<T>(1 + random() % 200);
    }
  });
  return source;
}

TEST(WriterFrames, frames_of_any_number_of_events_are_the_same_however_they_wait) {
  const std::uint64_t seed = test_seed(19);
  SCOPED_TRACE(seed);
  for (const DType dtype : {DType::u8, DType::u16, DType::u32})
    for (const Level level : {Level::fast, Level::standard, Level::max}) {
      TemporaryFolder folder;
      MemorySource source = uneven_source({12, 9}, {40, 36}, dtype, seed + static_cast<std::uint64_t>(level));
      WriterOptions options = options_for(source);
      options.level = level;
      options.frames_per_chunk = 9;
      options.flush_interval = std::chrono::milliseconds(1);  // looks at blocks while they are filled
      {
        Writer writer(folder / "recorded.hdf5", options);
        for (std::uint64_t f = 0; f < source.info().scan.n_frames(); ++f) {
          writer.push(source.frame(f));
          if (f % 40 == 7) writer.flush();
        }
        writer.close();
      }
      options.queue_bytes = 1;  // blocks are cut into parts to make room
      {
        Writer writer(folder / "scattered.hdf5", options);
        for (std::uint64_t i = 0; i < source.info().scan.n_frames(); ++i) {
          const std::uint64_t f = i * 29 % source.info().scan.n_frames();
          writer.push(source.frame(f), {.scan_index = f});
        }
        writer.close();
      }
      convert(source, folder / "converted.hdf5", {.level = level, .frames_per_chunk = 9, .threshold = {}, .progress = {}});
      EXPECT_TRUE(holds(folder / "recorded.hdf5", source));
      expect_equal_files(Reader(folder / "recorded.hdf5"), Reader(folder / "converted.hdf5"));
      expect_equal_files(Reader(folder / "scattered.hdf5"), Reader(folder / "converted.hdf5"));
    }
}

TEST(WriterFrames, blocks_of_frames_and_single_frames_are_the_same) {
  TemporaryFolder folder;
  MemorySource source = counted_source({4, 16}, {16, 16});
  Writer writer(folder / "a.hdf5", options_for(source));
  writer.push_frames(source.bytes().first(20 * source.info().frame_bytes()));
  writer.push(source.frame(20));
  writer.push_frames(source.bytes().subspan(21 * source.info().frame_bytes()));
  writer.close();
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterFrames, thresholds_as_a_conversion_does) {
  TemporaryFolder folder;
  MemorySource source = counted_source({6, 6}, {16, 16}, DType::u16, 3);
  WriterOptions options = options_for(source);
  options.threshold.threshold = 2;
  options.threshold.dark = PixelMap{std::vector<double>(256, 0.5), ""};
  record(folder / "a.hdf5", source, options);
  const Reader reader(folder / "a.hdf5");
  EXPECT_EQ(reader.info().fidelity, Fidelity::thresholded);
  EXPECT_TRUE(verify(reader, &source, {}).okay());
}

TEST(WriterFrames, crops_the_detector) {
  TemporaryFolder folder;
  MemorySource source = counted_source({3, 5}, {12, 10});
  WriterOptions options = options_for(source);
  options.crop = DetectorRegion{.first_y = 2, .n_y = 7, .first_x = 3, .n_x = 5};
  record(folder / "a.hdf5", source, options);
  MemorySource cropped({3, 5}, {7, 5}, DType::u16);
  for (std::size_t f = 0; f < 15; ++f)
    for (std::size_t y = 0; y < 7; ++y)
      for (std::size_t x = 0; x < 5; ++x)
        cropped.values<std::uint16_t>()[(f * 7 + y) * 5 + x] = source.values<std::uint16_t>()[(f * 12 + y + 2) * 10 + x + 3];
  EXPECT_TRUE(holds(folder / "a.hdf5", cropped));
  EXPECT_EQ(Reader(folder / "a.hdf5").info().axes[2].offset, 2);
}

TEST(WriterFrames, scans_of_unknown_length_grow) {
  for (const std::uint64_t n_rows : {1U, 2U, 5U, 8U}) {
    TemporaryFolder folder;
    MemorySource source = counted_source({n_rows, 6}, {16, 16});
    WriterOptions options = options_for(source);
    options.scan.scan_y = ScanGeometry::unknown;
    options.frames_per_chunk = 12;
    record(folder / "a.hdf5", source, options);
    EXPECT_TRUE(holds(folder / "a.hdf5", source));
  }
  TemporaryFolder folder;
  MemorySource source = counted_source({1, 29}, {16, 16});
  WriterOptions options = options_for(source);
  options.scan = {};
  options.frames_per_chunk = 8;
  record(folder / "a.hdf5", source, options);
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterFrames, many_threads_may_push) {
  TemporaryFolder folder;
  MemorySource source = counted_source({16, 16}, {24, 24});
  WriterOptions options = options_for(source);
  options.frames_per_chunk = 8;
  Writer writer(folder / "a.hdf5", options);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (std::uint64_t i = t; i < 256; i += 4) writer.push(source.frame(i), {.scan_index = i});
    });
  for (std::thread& thread : threads) thread.join();
  writer.close();
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterFrames, every_push_that_returned_is_in_the_file_whenever_it_is_closed) {
  MemorySource source = counted_source({64, 32}, {16, 16});
  for (int round = 0; round < 20; ++round) {
    TemporaryFolder folder;
    WriterOptions options = options_for(source);
    options.frames_per_chunk = 8;
    options.flush_interval = std::chrono::milliseconds(1);
    Writer writer(folder / "a.hdf5", options);
    std::array<std::uint64_t, 2> n_pushed{};
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < 2; ++t)
      threads.emplace_back([&, t] {
        try {
          for (std::uint64_t i = t; i < 2048; i += 2) {
            writer.push(source.frame(i), {.scan_index = i});
            ++n_pushed[t];
          }
        } catch (const UsageError&) {  // closed
        }
      });
    threads.emplace_back([&] {
      try {
        for (;;) writer.flush();
      } catch (const UsageError&) {  // closed
      }
    });
    std::this_thread::sleep_for(std::chrono::microseconds(300 * round));
    writer.close();
    for (std::thread& thread : threads) thread.join();
    const Reader reader(folder / "a.hdf5");
    const auto status = reader.frame_status();
    for (std::uint64_t t = 0; t < 2; ++t)
      for (std::uint64_t i = 0; i < n_pushed[t]; ++i) ASSERT_EQ(status[t + 2 * i], FrameStatus::okay) << round;
    EXPECT_TRUE(verify(reader, nullptr, {}).okay());
  }
}

TEST(WriterFrames, a_snapshot_shows_what_is_stored) {
  TemporaryFolder folder;
  MemorySource source = counted_source({4, 4}, {8, 8});
  WriterOptions options = options_for(source);
  options.frames_per_chunk = 4;
  Writer writer(folder / "a.hdf5", options);
  for (std::uint64_t i = 0; i < 8; ++i) writer.push(source.frame(i));
  writer.flush();
  const Snapshot snapshot = writer.snapshot();
  EXPECT_EQ(snapshot.scan, (ScanShape{4, 4}));
  for (std::size_t i = 0; i < 16; ++i) {
    double sum = 0;
    for (const std::uint16_t value : source.values<std::uint16_t>().subspan(i * 64, 64)) sum += value;
    EXPECT_EQ(snapshot.scan_image[i], i < 8 ? sum : 0);
    EXPECT_EQ(snapshot.frame_status[i], i < 8 ? 1 : 0);
  }
  EXPECT_EQ(snapshot.stats.n_pushed, 8U);
  EXPECT_EQ(snapshot.stats.n_stored, 8U);
  EXPECT_EQ(snapshot.stats.n_durable, 8U);
  writer.close();
}

}  // namespace
}  // namespace esieve
