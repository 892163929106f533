// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "esieve/error.hpp"
#include "naive_threshold.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr DType all_dtypes[] = {DType::u8,  DType::u16, DType::u32, DType::u64, DType::i8,
                                DType::i16, DType::i32, DType::i64, DType::f32, DType::f64};

template <class T>
std::span<const std::byte> bytes(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

template <class T>
void expect_like_naive(DType dtype, std::mt19937_64& random) {
  const DetectorShape detector{static_cast<std::uint32_t>(1 + random() % 40), static_cast<std::uint32_t>(1 + random() % 40)};
  const std::size_t n_pixels = detector.n_pixels(), n_frames = 1 + random() % 3;
  const ThresholdOptions options = random_options(random, n_pixels);
  const Threshold threshold(options, detector, dtype);
  const std::vector<T> raw = random_values<T>(random, n_pixels * n_frames);
  std::vector<T> out(raw.size()), expected(raw.size());
  std::vector<DroppedFrame> dropped(n_frames);
  threshold.apply(bytes(raw), std::as_writable_bytes(std::span(out)), dropped);
  for (std::size_t frame = 0; frame < n_frames; ++frame) {
    double magnitude = 0;
    const DroppedFrame naive =
        naive_frame(options, raw.data() + frame * n_pixels, expected.data() + frame * n_pixels, n_pixels, magnitude);
    EXPECT_EQ(dropped[frame].n_pixels, naive.n_pixels);
    EXPECT_EQ(dropped[frame].maximum, naive.maximum);
    if (std::isfinite(magnitude)) {
      EXPECT_NEAR(dropped[frame].intensity, naive.intensity, 1e-12 * magnitude);
    }
  }
  ASSERT_EQ(std::memcmp(out.data(), expected.data(), out.size() * sizeof(T)), 0);
  std::vector<T> in_place = raw;
  threshold.apply(bytes(in_place), std::as_writable_bytes(std::span(in_place)), dropped);
  ASSERT_EQ(std::memcmp(in_place.data(), expected.data(), out.size() * sizeof(T)), 0) << "in place";
}

TEST(Threshold, agrees_bit_for_bit_with_its_definition_for_every_type) {
  const std::uint64_t seed = test_seed(20260401);
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 150; ++round)
    for (const DType dtype : all_dtypes) {
      SCOPED_TRACE(dtype_name(dtype));
      visit_dtype(dtype, [&]<class T>(T) { expect_like_naive<T>(dtype, random); });
      if (::testing::Test::HasFailure()) return;
    }
}

/// Applies `options` to one row of pixels.
template <class T>
std::vector<T> apply(const ThresholdOptions& options, DType dtype, const std::vector<T>& raw, DroppedFrame* dropped = nullptr) {
  std::vector<T> out(raw.size());
  DroppedFrame unused;
  Threshold(options, {1, static_cast<std::uint32_t>(raw.size())}, dtype)
      .apply(bytes(raw), std::as_writable_bytes(std::span(out)), {dropped != nullptr ? dropped : &unused, 1});
  return out;
}

using Bytes = std::vector<std::uint8_t>;
using Halfwords = std::vector<std::uint16_t>;

TEST(Threshold, keeps_what_reaches_the_number_and_accounts_for_the_rest) {
  ThresholdOptions options;
  options.threshold = 3;
  DroppedFrame dropped;
  EXPECT_EQ(apply(options, DType::u16, Halfwords{0, 1, 2, 3, 4, 65535}, &dropped), (Halfwords{0, 0, 0, 3, 4, 65535}));
  EXPECT_EQ(dropped.n_pixels, 2U);
  EXPECT_EQ(dropped.intensity, 3);
  EXPECT_EQ(dropped.maximum, 2);
}

TEST(Threshold, rounds_half_to_even_and_clamps) {
  ThresholdOptions options;
  options.gain = PixelMap{{0.5, 0.5, 0.5, 0.5, 2, 0.1}, ""};
  EXPECT_EQ(apply(options, DType::u8, Bytes{1, 3, 5, 7, 200, 3}), (Bytes{0, 2, 2, 4, 255, 0}));
}

TEST(Threshold, a_value_that_rounds_to_zero_counts_as_dropped) {
  ThresholdOptions options;
  options.gain = PixelMap{{0.5, 1}, ""};
  DroppedFrame dropped;
  EXPECT_EQ(apply(options, DType::u8, Bytes{1, 9}, &dropped), (Bytes{0, 9}));
  EXPECT_EQ(dropped.n_pixels, 1U);
  EXPECT_EQ(dropped.intensity, 0.5);
}

TEST(Threshold, subtracts_the_dark_map_and_drops_what_is_not_above_it) {
  ThresholdOptions options;
  options.dark = PixelMap{{10, 10, 10, 0}, ""};
  EXPECT_EQ(apply(options, DType::u16, Halfwords{9, 10, 12, 7}), (Halfwords{0, 0, 2, 7}));
}

TEST(Threshold, drops_masked_pixels_whatever_they_hold) {
  ThresholdOptions options;
  options.mask = PixelMap{{0, 1, -1}, ""};
  DroppedFrame dropped;
  EXPECT_EQ(apply(options, DType::u16, Halfwords{5, 65535, 6}, &dropped), (Halfwords{5, 0, 0}));
  EXPECT_EQ(dropped.maximum, 65535);
}

TEST(Threshold, never_keeps_nan_and_leaves_it_out_of_sums) {
  ThresholdOptions options;
  options.threshold = -1000;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  DroppedFrame dropped;
  EXPECT_EQ(apply(options, DType::f32, std::vector<float>{nan, -5, 2}, &dropped), (std::vector<float>{0, -5, 2}));
  EXPECT_EQ(dropped.n_pixels, 1U);
  EXPECT_EQ(dropped.intensity, 0);
  EXPECT_EQ(dropped.maximum, 0);
}

TEST(Threshold, keeps_64_bit_integers_that_no_double_can_hold) {
  ThresholdOptions options;
  options.threshold = 2;
  const std::vector<std::uint64_t> raw = {(1ULL << 53) + 1, 1, ~0ULL};
  EXPECT_EQ(apply(options, DType::u64, raw), (std::vector<std::uint64_t>{(1ULL << 53) + 1, 0, ~0ULL}));
}

TEST(Threshold, refuses_maps_that_cannot_be_meant) {
  ThresholdOptions small;
  small.dark = PixelMap{{1, 2}, "dark.npy"};
  EXPECT_THAT(
      [&] {
        Threshold(small, {2, 2}, DType::u8);
      },
      ThrowsMessage<UsageError>(HasSubstr("dark.npy has 2 values, but the detector has 2 x 2")));
  ThresholdOptions holed;
  holed.gain = PixelMap{{1, 2, std::numeric_limits<double>::quiet_NaN(), 1}, "gain.npy"};
  EXPECT_THAT([&] { Threshold(holed, {2, 2}, DType::u8); }, ThrowsMessage<UsageError>(HasSubstr("NaN (first at pixel 1,0)")));
  ThresholdOptions both;
  both.threshold = 1;
  both.threshold_map = PixelMap{{1}, ""};
  EXPECT_THAT([&] { Threshold(both, {1, 1}, DType::u8); }, ThrowsMessage<UsageError>(HasSubstr("not both")));
}

}  // namespace
}  // namespace esieve
