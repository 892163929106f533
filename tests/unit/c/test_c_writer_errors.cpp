// SPDX-License-Identifier: Apache-2.0
//
// Every mistake is a code and a line, and the recording goes on.
#include <gtest/gtest.h>

#include <thread>

#include "unit/c/handles.hpp"

namespace esieve {
namespace {

bool says(const char* message, const char* text) { return std::string(message).find(text) != std::string::npos; }

class CWriterErrors : public testing::Test {
 protected:
  const std::byte* frame(std::size_t i) { return source.frame(i).data(); }
  std::size_t frame_bytes() const { return source.info().frame_bytes(); }

  TemporaryFolder folder;
  MemorySource source = counted_source({1, 4}, {8, 8});
  const esieve_writer_options options = c_options_for(source);
};

TEST_F(CWriterErrors, a_writer_that_cannot_be_made_is_null_and_says_why) {
  auto* writer = reinterpret_cast<esieve_writer*>(&source);
  esieve_writer_options wrong = options;
  wrong.scan_x = 0;
  EXPECT_EQ(esieve_writer_open((folder / "a.hdf5").c_str(), &wrong, &writer), ESIEVE_USAGE);
  EXPECT_EQ(writer, nullptr);
  EXPECT_STRNE(esieve_last_message(), "");
  EXPECT_EQ(esieve_writer_open((folder / "no/a.hdf5").c_str(), &options, &writer), ESIEVE_IO);
  EXPECT_TRUE(says(esieve_last_message(), "no/a.hdf5")) << esieve_last_message();
  EXPECT_EQ(esieve_writer_open(nullptr, &options, &writer), ESIEVE_USAGE);
  EXPECT_STREQ(esieve_last_message(), "path is NULL");
  EXPECT_EQ(esieve_writer_open((folder / "a.hdf5").c_str(), nullptr, &writer), ESIEVE_USAGE);
  EXPECT_STREQ(esieve_last_message(), "options is NULL");
  EXPECT_EQ(esieve_writer_open((folder / "a.hdf5").c_str(), &options, nullptr), ESIEVE_USAGE);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(CWriterErrors, no_writer_is_an_error_of_every_call) {
  esieve_stats stats = {};
  esieve_snapshot snapshot = {};
  const std::uint16_t x = 0;
  const std::uint32_t pixel = 0;
  const std::int64_t offsets[] = {0, 0};
  const std::uint64_t hit_frame = 0;
  const double time = 0;
  for (const esieve_status status :
       {esieve_writer_push(nullptr, frame(0), frame_bytes(), ESIEVE_NEXT, 0),
        esieve_writer_push_frames(nullptr, frame(0), frame_bytes(), ESIEVE_NEXT, 0),
        esieve_writer_push_events(nullptr, &pixel, &pixel, 1, ESIEVE_NEXT, 0),
        esieve_writer_push_csr(nullptr, offsets, 1, &pixel, &pixel, 0, ESIEVE_NEXT, 0),
        esieve_writer_push_hits(nullptr, &hit_frame, &x, &x, 1), esieve_writer_push_timed_hits(nullptr, &time, &x, &x, 1),
        esieve_writer_finish_hits(nullptr), esieve_writer_drop(nullptr, 1, ESIEVE_NEXT), esieve_writer_flush(nullptr),
        esieve_writer_stats(nullptr, &stats), esieve_writer_snapshot(nullptr, &snapshot), esieve_writer_close(nullptr)})
    EXPECT_EQ(status, ESIEVE_USAGE);
  EXPECT_TRUE(says(esieve_last_message(), "no writer"));
  EXPECT_STREQ(esieve_writer_message(nullptr), "");
  esieve_writer_free(nullptr);
}

TEST_F(CWriterErrors, null_data_is_refused_only_where_something_should_be_there) {
  const WriterHandle writer = open_writer(folder / "a.hdf5", options);
  esieve_writer* w = writer.get();
  EXPECT_EQ(esieve_writer_push(w, nullptr, frame_bytes(), ESIEVE_NEXT, 0), ESIEVE_USAGE);
  EXPECT_STREQ(esieve_writer_message(w), "frame is NULL");
  EXPECT_EQ(esieve_writer_push_events(w, nullptr, nullptr, 3, ESIEVE_NEXT, 0), ESIEVE_USAGE);
  EXPECT_EQ(esieve_writer_push_csr(w, nullptr, 1, nullptr, nullptr, 0, ESIEVE_NEXT, 0), ESIEVE_USAGE);
  EXPECT_EQ(esieve_writer_push_hits(w, nullptr, nullptr, nullptr, 1), ESIEVE_USAGE);
  EXPECT_EQ(esieve_writer_stats(w, nullptr), ESIEVE_USAGE);
  EXPECT_EQ(esieve_writer_snapshot(w, nullptr), ESIEVE_USAGE);
  EXPECT_EQ(stats_of(writer).n_pushed, 0U);
  EXPECT_EQ(esieve_writer_push_events(w, nullptr, nullptr, 0, ESIEVE_NEXT, 0), ESIEVE_OKAY);  // an empty frame
  EXPECT_EQ(esieve_writer_push_hits(w, nullptr, nullptr, nullptr, 0), ESIEVE_OKAY);
  EXPECT_EQ(stats_of(writer).n_pushed, 1U);
}

TEST_F(CWriterErrors, a_recording_goes_on_after_a_refused_frame) {
  const WriterHandle writer = open_writer(folder / "a.hdf5", options);
  esieve_writer* w = writer.get();
  EXPECT_EQ(esieve_writer_push(w, frame(0), frame_bytes() - 1, ESIEVE_NEXT, 0), ESIEVE_USAGE);
  EXPECT_TRUE(says(esieve_writer_message(w), "127 bytes")) << esieve_writer_message(w);
  EXPECT_EQ(esieve_writer_push(w, frame(0), frame_bytes(), 4, 0), ESIEVE_USAGE);
  EXPECT_TRUE(says(esieve_writer_message(w), "outside the scan"));
  EXPECT_EQ(esieve_writer_push(w, frame(0), frame_bytes(), ESIEVE_NEXT, 2), ESIEVE_USAGE);
  EXPECT_TRUE(says(esieve_writer_message(w), "flags 2"));
  const std::uint32_t pixel = 64, count = 1;
  EXPECT_EQ(esieve_writer_push_events(w, &pixel, &count, 1, ESIEVE_NEXT, 0), ESIEVE_USAGE);
  const std::int64_t offsets[] = {0, 2};
  EXPECT_EQ(esieve_writer_push_csr(w, offsets, 1, &count, &count, 1, ESIEVE_NEXT, 0), ESIEVE_USAGE);
  const double time = 0;
  const std::uint16_t x = 0;
  EXPECT_EQ(esieve_writer_push_timed_hits(w, &time, &x, &x, 1), ESIEVE_USAGE);
  EXPECT_TRUE(says(esieve_writer_message(w), "dwell_us"));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(esieve_writer_push(w, frame(i), frame_bytes(), ESIEVE_NEXT, 0), ESIEVE_OKAY);
  EXPECT_EQ(esieve_writer_close(w), ESIEVE_OKAY);
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST_F(CWriterErrors, a_closed_writer_takes_no_more) {
  const WriterHandle writer = open_writer(folder / "a.hdf5", options);
  EXPECT_EQ(esieve_writer_close(writer.get()), ESIEVE_OKAY);
  EXPECT_EQ(esieve_writer_push(writer.get(), frame(0), frame_bytes(), ESIEVE_NEXT, 0), ESIEVE_USAGE);
  EXPECT_EQ(esieve_writer_flush(writer.get()), ESIEVE_USAGE);
  EXPECT_EQ(esieve_writer_close(writer.get()), ESIEVE_USAGE);
  EXPECT_TRUE(says(esieve_writer_message(writer.get()), "is closed"));
}

TEST_F(CWriterErrors, freeing_closes) {
  WriterHandle writer = open_writer(folder / "a.hdf5", options);
  EXPECT_EQ(esieve_writer_push_frames(writer.get(), frame(0), 4 * frame_bytes(), ESIEVE_NEXT, 0), ESIEVE_OKAY);
  writer.reset();
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST_F(CWriterErrors, a_lost_disk_is_an_error_of_every_call_and_the_handle_stays_usable) {
  const WriterHandle writer = open_writer(folder / "a.hdf5", options);
  std::filesystem::rename(folder / "a.hdf5.recording", folder / "elsewhere");
  EXPECT_EQ(esieve_writer_flush(writer.get()), ESIEVE_IO);
  EXPECT_STRNE(esieve_writer_message(writer.get()), "");
  EXPECT_EQ(esieve_writer_close(writer.get()), ESIEVE_IO);
  EXPECT_EQ(stats_of(writer).n_stored, 0U);
}

TEST_F(CWriterErrors, threads_share_the_handles_message) {
  const WriterHandle writer = open_writer(folder / "a.hdf5", options);
  std::thread([&] { esieve_writer_push(writer.get(), frame(0), 1, ESIEVE_NEXT, 0); }).join();
  EXPECT_TRUE(says(esieve_writer_message(writer.get()), "1 bytes"));
  const auto fail_often = [&](std::size_t bytes) {
    for (int i = 0; i < 500; ++i) {
      EXPECT_EQ(esieve_writer_push(writer.get(), frame(0), bytes, ESIEVE_NEXT, 0), ESIEVE_USAGE);
      EXPECT_TRUE(says(esieve_writer_message(writer.get()), "the frame has"));
      EXPECT_TRUE(says(esieve_last_message(), ("has " + std::to_string(bytes) + " bytes").c_str()));
    }
  };
  std::thread other(fail_often, 2);
  fail_often(3);
  other.join();
}

TEST_F(CWriterErrors, an_older_program_says_nothing_of_newer_options) {
  esieve_writer_options older = options;
  older.struct_bytes = offsetof(esieve_writer_options, dwell_us);
  older.dwell_us = 5;  // not part of an older struct, hence not read
  const WriterHandle writer = open_writer(folder / "a.hdf5", older);
  const double time = 0;
  const std::uint16_t x = 0;
  EXPECT_EQ(esieve_writer_push_timed_hits(writer.get(), &time, &x, &x, 1), ESIEVE_USAGE);
  EXPECT_EQ(esieve_writer_push_frames(writer.get(), frame(0), 4 * frame_bytes(), ESIEVE_NEXT, 0), ESIEVE_OKAY);
  EXPECT_EQ(esieve_writer_close(writer.get()), ESIEVE_OKAY);
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST_F(CWriterErrors, an_older_program_gets_its_part_of_the_account) {
  const WriterHandle writer = open_writer(folder / "a.hdf5", options);
  EXPECT_EQ(esieve_writer_push(writer.get(), frame(0), frame_bytes(), ESIEVE_NEXT, 0), ESIEVE_OKAY);
  esieve_stats stats = {};
  stats.struct_bytes = offsetof(esieve_stats, n_flyback);
  stats.elapsed_s = -1;
  EXPECT_EQ(esieve_writer_stats(writer.get(), &stats), ESIEVE_OKAY);
  EXPECT_EQ(stats.n_pushed, 1U);
  EXPECT_EQ(stats.elapsed_s, -1);
  stats.struct_bytes = 0;
  EXPECT_EQ(esieve_writer_stats(writer.get(), &stats), ESIEVE_USAGE);
}

}  // namespace
}  // namespace esieve
