// SPDX-License-Identifier: Apache-2.0
//
// What goes into a chunk comes out of it bit for bit, whatever it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/hash.hpp"
#include "base/bytes.hpp"
#include "support/test_data.hpp"
#include "unit/codec/chunk_blocks.hpp"

namespace esieve {
namespace {

constexpr DType all_dtypes[] = {DType::u8,  DType::u16, DType::u32, DType::u64, DType::i8,
                                DType::i16, DType::i32, DType::i64, DType::f32, DType::f64};
constexpr double densities[] = {0.001, 0.02, 0.3, 1.0};

class ChunkRoundTrip : public testing::TestWithParam<std::tuple<DType, Content>> {
 protected:
  DType dtype() const { return std::get<0>(GetParam()); }
  Content content() const { return std::get<1>(GetParam()); }

  template <class Check>
  void for_random_blocks(const Check& check) {
    const std::uint64_t seed = test_seed(7);
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (const double density : densities)
      for (int repeat = 0; repeat < 4; ++repeat) {
        const Block block = random_block(random, dtype(), content(), density);
        SCOPED_TRACE(block.description() + ", density " + std::to_string(density));
        check(block);
        if (HasFailure()) return;
      }
  }

  ChunkCodec codec_;
};

TEST_P(ChunkRoundTrip, decoding_gives_the_same_bytes) {
  for_random_blocks([&](const Block& block) {
    std::vector<std::byte> chunk;
    codec_.encode(block.dense, block.parameters, 5, chunk);
    std::vector<std::byte> decoded(block.parameters.dense_bytes(), std::byte{0xa5});
    ASSERT_EQ(codec_.decode(chunk, block.parameters, decoded), ChunkStatus::okay);
    EXPECT_TRUE(decoded == block.padded());
  });
}

TEST_P(ChunkRoundTrip, any_number_of_frames_that_hold_the_encoded_ones_is_filled) {
  for_random_blocks([&](const Block& block) {
    std::vector<std::byte> chunk;
    codec_.encode(block.dense, block.parameters, 5, chunk);
    const std::size_t frame_bytes = block.dense.size() / block.n_frames();
    const std::vector<std::byte> padded = block.padded();
    for (std::size_t n = block.n_frames(); n <= block.parameters.n_frames; ++n) {
      std::vector<std::byte> decoded(n * frame_bytes, std::byte{0xa5});
      ASSERT_EQ(codec_.decode(chunk, block.parameters, decoded, Wanted::later), ChunkStatus::okay);
      EXPECT_TRUE(std::equal(decoded.begin(), decoded.end(), padded.begin()));
    }
    std::vector<std::byte> too_few((block.n_frames() - 1) * frame_bytes), part(frame_bytes + 1);
    EXPECT_EQ(codec_.decode(chunk, block.parameters, too_few), ChunkStatus::wrong_parameters);
    if (frame_bytes > 1) {
      EXPECT_THROW((void)codec_.decode(chunk, block.parameters, part), std::invalid_argument);
    }
  });
}

TEST_P(ChunkRoundTrip, sums_of_pixels_are_right_where_there_are_any) {
  for_random_blocks([&](const Block& block) {
    std::vector<std::byte> chunk;
    codec_.encode(block.dense, block.parameters, 5, chunk);
    const std::span<const std::uint64_t> sums = codec_.pixel_sums();
    if (sums.empty()) return;
    ASSERT_EQ(sums.size(), std::size_t{block.parameters.det_y} * block.parameters.det_x);
    visit_dtype(dtype(), [&]<class T>(T) {
      std::vector<double> expected(sums.size());
      const T* elements = reinterpret_cast<const T*>(block.dense.data());
      for (std::size_t i = 0; i < block.dense.size() / sizeof(T); ++i)
        expected[i % sums.size()] += static_cast<double>(elements[i]);
      EXPECT_TRUE(std::equal(sums.begin(), sums.end(), expected.begin(),
                             [](std::uint64_t sum, double exact) { return static_cast<double>(sum) == exact; }));
    });
  });
}

TEST_P(ChunkRoundTrip, events_are_those_of_a_plain_scan) {
  for_random_blocks([&](const Block& block) {
    std::vector<std::byte> chunk;
    const ChunkHeader header = codec_.encode(block.dense, block.parameters, 5, chunk);
    ChunkEvents events;
    ASSERT_EQ(codec_.decode_events(chunk, block.parameters, events), ChunkStatus::okay);
    const PlainEvents expected = scan_plainly(block), found = as_plain(events, dtype());
    EXPECT_EQ(header.n_events, expected.pixels.size());
    EXPECT_TRUE(events.counts.empty() || events.bits.empty());
    EXPECT_EQ(found.frame_events, expected.frame_events);
    EXPECT_EQ(found.pixels, expected.pixels);
    EXPECT_EQ(found.bits, expected.bits);
  });
}

TEST_P(ChunkRoundTrip, events_in_any_order_are_the_same) {
  std::size_t n_scattered = 0;
  for_random_blocks([&](const Block& block) {
    std::vector<std::byte> chunk;
    codec_.encode(block.dense, block.parameters, 5, chunk);
    ChunkEvents ordered, any;
    ASSERT_EQ(codec_.decode_events(chunk, block.parameters, ordered), ChunkStatus::okay);
    ASSERT_EQ(codec_.decode_events(chunk, block.parameters, any, EventOrder::any), ChunkStatus::okay);
    if (!any.slots.empty()) {
      ++n_scattered;
      EXPECT_TRUE(any.frame_events.empty() && any.pixels.empty() && any.bits.empty());
      const std::uint32_t n_pixels = block.parameters.det_y * block.parameters.det_x;
      std::vector<std::pair<std::uint32_t, std::uint32_t>> expected, found;
      for (std::size_t f = 0, e = 0; f < ordered.frame_events.size(); ++f)
        for (const std::size_t end = e + ordered.frame_events[f]; e < end; ++e)
          expected.emplace_back(f * n_pixels + ordered.pixels[e], ordered.counts[e]);
      for (std::size_t e = 0; e < any.slots.size(); ++e) found.emplace_back(any.slots[e], any.counts[e]);
      std::sort(found.begin(), found.end());
      EXPECT_TRUE(found == expected);
    } else {
      EXPECT_EQ(any.frame_events, ordered.frame_events);
      EXPECT_EQ(any.pixels, ordered.pixels);
      EXPECT_EQ(any.counts, ordered.counts);
      EXPECT_EQ(any.bits, ordered.bits);
    }
    EXPECT_EQ(any.quantum, ordered.quantum);
  });
  if (content() == Content::counts && dtype() == DType::u16) {
    EXPECT_GT(n_scattered, 0U);
  }
}

TEST_P(ChunkRoundTrip, a_used_codec_gives_the_bytes_of_a_fresh_one) {
  for_random_blocks([&](const Block& block) {
    std::vector<std::byte> used, fresh;
    codec_.encode(block.dense, block.parameters, 5, used);
    ChunkCodec().encode(block.dense, block.parameters, 5, fresh);
    EXPECT_TRUE(used == fresh);
  });
}

TEST_P(ChunkRoundTrip, big_endian_elements_keep_their_byte_order) {
  for_random_blocks([&](Block block) {
    block.parameters.big_endian = true;
    swap_bytes(block.dense, item_bytes(dtype()));
    std::vector<std::byte> chunk;
    codec_.encode(block.dense, block.parameters, 5, chunk);
    std::vector<std::byte> decoded(block.parameters.dense_bytes());
    ASSERT_EQ(codec_.decode(chunk, block.parameters, decoded), ChunkStatus::okay);
    EXPECT_TRUE(decoded == block.padded());
  });
}

TEST_P(ChunkRoundTrip, a_chunk_is_never_larger_than_raw_elements_and_header) {
  for_random_blocks([&](const Block& block) {
    std::vector<std::byte> chunk;
    codec_.encode(block.dense, block.parameters, 5, chunk);
    EXPECT_LE(chunk.size(), max_chunk_bytes(block.parameters));
    EXPECT_LE(chunk.size(), block.dense.size() + 40);
  });
}

INSTANTIATE_TEST_SUITE_P(Blocks, ChunkRoundTrip, testing::Combine(testing::ValuesIn(all_dtypes), testing::ValuesIn(all_contents)),
                         [](const auto& test) {
                           return std::string(dtype_name(std::get<0>(test.param))) + "_" + name_of(std::get<1>(test.param));
                         });

TEST(Chunk, sums_the_pixels_of_lit_frames_masked_ones_included) {
  std::mt19937_64 random(test_seed(9));
  const std::size_t n_frames = 64, n_pixels = 32 * 32;
  std::vector<std::uint16_t> frames(n_frames * n_pixels);
  for (std::size_t i = 0; i < frames.size(); ++i)
    frames[i] = i % n_pixels == 77 ? 65535 : static_cast<std::uint16_t>(random() % 4);
  ChunkCodec codec;
  std::vector<std::byte> chunk;
  codec.encode(std::as_bytes(std::span(frames)), {.n_frames = 64, .det_y = 32, .det_x = 32, .scan_row_frames = 64}, 0, chunk);
  std::vector<std::uint64_t> expected(n_pixels);
  for (std::size_t i = 0; i < frames.size(); ++i) expected[i % n_pixels] += frames[i];
  EXPECT_THAT(codec.pixel_sums(), testing::ElementsAreArray(expected));
  const std::vector<std::uint16_t> dark(n_pixels);
  codec.encode(std::as_bytes(std::span(dark)), {.n_frames = 64, .det_y = 32, .det_x = 32, .scan_row_frames = 64}, 0, chunk);
  EXPECT_TRUE(codec.pixel_sums().empty()) << "of the block before";
}

TEST(Chunk, appends_to_what_is_there) {
  std::mt19937_64 random(test_seed(8));
  const Block block = random_block(random, DType::u16, Content::counts, 0.1);
  std::vector<std::byte> alone, appended(3, std::byte{7});
  ChunkCodec codec;
  codec.encode(block.dense, block.parameters, 0, alone);
  codec.encode(block.dense, block.parameters, 0, appended);
  EXPECT_EQ(appended[2], std::byte{7});
  EXPECT_TRUE(std::equal(alone.begin(), alone.end(), appended.begin() + 3, appended.end()));
}

TEST(Chunk, totals_are_events_and_electrons_of_each_frame) {
  const std::uint16_t dense[2][4] = {{0, 3, 0, 65535}, {0, 0, 0, 1}};
  const ChunkParameters parameters{.n_frames = 2, .det_y = 2, .det_x = 2, .scan_row_frames = 2};
  std::vector<std::byte> chunk;
  std::vector<FrameTotals> totals(2);
  ChunkCodec().encode(std::as_bytes(std::span(dense)), parameters, 0, chunk, totals);
  EXPECT_THAT(totals, testing::ElementsAre(FrameTotals{2, 65538}, FrameTotals{1, 1}));
}

TEST(Chunk, totals_leave_out_nan_and_count_negative_zero) {
  const float dense[] = {std::nanf("1"), -0.0f, 0.25f, 0.0f};
  const ChunkParameters parameters{.n_frames = 1, .det_y = 1, .det_x = 4, .scan_row_frames = 1, .dtype = DType::f32};
  std::vector<std::byte> chunk;
  std::vector<FrameTotals> totals(1);
  ChunkCodec().encode(std::as_bytes(std::span(dense)), parameters, 0, chunk, totals);
  EXPECT_EQ(totals[0], (FrameTotals{3, 0.25}));
}

// Of listed, dense, foreign and opaque elements, frames of a few bytes and frames that no cache holds.
TEST(Chunk, hashes_are_those_of_the_bytes_of_each_frame) {
  std::mt19937_64 random(test_seed(12));
  ChunkCodec codec;
  for (const unsigned one_in : {2U, 26U, 100U})  // with 26 a list of events is given up, and frames are looked at again
    for (const std::uint32_t det_x : {1U, 100U, 70'000U})
      for (const bool big_endian : {false, true})
        for (const bool opaque : {false, true}) {
          ChunkParameters parameters{.n_frames = 5, .det_y = 3, .det_x = det_x, .scan_row_frames = 5, .big_endian = big_endian};
          parameters.opaque = opaque;
          parameters.opaque_item_bytes = 2;
          std::vector<std::byte> dense(parameters.dense_bytes()), chunk;
          for (std::byte& byte : dense) byte = random() % one_in == 0 ? std::byte{1} : std::byte{0};
          std::vector<std::uint64_t> hashes(5);
          codec.encode(dense, parameters, 0, chunk, {}, hashes);
          const std::size_t frame_bytes = dense.size() / hashes.size();
          for (std::size_t f = 0; f < hashes.size(); ++f)
            EXPECT_EQ(hashes[f], hash64(std::span(dense).subspan(f * frame_bytes, frame_bytes))) << f;
          EXPECT_THROW(codec.encode(dense, parameters, 0, chunk, {}, std::span(hashes).first(4)), std::invalid_argument);
        }
}

TEST(Chunk, elements_of_unknown_kind_are_kept_as_bytes) {
  std::mt19937_64 random(test_seed(9));
  for (const std::uint32_t width : {1u, 2u, 3u, 12u, 64u, 100u}) {
    const ChunkParameters parameters{
        .n_frames = 3, .det_y = 5, .det_x = 7, .scan_row_frames = 3, .opaque = true, .opaque_item_bytes = width};
    std::vector<std::byte> dense(parameters.dense_bytes());
    for (std::byte& byte : dense) byte = static_cast<std::byte>(random() % 3);
    std::vector<std::byte> chunk, decoded(dense.size());
    ChunkCodec codec;
    codec.encode(dense, parameters, 0, chunk);
    ASSERT_EQ(codec.decode(chunk, parameters, decoded), ChunkStatus::okay);
    EXPECT_TRUE(decoded == dense) << "items of " << width << " bytes";
  }
}

TEST(Chunk, elements_need_no_alignment) {
  std::mt19937_64 random(test_seed(10));
  const Block block = random_block(random, DType::f64, Content::counts, 0.2);
  std::vector<std::byte> shifted(block.dense.size() + 1), decoded(block.parameters.dense_bytes() + 1), chunk;
  std::copy(block.dense.begin(), block.dense.end(), shifted.begin() + 1);
  ChunkCodec codec;
  codec.encode(std::span(shifted).subspan(1), block.parameters, 0, chunk);
  ASSERT_EQ(codec.decode(chunk, block.parameters, std::span(decoded).subspan(1)), ChunkStatus::okay);
  const auto expected = block.padded();
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), decoded.begin() + 1));
}

}  // namespace
}  // namespace esieve
