// SPDX-License-Identifier: Apache-2.0
//
// Frames in any order, several of a position, lost ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "esieve/error.hpp"
#include "unit/record/recordings.hpp"

namespace esieve {
namespace {

std::vector<std::uint64_t> shuffled(std::uint64_t n, std::uint64_t seed) {
  std::vector<std::uint64_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(seed));
  return order;
}

TEST(WriterOrder, any_order_gives_the_same_file) {
  // With little memory blocks are put away unfinished and put together at the end.
  for (const std::uint64_t queue_bytes : {std::uint64_t{8} << 20, std::uint64_t{1}}) {
    TemporaryFolder folder;
    MemorySource source = counted_source({8, 12}, {16, 16});
    WriterOptions options = options_for(source);
    options.frames_per_chunk = 6;
    options.queue_bytes = queue_bytes;
    Writer writer(folder / "a.hdf5", options);
    for (const std::uint64_t i : shuffled(96, 3)) writer.push(source.frame(i), {.scan_index = i});
    writer.flush();
    writer.close();
    EXPECT_TRUE(holds(folder / "a.hdf5", source)) << queue_bytes;
    EXPECT_EQ(Reader(folder / "a.hdf5").frame_status(), repeated(96, FrameStatus::okay));
  }
}

TEST(WriterOrder, serpentine_and_flyback_end_up_where_they_belong) {
  TemporaryFolder folder;
  MemorySource source = counted_source({4, 6}, {8, 8});
  WriterOptions options = options_for(source);
  options.scan.serpentine = true;
  options.scan.flyback_frames = 2;
  Writer writer(folder / "a.hdf5", options);
  const std::vector<std::byte> noise(source.info().frame_bytes(), std::byte{9});
  for (std::uint64_t n = 0; n < *n_camera_frames(options.scan); ++n) {
    const auto index = scan_index_of(options.scan, n);
    writer.push(index ? std::span<const std::byte>(source.frame(*index)) : std::span<const std::byte>(noise));
  }
  EXPECT_THROW(writer.push(noise), UsageError);
  const WriterStats stats = writer.close();
  EXPECT_EQ(stats.n_flyback, 8U);
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterOrder, frames_of_a_position_are_summed) {
  for (const std::uint64_t queue_bytes : {std::uint64_t{8} << 20, std::uint64_t{1}})
    for (const bool known : {true, false}) {
      TemporaryFolder folder;
      MemorySource source = counted_source({4, 6}, {8, 8});
      MemorySource sums({4, 6}, {8, 8}, DType::u16);
      for (std::size_t i = 0; i < sums.values<std::uint16_t>().size(); ++i)
        sums.values<std::uint16_t>()[i] = static_cast<std::uint16_t>(3 * source.values<std::uint16_t>()[i]);
      WriterOptions options = options_for(source);
      options.when_repeated = WhenRepeated::sum;
      options.scan.frames_per_position = known ? 3 : 1;
      options.frames_per_chunk = 3;
      options.queue_bytes = queue_bytes;
      Writer writer(folder / "a.hdf5", options);
      for (int round = 0; round < 3; ++round)
        for (const std::uint64_t i : shuffled(24, static_cast<std::uint64_t>(round)))
          writer.push(source.frame(i), {.scan_index = i});
      writer.close();
      EXPECT_TRUE(holds(folder / "a.hdf5", sums)) << queue_bytes << known;
      EXPECT_EQ(Reader(folder / "a.hdf5").frame_status(), repeated(24, FrameStatus::summed));
    }
}

TEST(WriterOrder, any_number_of_frames_of_a_position_is_summed) {
  TemporaryFolder folder;
  constexpr std::uint32_t n = 65'536 + 3;
  MemorySource source({1, 1}, {1, 1}, DType::u32);
  source.values<std::uint32_t>()[0] = 1;
  WriterOptions options = options_for(source);
  options.when_repeated = WhenRepeated::sum;
  Writer writer(folder / "a.hdf5", options);
  for (std::uint32_t i = 0; i < n; ++i) writer.push(source.frame(0), {.scan_index = 0});
  writer.close();
  source.values<std::uint32_t>()[0] = n;
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterOrder, sums_that_do_not_fit_are_refused_and_leave_what_was_there) {
  TemporaryFolder folder;
  MemorySource source({1, 2}, {2, 2}, DType::u8);
  std::fill(source.bytes().begin(), source.bytes().end(), std::byte{200});
  WriterOptions options = options_for(source);
  options.when_repeated = WhenRepeated::sum;
  Writer writer(folder / "a.hdf5", options);
  writer.push(source.frame(0), {.scan_index = 0});
  EXPECT_THROW(writer.push(source.frame(0), {.scan_index = 0}), UsageError);
  writer.push(source.frame(1), {.scan_index = 1});
  writer.close();
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterOrder, frames_of_a_position_are_kept_on_an_axis_of_their_own) {
  TemporaryFolder folder;
  MemorySource source = counted_source({3, 4 * 2}, {8, 8});  // two frames at each of (3, 4) positions
  WriterOptions options = options_for(source);
  options.scan.scan_x = 4;
  options.scan.frames_per_position = 2;
  options.when_repeated = WhenRepeated::keep;
  options.frames_per_chunk = 4;
  Writer writer(folder / "a.hdf5", options);
  for (std::uint64_t i = 0; i < 24; ++i) writer.push(source.frame(i));
  EXPECT_THROW(writer.push(source.frame(0), {.scan_index = 0}), UsageError);
  writer.close();
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
  EXPECT_EQ(Reader(folder / "a.hdf5").info().frames_per_position, 2U);
}

TEST(WriterOrder, nothing_missing_looks_like_data) {
  TemporaryFolder folder;
  MemorySource source = counted_source({3, 4}, {8, 8});
  WriterOptions options = options_for(source);
  options.frames_per_chunk = 4;
  Writer writer(folder / "a.hdf5", options);
  writer.push(source.frame(0));
  writer.drop(2);
  writer.push(source.frame(3), {.scan_index = {}, .partial = true});
  writer.push(source.frame(4));
  const WriterStats stats = writer.close();
  EXPECT_EQ(stats.n_dropped, 2U);
  const Reader reader(folder / "a.hdf5");
  std::vector<FrameStatus> expected(12, FrameStatus::missing);
  expected[0] = expected[4] = FrameStatus::okay;
  expected[1] = expected[2] = FrameStatus::dropped;
  expected[3] = FrameStatus::partial;
  EXPECT_EQ(reader.frame_status(), expected);
  MemorySource stored({3, 4}, {8, 8}, DType::u16);
  for (const std::size_t i : {0U, 3U, 4U}) std::ranges::copy(source.frame(i), stored.frame(i).begin());
  EXPECT_TRUE(holds(folder / "a.hdf5", stored));
}

TEST(WriterOrder, a_refused_frame_makes_no_scan_longer) {
  TemporaryFolder folder;
  MemorySource source = counted_source({1, 1}, {8, 8});
  WriterOptions options = options_for(source);
  options.scan = {};
  options.frames_per_chunk = 4;
  Writer writer(folder / "a.hdf5", options);
  writer.push(source.frame(0));
  const std::vector<std::uint32_t> twice = {1, 1};
  EXPECT_THROW(writer.push_events(twice, twice, {.scan_index = 7}), UsageError);
  EXPECT_EQ(writer.close().n_pushed, 1U);
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterOrder, a_frame_given_up_may_come_late) {
  TemporaryFolder folder;
  MemorySource source = counted_source({1, 3}, {8, 8});
  Writer writer(folder / "a.hdf5", options_for(source));
  writer.push(source.frame(0));
  writer.drop();
  writer.push(source.frame(1), {.scan_index = 1});
  writer.push(source.frame(2));
  writer.close();
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
  EXPECT_EQ(Reader(folder / "a.hdf5").frame_status(), repeated(3, FrameStatus::okay));
}

TEST(WriterOrder, snapshots_may_come_before_the_first_frame) {
  const TemporaryFolder folder;
  MemorySource source = counted_source({1, 4}, {8, 8});
  WriterOptions options = options_for(source);
  options.overwrite = true;
  options.when_full = WhenFull::spill;
  options.snapshot_interval = options.flush_interval = std::chrono::milliseconds(1);
  for (int i = 0; i < 20; ++i) {
    Writer writer(folder / "out.hdf5", options);
    writer.push_frames(source.bytes());
    EXPECT_EQ(writer.close().n_stored, 4);
    EXPECT_TRUE(holds(folder / "out.hdf5", source));
  }
}

TEST(WriterOrder, spilled_frames_are_stored_like_others) {
  TemporaryFolder folder;
  MemorySource source = counted_source({16, 32}, {64, 64});
  WriterOptions options = spilling_options(source);
  EXPECT_EQ(record(folder / "a.hdf5", source, options).n_dropped, 0U);
  EXPECT_TRUE(holds(folder / "a.hdf5", source));
}

TEST(WriterOrder, dropped_frames_are_counted_and_marked) {
  TemporaryFolder folder;
  MemorySource source = counted_source({16, 32}, {64, 64});
  WriterOptions options = options_for(source);
  options.when_full = WhenFull::drop;
  options.queue_bytes = 1;
  options.frames_per_chunk = 4;
  const WriterStats stats = record(folder / "a.hdf5", source, options);
  const Reader reader(folder / "a.hdf5");
  const auto status = reader.frame_status();
  EXPECT_EQ(static_cast<std::uint64_t>(std::count(status.begin(), status.end(), FrameStatus::dropped)), stats.n_dropped);
  MemorySource stored({16, 32}, {64, 64}, DType::u16);
  for (std::uint64_t i = 0; i < 512; ++i)
    if (status[i] == FrameStatus::okay) std::ranges::copy(source.frame(i), stored.frame(i).begin());
  EXPECT_TRUE(holds(folder / "a.hdf5", stored));
}

}  // namespace
}  // namespace esieve
