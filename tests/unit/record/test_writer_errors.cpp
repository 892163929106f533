// SPDX-License-Identifier: Apache-2.0
//
// What is refused, and that it leaves the recording as it was.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "esieve/error.hpp"
#include "esieve/recover.hpp"
#include "unit/record/recordings.hpp"

namespace esieve {
namespace {

TEST(WriterErrors, refused_frames_are_no_part_of_the_recording) {
  TemporaryFolder folder;
  MemorySource source = counted_source({2, 4}, {8, 8});
  Writer writer(folder / "a.hdf5", options_for(source));
  writer.push(source.frame(0));
  EXPECT_THROW(writer.push(source.frame(0).first(100)), UsageError);
  EXPECT_THROW(writer.push(source.frame(0), {.scan_index = 8}), UsageError);
  EXPECT_THROW(writer.push(source.frame(0), {.scan_index = 0}), UsageError);
  for (std::uint64_t i = 1; i < 8; ++i) writer.push(source.frame(i));
  EXPECT_THROW(writer.push(source.frame(0)), UsageError);
  EXPECT_EQ(writer.close().n_pushed, 8U);
  EXPECT_THROW(writer.push(source.frame(0)), UsageError);
  EXPECT_THROW(writer.close(), UsageError);
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterErrors, an_existing_file_is_left_alone) {
  TemporaryFolder folder;
  MemorySource source = counted_source({1, 2}, {4, 4});
  WriterOptions options = options_for(source);
  convert(source, folder / "a.hdf5");
  EXPECT_THROW(Writer(folder / "a.hdf5", options), UsageError);
  options.overwrite = true;
  Writer writer(folder / "a.hdf5", options);
  writer.push_frames(source.bytes());
  writer.close();
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterErrors, two_writers_do_not_share_a_name) {
  TemporaryFolder folder;
  MemorySource source = counted_source({1, 2}, {4, 4});
  Writer writer(folder / "a.hdf5", options_for(source));
  try {
    Writer(folder / "a.hdf5", options_for(source));
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("being recorded"), std::string::npos) << error.what();
  }
}

TEST(WriterErrors, what_an_unfinished_recording_left_is_not_overwritten) {
  TemporaryFolder folder;
  MemorySource source = counted_source({1, 2}, {4, 4});
  std::filesystem::create_directory(folder / "a.hdf5.recording");
  try {
    Writer(folder / "a.hdf5", options_for(source));
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("esieve recover"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "a.hdf5.recording"));
}

TEST(WriterErrors, a_scan_that_ends_early_keeps_its_shape) {
  TemporaryFolder folder;
  MemorySource source = counted_source({8, 8}, {8, 8});
  WriterOptions options = options_for(source);
  options.frames_per_chunk = 8;
  {
    Writer writer(folder / "a.hdf5", options);
    for (std::uint64_t i = 0; i < 19; ++i) writer.push(source.frame(i));
  }  // nobody closed it
  const Reader reader(folder / "a.hdf5");
  EXPECT_EQ(reader.info().scan, (ScanShape{8, 8}));
  const auto status = reader.frame_status();
  EXPECT_EQ(std::count(status.begin(), status.end(), FrameStatus::okay), 19);
  EXPECT_EQ(std::count(status.begin(), status.end(), FrameStatus::missing), 45);
  EXPECT_TRUE(verify(reader, nullptr, {}).okay());
}

TEST(WriterErrors, a_recording_of_nothing_leaves_nothing) {
  TemporaryFolder folder;
  WriterOptions options;
  options.detector = {4, 4};
  Writer writer(folder / "a.hdf5", options);
  EXPECT_THROW(writer.close(), UsageError);
}

TEST(WriterErrors, a_folder_that_vanishes_is_noticed) {
  TemporaryFolder folder;
  MemorySource source = counted_source({1, 4}, {4, 4});
  std::optional<Writer> writer(std::in_place, folder / "a.hdf5", options_for(source));
  writer->push(source.frame(0));
  std::filesystem::rename(folder / "a.hdf5.recording", folder / "elsewhere");
  EXPECT_THROW(writer->flush(), IoError);
  EXPECT_THROW(writer->close(), IoError);
  writer.reset();
  recover(folder / "elsewhere", folder / "recovered.hdf5");
  const Reader reader(folder / "recovered.hdf5");
  EXPECT_EQ(reader.frame_status(), (std::vector{FrameStatus::okay, FrameStatus::missing, FrameStatus::missing, FrameStatus::missing}));
  const std::vector<std::byte> dense = all_frames(reader);
  EXPECT_TRUE(std::ranges::equal(std::span(dense).first(source.info().frame_bytes()), source.frame(0)));
}

TEST(WriterErrors, a_directory_that_is_removed_is_noticed) {
  TemporaryFolder folder;
  MemorySource source = counted_source({1, 4}, {4, 4});
  std::filesystem::create_directory(folder / "there");
  Writer writer(folder / "there/a.hdf5", options_for(source));
  writer.push(source.frame(0));
  std::filesystem::remove_all(folder / "there");
  EXPECT_THROW(writer.close(), IoError);
  EXPECT_THROW(Writer(folder / "there/a.hdf5", options_for(source)), IoError);
}

TEST(WriterErrors, another_process_cannot_record_under_the_same_name) {
  TemporaryFolder folder;
  MemorySource source = counted_source({1, 2}, {4, 4});
  Writer writer(folder / "a.hdf5", options_for(source));
  writer.push(source.frame(0));
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      const Writer second(folder / "a.hdf5", options_for(source));
    } catch (const UsageError& error) {
      ::_exit(std::string(error.what()).find("being recorded") != std::string::npos ? 0 : 1);
    }
    ::_exit(2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  writer.push(source.frame(1));
  writer.close();
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterErrors, options_that_exclude_each_other_are_refused) {
  TemporaryFolder folder;
  MemorySource source = counted_source({1, 4}, {4, 4});
  WriterOptions options = options_for(source);
  options.when_repeated = WhenRepeated::keep;
  EXPECT_THROW(Writer(folder / "a.hdf5", options), UsageError);
  options = options_for(source);
  options.crop = DetectorRegion{.first_y = 2, .n_y = 3, .first_x = 0, .n_x = 4};
  EXPECT_THROW(Writer(folder / "a.hdf5", options), UsageError);
  options = options_for(source);
  options.detector = {};
  EXPECT_THROW(Writer(folder / "a.hdf5", options), UsageError);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.hdf5.recording"));
}

}  // namespace
}  // namespace esieve
