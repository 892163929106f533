// SPDX-License-Identifier: Apache-2.0
//
// Which elements become counts, and what masks and exceptions cost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "codec/values/quantum.hpp"
#include "codec/values/side_list.hpp"
#include "support/test_data.hpp"
#include "esieve/codec.hpp"

namespace esieve {
namespace {

using codec::find_quantum;
using codec::Quantum;

template <class T, class Make>
std::vector<T> multiples(const Make& make) {
  std::mt19937_64 random(test_seed(31));
  std::geometric_distribution<int> law(0.1);
  std::vector<T> values(2000);
  for (T& value : values) value = make(1 + law(random));
  return values;
}

template <class T>
void expect_exact(const std::vector<T>& values, double most_count) {
  const auto quantum = find_quantum<T>(values);
  ASSERT_TRUE(quantum);
  for (const T value : values) {
    const double count = std::round(quantum->count(double{value}));
    EXPECT_EQ(quantum->template element<T>(count), value);
    EXPECT_LE(count, most_count);
  }
}

TEST(Quantum, is_found_where_floats_are_averages_of_counts) {
  EXPECT_EQ(find_quantum<float>(multiples<float>([](int n) { return static_cast<float>(n) * 0.25f; })), (Quantum{0.25}));
  expect_exact(multiples<float>([](int n) { return static_cast<float>(n) / 9.0f; }), 200);
  expect_exact(multiples<double>([](int n) { return n / 9.0; }), 200);
  expect_exact(multiples<double>([](int n) { return n / 16.0; }), 200);
}

TEST(Quantum, is_found_where_floats_are_counts_times_a_number) {
  expect_exact(multiples<float>([](int n) { return static_cast<float>(n) * 0.1f; }), 200);
  expect_exact(multiples<float>([](int n) { return static_cast<float>(n * 0.1); }), 200);
  expect_exact(multiples<double>([](int n) { return n * 0.1; }), 200);
  expect_exact(multiples<double>([](int n) { return n * 3.6; }), 200);
  expect_exact(multiples<float>([](int n) { return static_cast<float>(n) * 137.035f; }), 200);
  expect_exact(multiples<float>([](int n) { return static_cast<float>(n) * 1e-30f; }), 200);
}

TEST(Quantum, is_found_where_no_element_is_the_quantum_itself) {
  expect_exact(multiples<float>([](int n) { return static_cast<float>(2 * n + 3) * 0.3f; }), 400);
}

TEST(Quantum, is_not_found_in_noise) {
  std::mt19937_64 random(test_seed(32));
  std::normal_distribution<double> normal;
  std::vector<float> values(1000);
  for (float& value : values) value = static_cast<float>(normal(random));
  EXPECT_FALSE(find_quantum<float>(values));
}

TEST(Quantum, the_smallest_and_the_largest_numbers_are_no_trouble) {
  for (const double scale : {5e-324, 1e-310, 1e-300, 1e-290, 1e290, 1e300})
    for (const double step : {1.0, 0.3, 1.7}) {
      std::vector<double> values;
      for (int i = 1; i < 200; ++i) values.push_back(i * step * scale);
      const ChunkParameters parameters{.n_frames = 1, .det_y = 1, .det_x = 199, .scan_row_frames = 1, .dtype = DType::f64};
      std::vector<std::byte> chunk, decoded(parameters.dense_bytes());
      ChunkCodec().encode(std::as_bytes(std::span(values)), parameters, 0, chunk);
      ASSERT_EQ(ChunkCodec().decode(chunk, parameters, decoded), ChunkStatus::okay);
      EXPECT_EQ(std::memcmp(decoded.data(), values.data(), decoded.size()), 0);
    }
}

TEST(SideList, gives_back_its_entries_and_refuses_others) {
  const std::vector<codec::SideEntry> entries = {{0, 1}, {1, 0xffff}, {300, 7}, {999, 0x8000}};
  codec::Zstd zstd;
  std::vector<std::byte> bytes;
  codec::append_side_list(entries, 2, zstd, bytes);
  std::vector<codec::SideEntry> read;
  ByteReader reader(bytes);
  ASSERT_EQ(read_side_list(reader, 2, {4, 1000}, zstd, read), codec::DecodeStatus::okay);
  EXPECT_EQ(read, entries);
  EXPECT_TRUE(reader.rest().empty());
  for (const codec::SideLimits limits : {codec::SideLimits{3, 1000}, codec::SideLimits{4, 999}}) {
    ByteReader again(bytes);
    EXPECT_EQ(read_side_list(again, 2, limits, zstd, read), codec::DecodeStatus::out_of_range);
  }
}

// Sparse counts of 64 frames of 64 x 64, as elements of type T.
template <class T>
std::vector<T> sparse_counts(double scale = 1) {
  std::mt19937_64 random(test_seed(33));
  std::poisson_distribution<int> law(0.02);
  std::vector<T> values(64 * 64 * 64);
  for (T& value : values) value = static_cast<T>(law(random) * scale);
  return values;
}

template <class T>
std::size_t chunk_bytes(const std::vector<T>& values, DType dtype) {
  const ChunkParameters parameters{.n_frames = 64, .det_y = 64, .det_x = 64, .scan_row_frames = 64, .dtype = dtype};
  std::vector<std::byte> chunk;
  return ChunkCodec().encode(std::as_bytes(std::span(values)), parameters, 0, chunk).chunk_bytes;
}

TEST(ChunkValues, the_same_counts_cost_the_same_in_any_type) {
  const double usual = static_cast<double>(chunk_bytes(sparse_counts<std::uint16_t>(), DType::u16));
  EXPECT_NEAR(static_cast<double>(chunk_bytes(sparse_counts<std::uint8_t>(), DType::u8)), usual, 64);
  EXPECT_NEAR(static_cast<double>(chunk_bytes(sparse_counts<std::uint32_t>(), DType::u32)), usual, 64);
  EXPECT_NEAR(static_cast<double>(chunk_bytes(sparse_counts<std::uint64_t>(), DType::u64)), usual, 64);
  EXPECT_NEAR(static_cast<double>(chunk_bytes(sparse_counts<std::int32_t>(), DType::i32)), usual, 64);
  EXPECT_NEAR(static_cast<double>(chunk_bytes(sparse_counts<float>(), DType::f32)), usual, 64);
  EXPECT_NEAR(static_cast<double>(chunk_bytes(sparse_counts<float>(0.25), DType::f32)), usual, 64);
  EXPECT_NEAR(static_cast<double>(chunk_bytes(sparse_counts<double>(0.1), DType::f64)), usual, 64);
  EXPECT_NEAR(static_cast<double>(chunk_bytes(sparse_counts<double>(1 / 3.0), DType::f64)), usual, 64);
}

// `value` at every 50th pixel of every frame: 82 masked pixels.
template <class T>
std::vector<T> masked(std::vector<T> values, T value) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (i % 4096 % 50 == 0) values[i] = value;
  return values;
}

TEST(ChunkValues, masked_pixels_cost_a_few_bits_a_chunk) {
  const auto cost = [](auto values, auto value, DType dtype) {
    return static_cast<double>(chunk_bytes(masked(values, value), dtype)) - static_cast<double>(chunk_bytes(values, dtype));
  };
  EXPECT_LT(cost(sparse_counts<std::uint16_t>(), std::uint16_t{0xffff}, DType::u16), 100);
  EXPECT_LT(cost(sparse_counts<std::uint32_t>(), 0xffffffffu, DType::u32), 100);
  EXPECT_LT(cost(sparse_counts<std::uint32_t>(), 0xfffffffeu, DType::u32), 100);
  EXPECT_LT(cost(sparse_counts<std::int32_t>(), -1, DType::i32), 100);
  EXPECT_LT(cost(sparse_counts<std::int16_t>(), std::int16_t{-2}, DType::i16), 100);
  EXPECT_LT(cost(sparse_counts<float>(), std::nanf("7"), DType::f32), 100);
  EXPECT_LT(cost(sparse_counts<std::uint8_t>(), std::uint8_t{5}, DType::u8), 100);
}

TEST(ChunkValues, single_odd_elements_cost_some_bytes_each) {
  const auto cost = [](auto values, auto value, DType dtype) {
    const auto usual = static_cast<double>(chunk_bytes(values, dtype));
    for (std::size_t i = 0; i < 100; ++i) values[i * 2617 + 11] = value;
    return (static_cast<double>(chunk_bytes(values, dtype)) - usual) / 100;
  };
  EXPECT_LT(cost(sparse_counts<std::int32_t>(), -1, DType::i32), 5);
  EXPECT_LT(cost(sparse_counts<std::uint64_t>(), ~std::uint64_t{0}, DType::u64), 5);
  EXPECT_LT(cost(sparse_counts<float>(0.25), std::nanf("7"), DType::f32), 5);
  EXPECT_LT(cost(sparse_counts<float>(0.25), 0.3f, DType::f32), 5);
  EXPECT_LT(cost(sparse_counts<double>(), -0.0, DType::f64), 5);
}

TEST(ChunkValues, signed_noise_around_zero_is_stored_as_counts) {
  std::mt19937_64 random(test_seed(34));
  std::normal_distribution<double> normal(0, 3);
  std::vector<std::int32_t> values(64 * 64 * 64);
  for (auto& value : values) value = static_cast<std::int32_t>(std::lround(normal(random)));
  EXPECT_LT(static_cast<double>(chunk_bytes(values, DType::i32)), 4.0 * static_cast<double>(values.size()) / 7);
}

TEST(ChunkValues, events_of_scaled_counts_come_with_their_quantum) {
  const auto values = sparse_counts<float>(0.25);
  const ChunkParameters parameters{.n_frames = 64, .det_y = 64, .det_x = 64, .scan_row_frames = 64, .dtype = DType::f32};
  std::vector<std::byte> chunk;
  ChunkCodec codec;
  codec.encode(std::as_bytes(std::span(values)), parameters, 0, chunk);
  ChunkEvents events;
  ASSERT_EQ(codec.decode_events(chunk, parameters, events), ChunkStatus::okay);
  EXPECT_EQ(events.quantum, 0.25);
  EXPECT_TRUE(events.bits.empty());
  EXPECT_THAT(events.counts, testing::Each(testing::Gt(0u)));
}

}  // namespace
}  // namespace esieve
