// SPDX-License-Identifier: Apache-2.0
#include "verify/counted_frame.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace esieve {
namespace {

template <class T>
CountedFrame count(const std::vector<T>& values, DType dtype) {
  return count_frame(std::as_bytes(std::span(values)), dtype);
}

TEST(CountedFrame, counts_what_is_not_zero_and_adds_it_up) {
  const CountedFrame counted = count<std::uint16_t>({0, 3, 0, 65535, 1}, DType::u16);
  EXPECT_EQ(counted.n_events, 3U);
  EXPECT_EQ(counted.electrons, 65539.0);
}

TEST(CountedFrame, adds_signed_values_with_their_sign) {
  const CountedFrame counted = count<std::int32_t>({-1, 5, 0, std::numeric_limits<std::int32_t>::min()}, DType::i32);
  EXPECT_EQ(counted.n_events, 3U);
  EXPECT_EQ(counted.electrons, 4.0 - 2147483648.0);
  EXPECT_EQ(counted.magnitude, 6.0 + 2147483648.0);
}

TEST(CountedFrame, adds_64_bit_values_beyond_the_range_of_64_bits) {
  const std::uint64_t all = ~std::uint64_t{0};
  EXPECT_EQ(count<std::uint64_t>({all, all, 2}, DType::u64).electrons, std::ldexp(1.0, 65));
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(count<std::int64_t>({least, least, -1, 1}, DType::i64).electrons, -std::ldexp(1.0, 64));
}

TEST(CountedFrame, takes_negative_zero_and_nan_for_events_but_leaves_nan_out_of_the_sum) {
  const CountedFrame counted = count<float>({0.F, -0.F, std::nanf("7"), 2.5F}, DType::f32);
  EXPECT_EQ(counted.n_events, 3U);
  EXPECT_EQ(counted.electrons, 2.5);
}

TEST(CountedFrame, agrees_with_integer_sums_only_if_they_are_equal) {
  const CountedFrame counted = count<std::uint32_t>({4000000000U, 1, 1}, DType::u32);
  EXPECT_TRUE(agrees(counted, 3, 4000000002.0, DType::u32));
  EXPECT_FALSE(agrees(counted, 3, 4000000003.0, DType::u32));
  EXPECT_FALSE(agrees(counted, 2, 4000000002.0, DType::u32));
}

TEST(CountedFrame, lets_float_sums_differ_by_the_order_of_adding_and_no_more) {
  const std::vector<double> values = {1e16, 1.0, -1e16, 0.1};
  const CountedFrame counted = count<double>(values, DType::f64);
  EXPECT_TRUE(agrees(counted, 4, (1e16 - 1e16) + 1.0 + 0.1, DType::f64));
  EXPECT_FALSE(agrees(counted, 4, 100.0, DType::f64));
  const CountedFrame quarters = count<float>({0.25F, 10000.F, 0.5F}, DType::f32);
  EXPECT_FALSE(agrees(quarters, 3, 10000.5, DType::f32));
}

TEST(CountedFrame, does_not_take_a_finite_sum_for_that_of_infinity) {
  const float infinity = std::numeric_limits<float>::infinity();
  const CountedFrame counted = count<float>({infinity, 1.F}, DType::f32);
  EXPECT_TRUE(agrees(counted, 2, static_cast<double>(infinity), DType::f32));
  EXPECT_FALSE(agrees(counted, 2, 1.0, DType::f32));
}

}  // namespace
}  // namespace esieve
