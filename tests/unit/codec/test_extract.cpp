// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "base/cpu.hpp"
#include "codec/gaps/extract_kernels.hpp"
#include "esieve/codec.hpp"
#include "support/test_data.hpp"

namespace esieve::codec {
namespace {

template <class T, class Kernel>
void expect_right_events(Kernel kernel) {
  std::mt19937_64 random(test_seed(42));
  for (const std::size_t n : {0u, 1u, 63u, 64u, 100u, 70'000u})
    for (const unsigned one_in : {1u, 2u, 300u}) {
      std::vector<T> frame(n);
      std::vector<std::uint32_t> pixels, counts;
      for (std::size_t i = 0; i < n; ++i) {
        if (random() % one_in != 0) continue;
        frame[i] = static_cast<T>(random() >> random() % 64);
        if (frame[i] == 0) continue;
        pixels.push_back(static_cast<std::uint32_t>(i));
        counts.push_back(frame[i]);
      }
      std::vector<std::uint32_t> found_pixels(n + 1), found_counts(n + 1);
      const std::size_t n_found = kernel(frame.data(), n, found_pixels.data(), found_counts.data());
      found_pixels.resize(n_found);
      found_counts.resize(n_found);
      EXPECT_EQ(found_pixels, pixels) << n << " one in " << one_in;
      EXPECT_EQ(found_counts, counts) << n << " one in " << one_in;
    }
}

void expect_right_events(const gaps::ExtractKernels& kernels) {
  expect_right_events<std::uint8_t>(kernels.one_byte);
  expect_right_events<std::uint16_t>(kernels.two_bytes);
  expect_right_events<std::uint32_t>(kernels.four_bytes);
}

TEST(Extract, finds_every_event) { expect_right_events(gaps::extract_baseline); }

#if defined(__x86_64__)
TEST(Extract, finds_every_event_with_avx2) {
  if (instruction_set() < InstructionSet::avx2) GTEST_SKIP() << "this processor has no AVX2";
  expect_right_events(gaps::extract_avx2);
}

TEST(Extract, finds_every_event_with_avx512) {
  if (instruction_set() < InstructionSet::avx512) GTEST_SKIP() << "this processor has no AVX-512 with VBMI2";
  expect_right_events(gaps::extract_avx512);
}
#endif

TEST(ListedEvents, are_those_of_sparse_unsigned_blocks_and_nothing_for_others) {
  ChunkCodec codec;
  std::vector<std::byte> chunk;
  const auto encode = [&](std::span<const std::byte> dense, DType dtype) {
    chunk.clear();
    codec.encode(dense, {.n_frames = 2, .det_y = 20, .det_x = 30, .scan_row_frames = 2, .dtype = dtype}, 0, chunk);
  };
  std::vector<std::uint16_t> frames(1200);
  frames[7] = 3;
  frames[599] = 60'000;
  frames[600] = 1;
  encode(std::as_bytes(std::span(frames)), DType::u16);
  const auto listed = codec.listed_events();
  ASSERT_TRUE(listed);
  EXPECT_EQ((std::vector<std::uint32_t>(listed->pixels.begin(), listed->pixels.end())), (std::vector<std::uint32_t>{7, 599, 0}));
  EXPECT_EQ((std::vector<std::uint32_t>(listed->counts.begin(), listed->counts.end())),
            (std::vector<std::uint32_t>{3, 60'000, 1}));
  encode(std::as_bytes(std::span(frames)), DType::i16);
  EXPECT_FALSE(codec.listed_events());
  encode(std::as_bytes(std::span(frames)), DType::u16);
  for (std::size_t i = 0; i < frames.size(); i += 4) frames[i] = 1;
  encode(std::as_bytes(std::span(frames)), DType::u16);
  EXPECT_FALSE(codec.listed_events());
}

}  // namespace
}  // namespace esieve::codec
