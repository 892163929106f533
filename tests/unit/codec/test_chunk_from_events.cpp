// SPDX-License-Identifier: Apache-2.0
//
// A chunk made of events is the chunk of the dense frames that hold them, byte for byte.
#include <gtest/gtest.h>

#include <initializer_list>
#include <limits>
#include <stdexcept>

#include "support/test_data.hpp"
#include "unit/codec/chunk_blocks.hpp"

namespace esieve {
namespace {

struct OwnedEvents {
  std::vector<std::uint32_t> frame_events, pixels, counts;

  explicit OwnedEvents(const Block& block) {
    const PlainEvents plain = scan_plainly(block);
    frame_events = plain.frame_events;
    pixels = plain.pixels;
    counts.assign(plain.bits.begin(), plain.bits.end());
  }
  OwnedEvents() = default;
  ListedEvents list() const { return {frame_events, pixels, counts}; }
};

TEST(ChunkFromEvents, is_the_chunk_of_the_dense_frames) {
  const std::uint64_t seed = test_seed(61);
  std::mt19937_64 random(seed);
  ChunkCodec codec;
  for (const DType dtype : {DType::u8, DType::u16, DType::u32})
    for (const Content content : all_contents)
      for (const double density : {0.001, 0.01, 0.02, 0.028, 0.031, 0.05, 0.3, 1.0})
        for (int repeat = 0; repeat < 3; ++repeat) {
          Block block = random_block(random, dtype, content, density);
          block.parameters.level = static_cast<Level>(1 + repeat);
          SCOPED_TRACE("seed " + std::to_string(seed) + ", " + block.description() + ", " + name_of(content) + ", density " +
                       std::to_string(density));
          std::vector<std::byte> expected, found;
          std::vector<FrameTotals> expected_totals(block.n_frames()), totals(block.n_frames());
          codec.encode(block.dense, block.parameters, 5, expected, expected_totals);
          const OwnedEvents events(block);
          const ChunkHeader header = codec.encode_events(events.list(), block.parameters, 5, found, totals);
          EXPECT_EQ(header.n_events, events.pixels.size());
          EXPECT_TRUE(found == expected);
          EXPECT_EQ(totals, expected_totals);
          if (HasFailure()) return;
        }
}

TEST(ChunkFromEvents, finds_pixels_that_are_the_same_in_every_frame) {
  ChunkCodec codec;
  for (const std::uint32_t n_frames : {2u, 31u, 32u, 40u})
    for (const std::uint16_t stuck : std::initializer_list<std::uint16_t>{1, 700, 0xffff}) {
      Block block{
          .parameters = {.n_frames = n_frames, .det_y = 30, .det_x = 50, .scan_row_frames = n_frames, .dtype = DType::u16},
          .dense = std::vector<std::byte>(n_frames * 3000)};
      auto* counts = reinterpret_cast<std::uint16_t*>(block.dense.data());
      for (std::uint32_t f = 0; f < n_frames; ++f) {
        counts[f * 1500 + 77] = stuck;
        counts[f * 1500 + 1499] = f == n_frames - 1 ? 5 : stuck;
        counts[f * 1500 + f] = 2;
      }
      std::vector<std::byte> expected, found;
      codec.encode(block.dense, block.parameters, 0, expected);
      codec.encode_events(OwnedEvents(block).list(), block.parameters, 0, found);
      EXPECT_TRUE(found == expected) << n_frames << " frames, " << stuck;
      std::vector<std::byte> decoded(block.dense.size());
      ASSERT_EQ(codec.decode(found, block.parameters, decoded), ChunkStatus::okay);
      EXPECT_TRUE(decoded == block.dense) << n_frames << " frames, " << stuck;
    }
}

TEST(ChunkFromEvents, refuses_what_are_no_events_of_such_a_chunk) {
  const ChunkParameters parameters{.n_frames = 2, .det_y = 4, .det_x = 5, .scan_row_frames = 2, .dtype = DType::u8};
  const auto refuses = [&](const std::vector<std::uint32_t>& frame_events, const std::vector<std::uint32_t>& pixels,
                           const std::vector<std::uint32_t>& counts, ChunkParameters of, std::size_t n_totals = 0) {
    std::vector<std::byte> out{std::byte{7}};
    std::vector<FrameTotals> totals(n_totals);
    try {
      ChunkCodec().encode_events({frame_events, pixels, counts}, of, 0, out, totals);
    } catch (const std::invalid_argument&) {
      return out.size() == 1;
    }
    return false;
  };
  EXPECT_FALSE(refuses({1, 2}, {19, 0, 19}, {1, 255, 2}, parameters));
  EXPECT_FALSE(refuses({}, {}, {}, parameters));
  EXPECT_TRUE(refuses({1, 2}, {3, 7}, {1, 1}, parameters)) << "fewer events than the frames have";
  EXPECT_TRUE(refuses({1}, {3, 7}, {1, 1}, parameters)) << "more";
  EXPECT_TRUE(refuses({1, 1}, {3, 7}, {1}, parameters)) << "fewer counts";
  EXPECT_TRUE(refuses({1, std::numeric_limits<std::uint32_t>::max()}, {3}, {1}, parameters)) << "a sum that overflows";
  EXPECT_TRUE(refuses({1, 0, 0}, {3}, {1}, parameters)) << "too many frames";
  EXPECT_TRUE(refuses({1, 1}, {3, 20}, {1, 1}, parameters)) << "a pixel outside";
  EXPECT_TRUE(refuses({2, 0}, {4, 3}, {1, 1}, parameters)) << "pixels that descend";
  EXPECT_TRUE(refuses({2, 0}, {3, 3}, {1, 1}, parameters)) << "a pixel twice";
  EXPECT_TRUE(refuses({1, 0}, {3}, {0}, parameters)) << "a count of zero";
  EXPECT_TRUE(refuses({1, 0}, {3}, {256}, parameters)) << "a count too large";
  EXPECT_TRUE(refuses({1, 0}, {3}, {1}, parameters, 1)) << "totals of another length";
  ChunkParameters floats = parameters, opaque = parameters;
  floats.dtype = DType::f32;
  opaque.opaque = true;
  opaque.opaque_item_bytes = 1;
  EXPECT_TRUE(refuses({1, 0}, {3}, {1}, floats));
  EXPECT_TRUE(refuses({1, 0}, {3}, {1}, opaque));
}

}  // namespace
}  // namespace esieve
