// SPDX-License-Identifier: Apache-2.0
#include "verify/compare_frames.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <vector>

namespace esieve {
namespace {

template <class T>
std::span<const std::byte> bytes_of(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

template <class T>
std::string text(T value, DType dtype) {
  const std::vector<T> values = {T{}, value};
  return format_element(bytes_of(values), 1, dtype);
}

TEST(CompareElements, finds_nothing_in_equal_frames) {
  const std::vector<std::uint16_t> frames = {1, 2, 3};
  const Comparison comparison = compare_elements(bytes_of(frames), bytes_of(frames), DType::u16);
  EXPECT_EQ(comparison.n_different, 0U);
  EXPECT_FALSE(comparison.first);
}

TEST(CompareElements, counts_elements_and_not_bytes) {
  const std::vector<std::uint32_t> a = {1, 0x01020304, 3, 4}, b = {1, 0x05060708, 3, 5};
  const Comparison comparison = compare_elements(bytes_of(a), bytes_of(b), DType::u32);
  EXPECT_EQ(comparison.n_different, 2U);
  EXPECT_EQ(comparison.first, 1U);
}

TEST(CompareElements, compares_bits_so_that_zeros_of_both_signs_differ_and_equal_nans_do_not) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> a = {nan, 0.0}, b = {nan, -0.0};
  const Comparison comparison = compare_elements(bytes_of(a), bytes_of(b), DType::f64);
  EXPECT_EQ(comparison.n_different, 1U);
  EXPECT_EQ(comparison.first, 1U);
}

TEST(FormatElement, prints_integers_of_every_width_whole) {
  EXPECT_EQ(text<std::uint8_t>(200, DType::u8), "200");
  EXPECT_EQ(text<std::int8_t>(-5, DType::i8), "-5");
  EXPECT_EQ(text(std::numeric_limits<std::uint64_t>::max(), DType::u64), "18446744073709551615");
  EXPECT_EQ(text(std::numeric_limits<std::int64_t>::min(), DType::i64), "-9223372036854775808");
}

TEST(FormatElement, prints_floats_so_that_they_read_back_the_same) {
  EXPECT_EQ(text(0.1F, DType::f32), "0.1");
  EXPECT_EQ(text(0.1, DType::f64), "0.1");
  EXPECT_EQ(text(0.30000000000000004, DType::f64), "0.30000000000000004");
  EXPECT_EQ(text(-0.0, DType::f64), "-0");
  EXPECT_EQ(text(std::numeric_limits<float>::infinity(), DType::f32), "inf");
}

TEST(FormatElement, tells_nans_apart_by_their_bits) {
  EXPECT_EQ(text(std::bit_cast<float>(0x7fc00001U), DType::f32), "nan (0x7fc00001)");
  EXPECT_EQ(text(std::bit_cast<double>(0xfff8000000000000U), DType::f64), "nan (0xfff8000000000000)");
}

}  // namespace
}  // namespace esieve
