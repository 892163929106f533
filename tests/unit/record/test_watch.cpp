// SPDX-License-Identifier: Apache-2.0
//
// Snapshots come back as they were taken; damaged ones are refused.
#include "esieve/watch.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "base/file.hpp"
#include "container/recording.hpp"
#include "esieve/error.hpp"
#include "record/monitor.hpp"
#include "unit/record/recordings.hpp"

namespace esieve {
namespace {

class Watch : public ::testing::Test {
 protected:
  Watch() {
    std::filesystem::create_directory(recording_folder(folder / "a.hdf5"));
    snapshot.scan = {2, 3};
    snapshot.detector = {2, 4};
    snapshot.scan_image = {1, 2, 3, 4, 5, 1e12};
    snapshot.frame_status = {1, 1, 2, 3, 4, 0};
    snapshot.mean_pattern = {0, 0.5, 1, 2, 3, 4, 5, 6};
    snapshot.last_frame = {0, 1, 0, 2, 0, 3, 0, 4};
    snapshot.stats.n_pushed = 7;
    snapshot.stats.stored_bytes = std::uint64_t{1} << 50;
    snapshot.stats.lag_s = 0.25;
    snapshot.stats.n_frames_expected = 6;
  }

  std::filesystem::path file() const { return folder / "a.hdf5.recording" / "snapshot.npz"; }

  TemporaryFolder folder;
  Snapshot snapshot;
};

TEST_F(Watch, a_snapshot_comes_back) {
  EXPECT_FALSE(read_snapshot(folder / "a.hdf5"));
  write_snapshot(file(), snapshot);
  const auto read = read_snapshot(folder / "a.hdf5");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->scan, snapshot.scan);
  EXPECT_EQ(read->detector, snapshot.detector);
  EXPECT_EQ(read->scan_image, snapshot.scan_image);
  EXPECT_EQ(read->frame_status, snapshot.frame_status);
  EXPECT_EQ(read->mean_pattern, snapshot.mean_pattern);
  EXPECT_EQ(read->last_frame, snapshot.last_frame);
  EXPECT_EQ(read->stats.n_pushed, 7U);
  EXPECT_EQ(read->stats.stored_bytes, std::uint64_t{1} << 50);
  EXPECT_EQ(read->stats.lag_s, 0.25);
  EXPECT_EQ(read->stats.n_frames_expected, 6U);
}

TEST_F(Watch, images_that_do_not_fit_each_other_are_refused) {
  snapshot.detector = {4, 4};  // larger than its pattern: fewer values than the shape says
  write_snapshot(file(), snapshot);
  EXPECT_THROW(read_snapshot(folder / "a.hdf5"), DataError);
}

TEST_F(Watch, a_status_that_nobody_knows_is_refused) {
  snapshot.frame_status[2] = 5;
  write_snapshot(file(), snapshot);
  EXPECT_THROW(read_snapshot(folder / "a.hdf5"), DataError);
}

TEST_F(Watch, damaged_bytes_are_refused_or_make_no_difference) {
  write_snapshot(file(), snapshot);
  const std::vector<std::byte> bytes = read_small_file(file(), 1 << 20);
  std::mt19937_64 random(3);
  int n_refused = 0;
  for (int trial = 0; trial < 600; ++trial) {
    std::vector<std::byte> damaged = bytes;
    for (int k = 0; k < 2; ++k) damaged[random() % damaged.size()] = static_cast<std::byte>(random());
    if (trial % 5 == 0) damaged.resize(random() % damaged.size());
    std::ofstream(file(), std::ios::binary)
        .write(reinterpret_cast<const char*>(damaged.data()), static_cast<std::streamsize>(damaged.size()));
    try {
      const auto read = read_snapshot(folder / "a.hdf5");
      ASSERT_EQ(read->scan.n_frames(), read->scan_image.size());
      ASSERT_EQ(read->scan_image.size(), read->frame_status.size());
      ASSERT_EQ(read->mean_pattern.size(), read->detector.n_pixels());
    } catch (const Error&) {
      ++n_refused;
    }
  }
  EXPECT_GT(n_refused, 400);
}

TEST_F(Watch, knows_what_is_recorded) {
  EXPECT_EQ(recording_state(folder / "a.hdf5"), Recording::interrupted);
  EXPECT_THROW(recording_state(folder / "b.hdf5"), IoError);
  MemorySource source = counted_source({1, 2}, {4, 4});
  Writer writer(folder / "b.hdf5", options_for(source));
  for (const char* name : {"b.hdf5", "b.hdf5.recording"}) EXPECT_EQ(recording_state(folder / name), Recording::running);
  writer.close();
  for (const char* name : {"b.hdf5", "b.hdf5.recording"}) EXPECT_EQ(recording_state(folder / name), Recording::complete);
}

}  // namespace
}  // namespace esieve
