// SPDX-License-Identifier: Apache-2.0
//
// Room in the queue: who gets it, and that none is lost or made up.
#include "record/block_board.hpp"

#include <gtest/gtest.h>

#include <future>

#include "esieve/error.hpp"

namespace esieve {
namespace {

/// 8 positions in chunks of 2, frames of 4 bytes.
BlockBoard::Setup small_setup(std::uint64_t n_buffers) {
  const ScanShape scan{1, 8};
  return {.scan = scan, .n_scan_x = 8, .grid = ChunkGrid{1, 2}.covering(scan), .frame_bytes = 4, .n_buffers = n_buffers};
}

void put(BlockBoard& board, std::uint64_t position) {
  BlockBoard::Slot slot;
  ASSERT_EQ(board.claim(position, std::nullopt, slot), BlockBoard::Room::given);
  board.settle(slot, false);
}

TEST(BlockBoard, room_that_a_flush_held_goes_to_who_waits_for_it) {
  BlockBoard board(small_setup(2));
  BlockBoard::Slot slot;
  ASSERT_EQ(board.claim(0, std::nullopt, slot), BlockBoard::Room::given);  // held, so that its block keeps its buffer
  put(board, 2);
  board.settle(slot, false);
  const BlockBoard::View view = board.view();
  auto waiting = std::async(std::launch::async, [&] {
    BlockBoard::Slot third;
    return board.claim(4, Clock::now() + std::chrono::seconds(30), third);
  });
  std::thread encoder([&] {
    const auto block = board.next_to_encode();
    board.recycle(*block);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // most likely it waits by now; it is right in any order
  board.unpin(view);
  EXPECT_EQ(waiting.get(), BlockBoard::Room::given);
  encoder.join();
}

TEST(BlockBoard, blocks_of_lost_frames_take_no_buffer_and_give_none_back) {
  BlockBoard board(small_setup(2));
  board.drop(0);
  board.drop(1);
  const auto block = board.next_to_encode();
  ASSERT_TRUE(block);
  EXPECT_TRUE(block->dense.empty());
  board.recycle(*block);
  EXPECT_EQ(board.bytes_in_use(), 0U);
}

TEST(BlockBoard, a_position_beyond_all_counting_is_outside) {
  BlockBoard::Setup setup = small_setup(2);
  setup.when_repeated = WhenRepeated::keep;
  setup.frames_per_position = 2;
  BlockBoard board(setup);
  BlockBoard::Slot slot;
  for (const std::uint64_t position : {std::uint64_t{4}, std::uint64_t{1} << 63, ~std::uint64_t{0}})
    EXPECT_THROW(board.claim(position, std::nullopt, slot), UsageError);
  EXPECT_EQ(board.claim(3, std::nullopt, slot), BlockBoard::Room::given);
  board.abandon(slot);
}

}  // namespace
}  // namespace esieve
