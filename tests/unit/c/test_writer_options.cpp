// SPDX-License-Identifier: Apache-2.0
//
// Every option of the C++ writer has a field, and zero means its default.
#include <gtest/gtest.h>

#include "c/writer_options.hpp"
#include "esieve/error.hpp"
#include "unit/c/handles.hpp"

namespace esieve::c {
namespace {

esieve_writer_options required() { return c_options({2, 3}, {4, 5}, ESIEVE_UINT16); }

TEST(CWriterOptions, zero_means_default) {
  const esieve_writer_options given = required();
  const WriterOptions read = to_writer_options(&given), usual;
  EXPECT_EQ(read.scan.scan_y, 2);
  EXPECT_EQ(read.scan.scan_x, 3);
  EXPECT_EQ(read.scan.frames_per_position, 1U);
  EXPECT_TRUE(read.scan.positions.empty());
  EXPECT_EQ(read.detector, (DetectorShape{4, 5}));
  EXPECT_FALSE(read.crop);
  EXPECT_EQ(read.level, usual.level);
  EXPECT_FALSE(read.threshold.active());
  EXPECT_EQ(read.when_repeated, usual.when_repeated);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(read.axes[i].name, usual.axes[i].name);
    EXPECT_EQ(read.axes[i].scale, 1);
    EXPECT_EQ(read.axes[i].units, "px");
  }
  EXPECT_EQ(read.title, usual.title);
  EXPECT_EQ(read.units, usual.units);
  EXPECT_EQ(read.metadata_json, usual.metadata_json);
  EXPECT_EQ(read.overwrite, usual.overwrite);
  EXPECT_EQ(read.threads, usual.threads);
  EXPECT_EQ(read.queue_bytes, usual.queue_bytes);
  EXPECT_EQ(read.when_full, usual.when_full);
  EXPECT_EQ(read.block_timeout, usual.block_timeout);
  EXPECT_EQ(read.spill_bytes, usual.spill_bytes);
  EXPECT_EQ(read.flush_interval, usual.flush_interval);
  EXPECT_EQ(read.flush_bytes, usual.flush_bytes);
  EXPECT_EQ(read.snapshot_interval, usual.snapshot_interval);
  EXPECT_EQ(read.dwell_us, usual.dwell_us);
}

TEST(CWriterOptions, the_scan) {
  esieve_writer_options given = required();
  given.scan_y = ESIEVE_UNKNOWN;
  given.offset = -2;
  given.flyback_frames = 3;
  given.flyback_lines = 4;
  given.frames_per_position = 5;
  given.serpentine = 1;
  given.when_repeated = ESIEVE_REPEATED_KEEP;
  const std::vector<std::uint64_t> positions = {5, ESIEVE_OUTSIDE, 0};
  given.positions = positions.data();
  given.n_positions = positions.size();
  const WriterOptions read = to_writer_options(&given);
  const ScanGeometry expected = {.scan_y = -1,
                                 .scan_x = 3,
                                 .offset = -2,
                                 .flyback_frames = 3,
                                 .flyback_lines = 4,
                                 .serpentine = true,
                                 .frames_per_position = 5,
                                 .positions = positions};
  EXPECT_EQ(read.scan, expected);
  EXPECT_EQ(read.when_repeated, WhenRepeated::keep);
}

TEST(CWriterOptions, frames_and_thresholding) {
  esieve_writer_options given = required();
  given.crop_first_y = 1;
  given.crop_n_y = 2;
  given.crop_first_x = 3;
  given.crop_n_x = 1;
  given.level = ESIEVE_MAX;
  given.frames_per_chunk = 6;
  given.has_threshold = 1;
  const std::vector<double> map = {0.5, 1.5}, dark = {1, 2}, gain = {3, 4};
  const std::vector<std::uint8_t> mask = {0, 7};
  given.threshold_map = map.data();
  given.dark = dark.data();
  given.gain = gain.data();
  given.mask = mask.data();
  const WriterOptions read = to_writer_options(&given);
  ASSERT_TRUE(read.crop);
  EXPECT_EQ(read.crop->first_y, 1U);
  EXPECT_EQ(read.crop->n_y, 2U);
  EXPECT_EQ(read.crop->first_x, 3U);
  EXPECT_EQ(read.crop->n_x, 1U);
  EXPECT_EQ(read.level, Level::max);
  EXPECT_EQ(read.frames_per_chunk, 6U);
  EXPECT_EQ(read.threshold.threshold, 0);
  EXPECT_EQ(read.threshold.threshold_map->values, map);
  EXPECT_EQ(read.threshold.dark->values, dark);
  EXPECT_EQ(read.threshold.gain->values, gain);
  EXPECT_EQ(read.threshold.mask->values, (std::vector<double>{0, 7}));
}

TEST(CWriterOptions, texts_queue_and_disk) {
  esieve_writer_options given = required();
  given.axes[1] = {"nm", -1.5, 0.25};
  given.title = "gold";
  given.units = "electrons";
  given.metadata_json = R"({"a":1})";
  given.queue_bytes = 1;
  given.spill_bytes = 2;
  given.flush_bytes = 3;
  given.flush_interval_ms = ESIEVE_NEVER;
  given.snapshot_interval_ms = 5;
  given.block_timeout_ms = 6;
  given.when_full = ESIEVE_SPILL;
  given.threads = 7;
  given.dwell_us = 8;
  given.overwrite = 1;
  const WriterOptions read = to_writer_options(&given);
  EXPECT_EQ(read.axes[1].name, "scan_x");
  EXPECT_EQ(read.axes[1].units, "nm");
  EXPECT_EQ(read.axes[1].offset, -1.5);
  EXPECT_EQ(read.axes[1].scale, 0.25);
  EXPECT_EQ(read.title, "gold");
  EXPECT_EQ(read.units, "electrons");
  EXPECT_EQ(read.metadata_json, R"({"a":1})");
  EXPECT_EQ(read.queue_bytes, 1U);
  EXPECT_EQ(read.spill_bytes, 2U);
  EXPECT_EQ(read.flush_bytes, 3U);
  EXPECT_EQ(read.flush_interval.count(), 0);
  EXPECT_EQ(read.snapshot_interval.count(), 5);
  EXPECT_EQ(read.block_timeout.count(), 6);
  EXPECT_EQ(read.when_full, WhenFull::spill);
  EXPECT_EQ(read.threads, 7);
  EXPECT_EQ(read.dwell_us, 8);
  EXPECT_TRUE(read.overwrite);
}

TEST(CWriterOptions, numbers_that_name_nothing_are_refused) {
  const auto refused = [](auto change) {
    esieve_writer_options given = required();
    change(given);
    try {
      to_writer_options(&given);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(refused([](auto& o) { o.dtype = 0; }).find("dtype 0"), std::string::npos);
  EXPECT_NE(refused([](auto& o) { o.dtype = 11; }).find("dtype 11"), std::string::npos);
  EXPECT_NE(refused([](auto& o) { o.level = 4; }).find("level 4"), std::string::npos);
  EXPECT_NE(refused([](auto& o) { o.when_full = -1; }).find("when_full"), std::string::npos);
  EXPECT_NE(refused([](auto& o) { o.when_repeated = 3; }).find("when_repeated"), std::string::npos);
  EXPECT_NE(refused([](auto& o) { o.flush_interval_ms = -2; }).find("flush_interval_ms"), std::string::npos);
  EXPECT_NE(refused([](auto& o) { o.block_timeout_ms = ESIEVE_NEVER; }).find("block_timeout_ms"), std::string::npos);
  EXPECT_NE(refused([](auto& o) { o.n_positions = 1; }).find("positions is NULL"), std::string::npos);
  EXPECT_NE(refused([](auto& o) { o.reserved = 1; }).find("reserved"), std::string::npos);
  EXPECT_NE(refused([](auto& o) { o.struct_bytes = 0; }).find("struct_bytes"), std::string::npos);
}

}  // namespace
}  // namespace esieve::c
