// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "codec/chunk/header.hpp"
#include "support/test_data.hpp"
#include "unit/codec/chunk_blocks.hpp"

namespace esieve {
namespace {

class ChunkHeaderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::mt19937_64 random(test_seed(11));
    block_ = random_block(random, DType::u16, Content::counts, 0.1);
    written_ = codec_.encode(block_.dense, block_.parameters, 1234, chunk_);
  }

  Block block_;
  ChunkCodec codec_;
  ChunkHeader written_;
  std::vector<std::byte> chunk_;
};

TEST_F(ChunkHeaderTest, is_readable_without_the_parameters_and_within_longer_bytes) {
  ChunkHeader header;
  chunk_.resize(chunk_.size() + 100);
  ASSERT_EQ(ChunkCodec::inspect(chunk_, header), ChunkStatus::okay);
  EXPECT_EQ(header.chunk_bytes + 100, chunk_.size());
  EXPECT_EQ(header.dataset_id, block_.parameters.dataset_id);
  EXPECT_EQ(header.first_frame, 1234U);
  EXPECT_EQ(header.n_frames, block_.n_frames());
  EXPECT_EQ(header.n_events, scan_plainly(block_).pixels.size());
  EXPECT_EQ(header.n_events, written_.n_events);
}

TEST_F(ChunkHeaderTest, says_where_the_place_is_unknown) {
  std::vector<std::byte> chunk;
  ChunkHeader header;
  codec_.encode(block_.dense, block_.parameters, unknown_frame, chunk);
  ASSERT_EQ(ChunkCodec::inspect(chunk, header), ChunkStatus::okay);
  EXPECT_EQ(header.first_frame, unknown_frame);
}

TEST_F(ChunkHeaderTest, holds_the_largest_frame_number) {
  std::vector<std::byte> chunk;
  ChunkHeader header;
  const std::uint64_t largest = (std::uint64_t{1} << 48) - 2;
  codec_.encode(block_.dense, block_.parameters, largest, chunk);
  ASSERT_EQ(ChunkCodec::inspect(chunk, header), ChunkStatus::okay);
  EXPECT_EQ(header.first_frame, largest);
}

TEST_F(ChunkHeaderTest, of_another_dataset_is_refused) {
  std::vector<std::byte> dense(block_.parameters.dense_bytes());
  ++block_.parameters.dataset_id;
  EXPECT_EQ(codec_.decode(chunk_, block_.parameters, dense), ChunkStatus::wrong_parameters);
  block_.parameters.dataset_id = 0;  // a dataset that lost its id takes any chunk
  EXPECT_EQ(codec_.decode(chunk_, block_.parameters, dense), ChunkStatus::okay);
}

TEST_F(ChunkHeaderTest, with_more_frames_than_the_dataset_has_is_refused) {
  block_.parameters.n_frames = static_cast<std::uint32_t>(block_.n_frames());
  std::vector<std::byte> chunk;
  codec_.encode(block_.dense, block_.parameters, 0, chunk);
  if (--block_.parameters.n_frames == 0) return;
  std::vector<std::byte> dense(block_.parameters.dense_bytes());
  EXPECT_EQ(codec_.decode(chunk, block_.parameters, dense), ChunkStatus::wrong_parameters);
}

TEST_F(ChunkHeaderTest, foreign_bytes_are_told_from_damaged_ones) {
  ChunkHeader header;
  std::vector<std::byte> foreign = chunk_;
  foreign[0] = std::byte{'X'};
  EXPECT_EQ(ChunkCodec::inspect(foreign, header), ChunkStatus::not_ours);
  foreign = chunk_;
  foreign[3] = std::byte{2};
  EXPECT_EQ(ChunkCodec::inspect(foreign, header), ChunkStatus::unknown_version);
  EXPECT_EQ(ChunkCodec::inspect(std::span(chunk_).first(3), header), ChunkStatus::truncated);
  EXPECT_EQ(ChunkCodec::inspect(std::span(chunk_).first(chunk_.size() - 1), header), ChunkStatus::truncated);
}

TEST_F(ChunkHeaderTest, trailing_bytes_are_refused) {
  std::vector<std::byte> dense(block_.parameters.dense_bytes());
  chunk_.push_back(std::byte{0});
  EXPECT_EQ(codec_.decode(chunk_, block_.parameters, dense), ChunkStatus::trailing_bytes);
}

}  // namespace
}  // namespace esieve
