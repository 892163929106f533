// SPDX-License-Identifier: Apache-2.0
//
// What is refused, and that it leaves the recording as it was.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <random>

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

/// Noise, pushed until `push` throws: two chunks of it fill the queue, and packing one takes a good part of a second.
template <class Thrown>
std::uint64_t frames_until(const std::filesystem::path& path, WriterOptions options) {
  options.detector = {512, 512};
  options.dtype = DType::u32;
  options.level = Level::max;
  options.threads = 1;
  options.frames_per_chunk = 16;
  options.queue_bytes = 32U << 20;
  std::mt19937 random(1);
  std::vector<std::uint32_t> noise(512 * 512);
  std::generate(noise.begin(), noise.end(), random);
  Writer writer(path, options);
  std::uint64_t n = 0;
  EXPECT_THROW(for (; n < 1000; ++n) writer.push(std::as_bytes(std::span(noise))), Thrown);
  EXPECT_EQ(writer.close().n_pushed, n);
  return n;
}

TEST(WriterErrors, a_full_queue_is_waited_for_so_long) {
  TemporaryFolder folder;
  WriterOptions options;
  options.scan.scan_x = 16;
  options.block_timeout = std::chrono::milliseconds(1);
  const std::uint64_t n = frames_until<IoError>(folder / "a.hdf5", options);
  EXPECT_EQ(Reader(folder / "a.hdf5").info().scan.scan_y, (n + 15) / 16);
}

TEST(WriterErrors, waiting_for_room_can_be_given_up) {
  struct Enough {};
  TemporaryFolder folder;
  WriterOptions options;
  options.scan.scan_x = 16;
  options.while_blocked = [] { throw Enough(); };
  const std::uint64_t n = frames_until<Enough>(folder / "a.hdf5", options);
  EXPECT_EQ(Reader(folder / "a.hdf5").info().scan.scan_y, (n + 15) / 16);
}

TEST(WriterErrors, an_existing_file_is_left_alone) {
  TemporaryFolder folder;
  MemorySource source = counted_source({1, 2}, {4, 4});
  WriterOptions options = options_for(source);
  convert(source, folder / "a.hdf5");
  EXPECT_THROW(Writer(folder / "a.hdf5", options), UsageError);
  options.overwrite = true;
  record(folder / "a.hdf5", source, options);
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

TEST(WriterErrors, a_writer_that_has_closed_leaves_the_next_of_its_name_alone) {
  const TemporaryFolder folder;
  MemorySource source = counted_source({2, 4}, {16, 16});
  WriterOptions options = options_for(source);
  auto first = std::make_unique<Writer>(folder / "out.hdf5", options);
  first->push_frames(source.bytes());
  first->close();
  options.overwrite = true;
  Writer second(folder / "out.hdf5", options);
  first.reset();
  second.push_frames(source.bytes());
  second.close();
  EXPECT_TRUE(holds(folder / "out.hdf5", source));
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
  writer->flush();
  std::filesystem::rename(folder / "a.hdf5.recording", folder / "elsewhere");
  EXPECT_THROW(writer->flush(), IoError);
  EXPECT_THROW(writer->close(), IoError);
  writer.reset();
  recover(folder / "elsewhere", folder / "recovered.hdf5");
  const Reader reader(folder / "recovered.hdf5");
  EXPECT_EQ(reader.frame_status(),
            (std::vector{FrameStatus::okay, FrameStatus::missing, FrameStatus::missing, FrameStatus::missing}));
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

TEST(WriterErrors, an_error_of_the_disk_is_told_at_every_call_and_nothing_has_the_final_name) {
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  TemporaryFolder folder;
  MemorySource source({64, 64}, {32, 32}, DType::u16);
  fill_with_noise(source, 1, 3);
  WriterOptions options = options_for(source);
  options.frames_per_chunk = 8;
  const auto message_of = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const IoError& error) {
      return error.what();
    }
    return "no error";
  };
  Writer writer(folder / "a.hdf5", options);
  const rlimit small{.rlim_cur = rlim_t{6} << 20, .rlim_max = before.rlim_max};  // room for completing it is kept
  ::setrlimit(RLIMIT_FSIZE, &small);
  std::uint64_t n_flushed = 0;
  const std::string first = message_of([&] {
    for (std::uint64_t i = 0; i < 4096; ++i) {
      writer.push(source.frame(i));
      if (i % 100 != 99) continue;
      writer.flush();
      n_flushed = i + 1;
    }
  });
  EXPECT_TRUE(first.starts_with("cannot ")) << first;
  EXPECT_GT(n_flushed, 100U);
  EXPECT_EQ(message_of([&] { writer.push(source.frame(0), {.scan_index = 4000}); }), first);
  EXPECT_EQ(message_of([&] { writer.flush(); }), first);
  const std::string last = message_of([&] { writer.close(); });
  EXPECT_TRUE(last.starts_with(first) && last.find("esieve recover") != std::string::npos) << last;
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.hdf5"));
  EXPECT_GE(writer.stats().n_durable, n_flushed);

  recover(folder / "a.hdf5", folder / "recovered.hdf5");
  const Reader reader(folder / "recovered.hdf5");
  const auto status = reader.frame_status();
  const auto dense = all_frames(reader);
  EXPECT_TRUE(std::all_of(status.begin(), status.begin() + static_cast<std::ptrdiff_t>(n_flushed),
                          [](FrameStatus frame) { return frame == FrameStatus::okay; }));
  EXPECT_TRUE(std::equal(dense.begin(), dense.begin() + static_cast<std::ptrdiff_t>(n_flushed * source.info().frame_bytes()),
                         source.bytes().begin()));
}

TEST(WriterErrors, a_flush_that_failed_is_not_made_good_by_the_next) {
  TemporaryFolder folder;
  MemorySource source = counted_source({1, 4}, {4, 4});
  Writer writer(folder / "a.hdf5", options_for(source));
  writer.push(source.frame(0));
  std::filesystem::rename(folder / "a.hdf5.recording", folder / "elsewhere");
  EXPECT_THROW(writer.flush(), IoError);
  std::filesystem::rename(folder / "elsewhere", folder / "a.hdf5.recording");
  EXPECT_THROW(writer.flush(), IoError);
  EXPECT_THROW(writer.push(source.frame(1)), IoError);
  EXPECT_THROW(writer.close(), IoError);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.hdf5"));
  EXPECT_TRUE(std::filesystem::exists(folder / "a.hdf5.recording/data.hdf5"));
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
