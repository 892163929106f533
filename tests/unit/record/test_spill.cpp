// SPDX-License-Identifier: Apache-2.0
//
// Frames that wait in a file, and a file that does not give them back.
#include "record/spill.hpp"

#include <gtest/gtest.h>

#include <future>

#include "unit/record/recordings.hpp"

namespace esieve {
namespace {

constexpr std::size_t frame_bytes = 100;

std::vector<std::byte> frame_of(int value) { return std::vector<std::byte>(frame_bytes, static_cast<std::byte>(value)); }

/// Takes frames once it is let.
struct Taker {
  std::function<void(const Spill::Entry&, std::span<const std::byte>)> take() {
    return [this](const Spill::Entry& entry, std::span<const std::byte> frame) {
      if (frames.empty()) {
        began.set_value();
        let.get_future().wait();
      }
      frames.emplace_back(frame.begin(), frame.end());
      positions.push_back(entry.scan_index);
    };
  }

  std::promise<void> began, let;
  std::vector<std::vector<std::byte>> frames;
  std::vector<std::uint64_t> positions;
};

TEST(Spill, gives_frames_back_in_their_order_and_uses_room_again) {
  TemporaryFolder folder;
  Taker taker;
  Spill spill(folder / "spill", frame_bytes, 3 * frame_bytes, taker.take());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(spill.add(static_cast<std::uint64_t>(i), false, frame_of(i)));
  EXPECT_FALSE(spill.add(3, false, frame_of(3)));
  EXPECT_EQ(spill.n_waiting(), 3U);
  taker.let.set_value();
  spill.drain();
  EXPECT_TRUE(spill.add(4, false, frame_of(4)));
  spill.drain();
  EXPECT_EQ(taker.positions, (std::vector<std::uint64_t>{0, 1, 2, 4}));
  EXPECT_EQ(taker.frames, (std::vector{frame_of(0), frame_of(1), frame_of(2), frame_of(4)}));
  EXPECT_LE(std::filesystem::file_size(folder / "spill"), 3 * frame_bytes);
}

TEST(Spill, what_the_file_does_not_give_back_is_no_frame) {
  TemporaryFolder folder;
  Taker taker;
  Spill spill(folder / "spill", frame_bytes, 1000, taker.take());
  for (int i = 0; i < 3; ++i) spill.add(static_cast<std::uint64_t>(i), false, frame_of(i));
  taker.began.get_future().wait();
  std::filesystem::resize_file(folder / "spill", frame_bytes + 1);
  spill.add(3, false, frame_of(3));  // zeros lie before it now
  taker.let.set_value();
  spill.drain();
  EXPECT_EQ(taker.frames, (std::vector<std::vector<std::byte>>{frame_of(0), {}, {}, frame_of(3)}));
}

TEST(Spill, frames_lost_from_it_are_marked_in_the_recording) {
  TemporaryFolder folder;
  MemorySource source = counted_source({16, 32}, {64, 64});
  WriterOptions options = spilling_options(source);
  options.level = Level::max;  // slow, so that frames spill
  options.threads = 1;
  Writer writer(folder / "a.hdf5", options);
  for (std::uint64_t i = 0; i < 512; ++i) {
    writer.push(source.frame(i));
    if (i % 7 == 0) std::filesystem::resize_file(folder / "a.hdf5.recording/spill", 0);
  }
  const WriterStats stats = writer.close();
  const auto status = Reader(folder / "a.hdf5").frame_status();
  MemorySource stored({16, 32}, {64, 64}, DType::u16);
  std::uint64_t n_lost = 0;
  for (std::uint64_t i = 0; i < 512; ++i) {
    if (status[i] == FrameStatus::okay)
      std::ranges::copy(source.frame(i), stored.frame(i).begin());
    else
      n_lost += status[i] == FrameStatus::dropped;
  }
  EXPECT_EQ(n_lost, stats.n_dropped);
  EXPECT_EQ(static_cast<std::uint64_t>(std::count(status.begin(), status.end(), FrameStatus::okay)), 512 - n_lost);
  EXPECT_TRUE(holds(folder / "a.hdf5", stored));
}

}  // namespace
}  // namespace esieve
