// SPDX-License-Identifier: Apache-2.0
//
// The disk is full from some write on: a clear error at the call or at `close`, and everything up to there is kept.
#include <gtest/gtest.h>

#include "unit/recover/recording_of_blocks.hpp"
#include "unit/recover/write_trace.hpp"

namespace esieve {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::uint64_t stride = 97;  // ten times slower
#else
constexpr std::uint64_t stride = 11;
#endif

bool names_the_disk(const std::string& what) {
  return what.find("No space left on device") != std::string::npos || what.find("the disk is full") != std::string::npos;
}

TEST(FullDisk, a_writer_keeps_what_was_flushed_whichever_write_fails) {
  use_memory_for_files();
  recorded_source();
  std::uint64_t n_points = 0;
  for (std::uint64_t n = 0;; n += stride, ++n_points) {
    TemporaryFolder folder;
    std::uint64_t n_flushed = 0;
    std::string error;
    fill_disk_at(n, FullFor::writes);
    try {
      record_blocks(folder / "scan.hdf5", [&](std::uint64_t flushed) { n_flushed = flushed; });
    } catch (const IoError& failure) {
      error = failure.what();
    }
    if (!empty_disk()) break;
    EXPECT_TRUE(names_the_disk(error)) << "write " << n << ": " << error;
    EXPECT_FALSE(std::filesystem::exists(folder / "scan.hdf5"));
    try {
      recover(folder / "scan.hdf5", folder / "recovered.hdf5");
      expect_recovered(folder / "recovered.hdf5", n_flushed);
    } catch (const Error& failure) {
      EXPECT_EQ(n_flushed, 0U) << failure.what();
    }
    if (::testing::Test::HasFailure()) FAIL() << "the disk was full at write " << n;
  }
  EXPECT_GT(n_points * stride, 450U);
  std::printf("%llu writes that fail\n", static_cast<unsigned long long>(n_points));
}

/// Nothing has the final name, but all that was stored is there: for readers of ours at once, for others when it is recovered.
TEST(FullDisk, a_recording_without_room_for_more_chunks_keeps_what_it_has) {
  use_memory_for_files();
  MemorySource source({32, 32}, {128, 128}, DType::u16);  // more than is reserved in one step
  fill_with_noise(source, 1, 5);
  TemporaryFolder folder;
  WriterOptions options = options_for(source);
  options.frames_per_chunk = 4;
  options.flush_interval = std::chrono::milliseconds(5);
  Writer writer(folder / "scan.hdf5", options);
  fill_disk_at(1, FullFor::reservations);
  std::uint64_t n_pushed = 0;
  std::string error;
  try {
    for (; n_pushed < 1024; ++n_pushed) writer.push(source.frame(n_pushed));
  } catch (const IoError& failure) {
    error = failure.what();
    EXPECT_TRUE(names_the_disk(error)) << error;
  }
  try {
    writer.close();
    ADD_FAILURE() << "closed without an error";
  } catch (const IoError& failure) {
    EXPECT_TRUE(names_the_disk(failure.what())) << failure.what();
  }
  EXPECT_TRUE(empty_disk());
  EXPECT_FALSE(std::filesystem::exists(folder / "scan.hdf5"));
  EXPECT_EQ(Reader(folder / "scan.hdf5").info().recording, Recording::interrupted);
  recover(folder / "scan.hdf5", folder / "recovered.hdf5");
  const Reader reader(folder / "recovered.hdf5");
  EXPECT_TRUE(verify(reader, nullptr, {}).okay());
  const auto status = reader.frame_status();
  const auto n_kept = std::count(status.begin(), status.end(), FrameStatus::okay);
  EXPECT_GT(n_kept, 256);
  EXPECT_EQ(std::count(status.begin(), status.end(), FrameStatus::missing), 1024 - n_kept);
  const auto dense = all_frames(reader);
  for (std::uint64_t i = 0; i < status.size(); ++i) {
    const auto frame = std::span(dense).subspan(i * source.info().frame_bytes(), source.info().frame_bytes());
    EXPECT_TRUE(!is_data(status[i]) || std::ranges::equal(frame, source.frame(i))) << i;
  }
}

TEST(FullDisk, convert_leaves_nothing_behind) {
  use_memory_for_files();
  MemorySource source = counted_source({32, 32}, {16, 16});
  std::uint64_t n = 0;
  for (;; ++n) {
    TemporaryFolder folder;
    std::string error;
    fill_disk_at(n, FullFor::writes);
    try {
      convert(source, folder / "a.hdf5", {.frames_per_chunk = 16, .threshold = {}, .progress = {}});
    } catch (const IoError& failure) {
      error = failure.what();
    }
    if (!empty_disk()) {
      EXPECT_EQ(error, "");
      EXPECT_TRUE(holds(folder / "a.hdf5", source));
      break;
    }
    EXPECT_TRUE(names_the_disk(error)) << error;
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "write " << n;
  }
  EXPECT_GT(n, 64U);
}

TEST(FullDisk, recover_leaves_the_recording_and_nothing_else) {
  use_memory_for_files();
  TemporaryFolder folder;
  MemorySource source = counted_source({8, 8}, {16, 16});
  convert(source, folder / "a.hdf5");
  for (std::uint64_t n = 0;; ++n) {
    std::string error;
    fill_disk_at(n, FullFor::writes);
    try {
      recover(folder / "a.hdf5", folder / "b.hdf5");
    } catch (const IoError& failure) {
      error = failure.what();
    }
    if (!empty_disk()) break;
    EXPECT_TRUE(names_the_disk(error)) << error;
    EXPECT_FALSE(std::filesystem::exists(folder / "b.hdf5") || std::filesystem::exists(folder / "b.hdf5.partial"));
  }
  EXPECT_TRUE(holds(folder / "b.hdf5", source));
}

}  // namespace
}  // namespace esieve
