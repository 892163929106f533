// SPDX-License-Identifier: Apache-2.0
#include "frames/frame_sums.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "base/hash.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

template <class T>
std::vector<double> sum_of(const std::vector<T>& values, DType dtype, DetectorShape detector) {
  std::vector<double> out(pattern_bins(detector).shape.n_pixels());
  PatternSum sum;
  sum.sum(std::as_bytes(std::span(values)), dtype, detector);
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
      const DetectorShape detector{static_cast<std::uint32_t>(1 + random() % 5), static_cast<std::uint32_t>(1 + random() % 1000)};
      const std::size_t n_pixels = detector.n_pixels(), n_frames = random() % 9;
      std::vector<T> values(n_pixels * n_frames);
      const unsigned one_in = random() % 2 == 0 ? 1 : 100;  // mostly empty frames are listed, not added
      for (T& value : values) value = random() % one_in == 0 ? static_cast<T>(random() % 100) : T{};
      std::vector<double> expected(n_pixels);
      for (std::size_t i = 0; i < values.size(); ++i) expected[i % n_pixels] += static_cast<double>(values[i]);
      EXPECT_EQ(sum_of(values, dtype, detector), expected) << dtype_name(dtype);
    });
  }
}

TEST(PatternSum, does_not_overflow_where_32_bits_would) {
  const std::vector<std::uint16_t> bright(100'000, std::numeric_limits<std::uint16_t>::max());
  EXPECT_EQ(sum_of(bright, DType::u16, {1, 1}).front(), 65535.0 * 100'000);
}

// A float holds whole numbers up to 2^24.
TEST(PatternSum, lists_lit_pixels_only_where_floats_hold_their_values) {
  const DetectorShape detector{64, 64};
  for (const std::uint32_t large : {(1U << 24) - 1, (1U << 24) + 1, 0xffffffffU}) {
    std::vector<std::uint32_t> frame(detector.n_pixels());
    frame[7] = large;
    frame[100] = 3;
    std::vector<double> expected(frame.begin(), frame.end());
    EXPECT_EQ(sum_of(frame, DType::u32, detector), expected);
    PatternSum sum;
    sum.take(std::vector<std::uint32_t>{7, 100}, std::vector<std::uint32_t>{large, 3}, detector);
    EXPECT_EQ(sum.values().empty(), large >= 1U << 24);
    std::vector<double> taken(sum.sums().begin(), sum.sums().end());
    taken.resize(detector.n_pixels());
    for (const PixelValue& at : sum.values()) taken[at.pixel] += at.value;
    EXPECT_EQ(taken, expected);
  }
}

TEST(PatternSum, takes_sums_in_place_of_what_was_there) {
  PatternSum sum;
  const std::vector<std::uint8_t> frame = {0, 0, 3, 0};
  sum.sum(std::as_bytes(std::span(frame)), DType::u8, {2, 2});
  const std::vector<std::uint64_t> sums = {1, 2, std::uint64_t{1} << 40, 0};
  sum.take(sums, {2, 2});
  EXPECT_TRUE(sum.values().empty());
  EXPECT_TRUE(std::equal(sums.begin(), sums.end(), sum.sums().begin(), sum.sums().end()));
}

TEST(PatternSum, adds_large_detectors_in_bins_wherever_the_numbers_come_from) {
  std::mt19937_64 random(test_seed(2));
  for (const DetectorShape detector :
       {DetectorShape{7, 2049}, DetectorShape{4100, 3}, DetectorShape{1, 70001}, DetectorShape{1025, 1}})
    for (const DType dtype : {DType::u8, DType::u16, DType::i32, DType::f64})
      visit_dtype(dtype, [&]<class T>(T) {
        const PatternBins bins = pattern_bins(detector);
        std::vector<T> values(3 * detector.n_pixels());
        for (T& value : values) value = static_cast<T>(random() % 200);
        std::vector<double> expected(bins.shape.n_pixels());
        std::vector<std::uint64_t> pixel_sums(detector.n_pixels());
        std::vector<std::uint32_t> pixels, counts;
        for (std::size_t i = 0; i < values.size(); ++i) {
          const std::size_t pixel = i % detector.n_pixels(), y = pixel / detector.det_x, x = pixel % detector.det_x;
          expected[y / bins.factor * bins.shape.det_x + x / bins.factor] += static_cast<double>(values[i]);
          pixel_sums[pixel] += static_cast<std::uint64_t>(values[i]);
          pixels.push_back(static_cast<std::uint32_t>(pixel));
          counts.push_back(static_cast<std::uint32_t>(values[i]));
        }
        EXPECT_EQ(sum_of(values, dtype, detector), expected) << dtype_name(dtype);
        PatternSum sum;
        sum.take(pixel_sums, detector);
        EXPECT_TRUE(std::equal(expected.begin(), expected.end(), sum.sums().begin(), sum.sums().end()));
        sum.take(pixels, counts, detector);
        EXPECT_TRUE(std::equal(expected.begin(), expected.end(), sum.sums().begin(), sum.sums().end()));
        EXPECT_TRUE(sum.values().empty());
      });
}

TEST(PatternSum, does_not_overflow_in_bins_of_several_rows) {
  constexpr std::size_t n_frames = 33'000;  // two rows of so many are more than 32 bits hold
  const std::vector<std::uint16_t> bright(n_frames * 2 * 1025, std::numeric_limits<std::uint16_t>::max());
  EXPECT_EQ(sum_of(bright, DType::u16, {2, 1025}).front(), 65535.0 * n_frames * 4);
}

TEST(PatternSum, leaves_nan_out) {
  EXPECT_EQ(sum_of<float>({1, std::nanf(""), 2, 4}, DType::f32, {1, 2}), (std::vector<double>{3, 4}));
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
