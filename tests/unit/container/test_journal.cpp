// SPDX-License-Identifier: Apache-2.0
//
// What a journal says of a recording, and what it may say but is not believed.
#include "container/journal.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace esieve {
namespace {

RecordingDescription sound_description() {
  RecordingDescription d;
  d.info.path = "scan.hdf5";
  d.info.scan = {6, 4};
  d.info.frames_per_position = 2;
  d.info.detector = {5, 3};
  d.info.dtype = DType::i32;
  d.parameters = {.n_frames = 8, .det_y = 5, .det_x = 3, .scan_row_frames = 4, .dtype = DType::i32, .dataset_id = 77};
  d.growing = Growing::scan_y;
  d.threshold.threshold = 2.5;
  d.threshold.mask = PixelMap{std::vector<double>(15, 1.0), "mask.npy"};
  return d;
}

RecordingState written_and_read(const std::function<void(JournalWriter&)>& write) {
  TemporaryFolder folder;
  {
    JournalWriter journal(folder / recording::journal);
    write(journal);
  }
  RecordingState state;
  read_recording(folder.path(), state);
  return state;
}

TEST(Journal, says_what_was_written) {
  const RecordingDescription d = sound_description();
  const RecordingState state = written_and_read([&](JournalWriter& journal) {
    journal.write(d);
    journal.write(ChunkNote{3, {FrameStatus::okay, FrameStatus::dropped}, {{1, 2.5, 3.5}}});
    journal.write(ChunkPlace{3, 1000, 200});
    journal.write(Fragment{.chunk = 4, .epoch = 1, .sums = true, .status = {FrameStatus::partial}, .bytes = {std::byte{9}}});
  });
  ASSERT_TRUE(state.description);
  EXPECT_EQ(state.description->info.scan, d.info.scan);
  EXPECT_EQ(state.description->info.frames_per_position, 2U);
  EXPECT_EQ(state.description->parameters, d.parameters);
  EXPECT_EQ(state.description->growing, Growing::scan_y);
  EXPECT_EQ(state.description->threshold.threshold, 2.5);
  EXPECT_EQ(state.description->threshold.mask->values, d.threshold.mask->values);
  EXPECT_EQ(state.description->threshold.mask->origin, "mask.npy");
  ASSERT_EQ(state.notes.size(), 1U);
  EXPECT_EQ(state.notes[0].status, (std::vector{FrameStatus::okay, FrameStatus::dropped}));
  EXPECT_EQ(state.notes[0].dropped[0].maximum, 3.5);
  ASSERT_EQ(state.places.size(), 1U);
  EXPECT_EQ(state.places[0].address, 1000U);
  ASSERT_EQ(state.fragments.size(), 1U);
  EXPECT_EQ(state.fragments[0].bytes.size(), 1U);
  EXPECT_EQ(state.n_damaged_bytes, 0U);
}

TEST(Journal, does_not_believe_what_no_writer_writes) {
  const auto is_believed = [](const std::function<void(RecordingDescription&)>& change) {
    RecordingDescription d = sound_description();
    change(d);
    return written_and_read([&](JournalWriter& journal) { journal.write(d); }).description.has_value();
  };
  EXPECT_TRUE(is_believed([](RecordingDescription&) {}));
  EXPECT_FALSE(is_believed([](RecordingDescription& d) { d.info.detector.det_y = 500; }));
  EXPECT_FALSE(is_believed([](RecordingDescription& d) { d.info.dtype = DType::f64; }));
  EXPECT_FALSE(is_believed([](RecordingDescription& d) { d.info.scan = {0, 4}; }));
  EXPECT_FALSE(is_believed([](RecordingDescription& d) { d.info.scan = {1ULL << 62, 4}; }));
  EXPECT_FALSE(is_believed([](RecordingDescription& d) { d.info.frames_per_position = 0; }));
  EXPECT_FALSE(is_believed([](RecordingDescription& d) { d.info.frames_per_position = 3; }));
  EXPECT_FALSE(is_believed([](RecordingDescription& d) { d.growing = static_cast<Growing>(3); }));
  EXPECT_FALSE(is_believed([](RecordingDescription& d) { d.parameters.big_endian = true; }));
}

}  // namespace
}  // namespace esieve
