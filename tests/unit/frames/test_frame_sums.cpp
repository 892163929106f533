// SPDX-License-Identifier: Apache-2.0
#include "frames/frame_sums.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "support/test_data.hpp"

namespace esieve {
namespace {

template <class T>
std::vector<double> sum_of(const std::vector<T>& values, DType dtype, std::size_t n_pixels) {
  std::vector<double> out(n_pixels);
  PatternSum sum;
  sum.sum(std::as_bytes(std::span(values)), dtype, n_pixels);
  std::copy(sum.sums().begin(), sum.sums().end(), out.begin());
  for (const PixelValue& at : sum.values()) out[at.pixel] += at.value;
  return out;
}

TEST(PatternSum, equals_adding_one_by_one_for_every_type) {
  const std::uint64_t seed = test_seed(1);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int code = 1; code <= 40; ++code) {
    const auto dtype = static_cast<DType>(1 + code % 10);
    visit_dtype(dtype, [&]<class T>(T) {
      const std::size_t n_pixels = 1 + random() % 5000, n_frames = random() % 9;
      std::vector<T> values(n_pixels * n_frames);
      const unsigned one_in = random() % 2 == 0 ? 1 : 100;  // mostly empty frames are listed, not added
      for (T& value : values) value = random() % one_in == 0 ? static_cast<T>(random() % 100) : T{};
      std::vector<double> expected(n_pixels);
      for (std::size_t i = 0; i < values.size(); ++i) expected[i % n_pixels] += static_cast<double>(values[i]);
      EXPECT_EQ(sum_of(values, dtype, n_pixels), expected) << dtype_name(dtype);
    });
  }
}

TEST(PatternSum, does_not_overflow_where_32_bits_would) {
  const std::vector<std::uint16_t> bright(100'000, std::numeric_limits<std::uint16_t>::max());
  EXPECT_EQ(sum_of(bright, DType::u16, 1).front(), 65535.0 * 100'000);
}

TEST(PatternSum, takes_sums_in_place_of_what_was_there) {
  PatternSum sum;
  const std::vector<std::uint8_t> frame = {0, 0, 3, 0};
  sum.sum(std::as_bytes(std::span(frame)), DType::u8, 4);
  const std::vector<std::uint64_t> sums = {1, 2, std::uint64_t{1} << 40, 0};
  sum.take(sums);
  EXPECT_TRUE(sum.values().empty());
  EXPECT_TRUE(std::equal(sums.begin(), sums.end(), sum.sums().begin(), sum.sums().end()));
}

TEST(PatternSum, leaves_nan_out) {
  EXPECT_EQ(sum_of<float>({1, std::nanf(""), 2, 4}, DType::f32, 2), (std::vector<double>{3, 4}));
}

TEST(HashFrames, gives_equal_frames_equal_hashes_and_others_others) {
  const std::vector<std::uint8_t> frames = {1, 2, 3, 1, 2, 3, 3, 2, 1};
  std::vector<std::uint64_t> hashes(3);
  hash_frames(std::as_bytes(std::span(frames)), 3, hashes);
  EXPECT_EQ(hashes[0], hashes[1]);
  EXPECT_NE(hashes[0], hashes[2]);
}

}  // namespace
}  // namespace esieve
