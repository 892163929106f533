// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "container/mean_pattern.hpp"
#include "frames/frame_sums.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

std::vector<double> disc(DetectorShape shape) {
  std::vector<double> pattern(shape.n_pixels());
  for (std::uint32_t y = 0; y < shape.det_y; ++y)
    for (std::uint32_t x = 0; x < shape.det_x; ++x)
      pattern[std::size_t{y} * shape.det_x + x] = 1e4 * std::exp(-std::hypot(y - shape.det_y / 2.0, x - shape.det_x / 2.0) / 20);
  return pattern;
}

TEST(MeanPattern, IsTheMeanToAThousandthWhereThereIsRoom) {
  const DetectorShape shape{30, 50};
  const std::vector<double> sum = disc(shape);
  MeanPattern pattern(shape);
  pattern.add(sum, {}, 3);
  pattern.add(sum, {}, 7);
  const auto preview = pattern.preview(1 << 20);
  ASSERT_EQ(preview.binning, 1U);
  ASSERT_EQ(preview.shape, shape);
  for (std::size_t i = 0; i < sum.size(); ++i) EXPECT_NEAR(preview.values[i], 2 * sum[i] / 10, 1e-3 * sum[i] / 5);
}

TEST(MeanPattern, BinsAndRoundsToItsBudgetButNotBelow32Pixels) {
  struct Case {
    DetectorShape shape;
    std::uint32_t coarsest;
  };
  for (const auto& [shape, coarsest] : {Case{{512, 512}, 16U}, Case{{512, 130}, 4U}, Case{{100, 512}, 2U}}) {
    MeanPattern pattern(shape);
    pattern.add(disc(shape), {}, 1);
    std::uint32_t binning = 1;
    for (const std::uint64_t budget : std::initializer_list<std::uint64_t>{1'000'000, 100'000, 10'000, 4'000, 1'000, 0}) {
      const auto preview = pattern.preview(budget);
      EXPECT_GE(preview.binning, binning);
      binning = preview.binning;
      EXPECT_GE(preview.shape.det_y, 32U);
      EXPECT_GE(preview.shape.det_x, 32U);
      EXPECT_EQ(preview.values.size(), preview.shape.n_pixels());
    }
    EXPECT_EQ(binning, coarsest);
  }
}

TEST(MeanPattern, NeverBinsADetectorThatIsSmallInOneDirection) {
  MeanPattern pattern({4, 600});
  pattern.add(std::vector<double>(2400, 1), {}, 1);
  EXPECT_EQ(pattern.preview(0).binning, 1U);
}

TEST(MeanPattern, AveragesOverPixelsThatExistInBinsAtTheEdge) {
  const DetectorShape shape{65, 71};
  MeanPattern pattern(shape);
  pattern.add(std::vector<double>(shape.n_pixels(), 12), {}, 4);
  const auto preview = pattern.preview(0);
  ASSERT_EQ(preview.binning, 1U) << "a constant pattern fits any budget";
  std::vector<double> noisy(shape.n_pixels(), 12);
  noisy.back() = 13;
  for (std::size_t i = 0; i < 60; ++i) noisy[i * 70] += static_cast<double>(i) / 7;
  pattern.add(noisy, {}, 4);
  const auto binned = pattern.preview(0);
  ASSERT_EQ(binned.binning, 2U);
  ASSERT_EQ(binned.shape, (DetectorShape{33, 36}));
  EXPECT_FLOAT_EQ(binned.values[36 * 20 + 35], 3);  // one column of pixels
  EXPECT_NEAR(binned.values.back(), 3.125, 0.2);    // one pixel, rounded to 4 bits
}

TEST(MeanPattern, HoldsLargeDetectorsInLittleMemoryWithTheRightMean) {
  const DetectorShape shape{4096, 2048};
  std::vector<std::uint64_t> pixels(shape.n_pixels());
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = i % 2 == 0 ? 2 : 4;
  PatternSum sum;
  sum.take(pixels, shape);
  MeanPattern pattern(shape);
  pattern.add(sum.sums(), {}, 1);
  const auto preview = pattern.preview(1 << 20);
  EXPECT_EQ(preview.binning, 4U);
  EXPECT_THAT(preview.values, testing::Each(3.0F));
}

TEST(MeanPattern, GivesTheMeansOfAllPixelsOrOfTheirBins) {
  const DetectorShape small{30, 50};
  const std::vector<double> sum = disc(small);
  MeanPattern exact(small);
  EXPECT_THAT(exact.means(), testing::Each(0.0));
  exact.add(sum, {}, 3);
  exact.add({}, std::vector<PixelValue>{{7, 5.0}}, 1);
  std::vector<double> expected(sum.size());
  for (std::size_t i = 0; i < sum.size(); ++i) expected[i] = (sum[i] + (i == 7 ? 5 : 0)) / 4;
  EXPECT_THAT(exact.means(), testing::Pointwise(testing::DoubleEq(), expected));

  const DetectorShape large{3, 2049};  // bins of 2 × 2, the last of a single pixel
  std::vector<std::uint64_t> wide(large.n_pixels(), 8);
  wide.front() = 12;
  wide.back() = 20;
  MeanPattern binned(large);
  PatternSum wide_sum;
  wide_sum.take(wide, large);
  binned.add(wide_sum.sums(), {}, 2);
  std::vector<double> binned_expected(large.n_pixels(), 4);
  for (const std::size_t pixel : {0U, 1U, 2049U, 2050U}) binned_expected[pixel] = 4.5;
  binned_expected.back() = 10;
  EXPECT_EQ(binned.means(), binned_expected);
}

TEST(MeanPattern, KeepsNaNAndInfinityAsTheyAre) {
  MeanPattern pattern({2, 2});
  pattern.add(std::vector<double>{std::nan(""), INFINITY, -3, 0}, {}, 2);
  const auto preview = pattern.preview(100);
  EXPECT_TRUE(std::isnan(preview.values[0]));
  EXPECT_EQ(preview.values[1], INFINITY);
  EXPECT_EQ(preview.values[2], -1.5F);
  EXPECT_EQ(preview.values[3], 0.0F);
}

}  // namespace
}  // namespace esieve
