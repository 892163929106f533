// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <vector>

#include "reader/convert_counts.hpp"

namespace esieve {
namespace {

TEST(CanHold, IntegersOfTheRange) {
  EXPECT_TRUE(can_hold<std::uint32_t>(std::uint64_t{0xffffffff}));
  EXPECT_FALSE(can_hold<std::uint32_t>(std::uint64_t{0x100000000}));
  EXPECT_FALSE(can_hold<std::uint64_t>(std::int8_t{-1}));
  EXPECT_TRUE(can_hold<std::int64_t>(std::int8_t{-1}));
  EXPECT_FALSE(can_hold<std::int64_t>(std::numeric_limits<std::uint64_t>::max()));
}

TEST(CanHold, IntegersThatAFloatHasExactly) {
  EXPECT_TRUE(can_hold<float>(std::uint32_t{1 << 24}));
  EXPECT_FALSE(can_hold<float>(std::uint32_t{(1 << 24) + 1}));
  EXPECT_TRUE(can_hold<float>(std::uint32_t{(1 << 24) + 2}));
  EXPECT_TRUE(can_hold<float>(std::uint64_t{1} << 63));
  EXPECT_TRUE(can_hold<double>(std::numeric_limits<std::int64_t>::min()));
  EXPECT_FALSE(can_hold<double>(std::numeric_limits<std::int64_t>::max()));
  EXPECT_FALSE(can_hold<double>(std::numeric_limits<std::uint64_t>::max()));
}

TEST(CanHold, FloatsThatAreCounts) {
  EXPECT_TRUE(can_hold<std::uint32_t>(3.0F));
  EXPECT_FALSE(can_hold<std::uint32_t>(3.25F));
  EXPECT_FALSE(can_hold<std::uint32_t>(-1.0));
  EXPECT_TRUE(can_hold<std::int64_t>(-1.0));
  EXPECT_TRUE(can_hold<std::uint32_t>(4294967295.0));
  EXPECT_FALSE(can_hold<std::uint32_t>(4294967296.0));
  EXPECT_TRUE(can_hold<std::int64_t>(-9223372036854775808.0));
  EXPECT_FALSE(can_hold<std::int64_t>(9223372036854775808.0));
  EXPECT_FALSE(can_hold<std::uint64_t>(18446744073709551616.0));
  for (const double value : {-0.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    EXPECT_FALSE(can_hold<std::int64_t>(value)) << value;
}

TEST(CanHold, DoublesThatAreFloats) {
  EXPECT_TRUE(can_hold<float>(0.25));
  EXPECT_FALSE(can_hold<float>(0.1));
  EXPECT_TRUE(can_hold<float>(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_TRUE(can_hold<float>(-std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(can_hold<float>(1e300));
  EXPECT_TRUE(can_hold<double>(0.1F));
}

template <class Count>
std::optional<std::vector<Count>> converted(const ChunkEvents& events, DType dtype, std::size_t first, std::size_t n) {
  std::vector<Count> counts(n);
  if (!convert_counts(events, dtype, first, std::span(counts))) return std::nullopt;
  return counts;
}

TEST(ConvertCounts, MultipliesByTheQuantum) {
  ChunkEvents events;
  events.counts = {1, 2, 8};
  events.quantum = 0.25;
  EXPECT_EQ(converted<float>(events, DType::f32, 1, 2), (std::vector<float>{0.5F, 2}));
  EXPECT_EQ(converted<std::uint32_t>(events, DType::f32, 2, 1), (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(converted<std::uint32_t>(events, DType::f32, 0, 3), std::nullopt);
}

TEST(ConvertCounts, ReadsBitPatternsInTheElementType) {
  ChunkEvents events;
  events.bits = {0xfe, 0x80};
  events.quantum = 0;
  EXPECT_EQ(converted<std::int64_t>(events, DType::i8, 0, 2), (std::vector<std::int64_t>{-2, -128}));
  EXPECT_EQ(converted<std::int64_t>(events, DType::u8, 0, 2), (std::vector<std::int64_t>{254, 128}));
  EXPECT_EQ(converted<std::uint32_t>(events, DType::i8, 0, 2), std::nullopt);
}

TEST(ConvertCounts, GivesLargeCountsAsFloatsWhereTheyAreFloats) {
  ChunkEvents events;
  events.counts = {1, (1 << 24) + 2, 3, (1 << 24) + 1};
  EXPECT_EQ(converted<float>(events, DType::u32, 0, 3), (std::vector<float>{1, (1 << 24) + 2, 3}));
  EXPECT_EQ(converted<float>(events, DType::u32, 0, 4), std::nullopt);
  EXPECT_EQ(converted<double>(events, DType::u32, 3, 1), (std::vector<double>{(1 << 24) + 1}));
}

}  // namespace
}  // namespace esieve
