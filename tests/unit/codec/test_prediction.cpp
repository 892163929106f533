// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>
#include <vector>

#include "codec/dense/packed.hpp"
#include "codec/dense/prediction.hpp"

namespace esieve::codec {
namespace {

template <class T>
std::span<const std::byte> bytes_of(const std::vector<T>& items) {
  return std::as_bytes(std::span(items));
}

/// Random walks: neighbours are alike, and now and then they are not.
template <class T>
std::vector<T> random_items(const BlockShape& shape, std::uint32_t seed) {
  std::mt19937_64 random(seed);
  std::vector<T> items(shape.n_counts());
  T value = 0;
  for (T& item : items) item = value = static_cast<T>(random() % 50 == 0 ? random() : value + random() % 5 - 2);
  return items;
}

template <class T>
class PredictionOf : public testing::Test {};
using Widths = testing::Types<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(PredictionOf, Widths);

TYPED_TEST(PredictionOf, items_come_back) {
  for (const BlockShape& shape : {BlockShape{1, 1, 1, 1}, BlockShape{3, 1, 7, 3}, BlockShape{3, 7, 1, 3}, BlockShape{1, 5, 9, 1},
                                  BlockShape{4, 6, 33, 2}}) {
    const auto items = random_items<TypeParam>(shape, shape.det_x);
    for (const Prediction prediction : {Prediction::left, Prediction::plane, Prediction::frame}) {
      std::vector<std::byte> back;
      predict_items(prediction, bytes_of(items), sizeof(TypeParam), shape, 0, shape.n_frames, back);
      ASSERT_EQ(back.size(), items.size() * sizeof(TypeParam));
      restore_items(prediction, sizeof(TypeParam), shape, back);
      EXPECT_EQ(std::memcmp(back.data(), items.data(), back.size()), 0) << static_cast<int>(prediction);
    }
  }
}

TYPED_TEST(PredictionOf, some_frames_are_predicted_as_in_the_whole) {
  const BlockShape shape{5, 4, 6, 5};
  const auto items = random_items<TypeParam>(shape, 1);
  for (const Prediction prediction : {Prediction::left, Prediction::plane, Prediction::frame}) {
    std::vector<std::byte> all, part;
    predict_items(prediction, bytes_of(items), sizeof(TypeParam), shape, 0, 5, all);
    predict_items(prediction, bytes_of(items), sizeof(TypeParam), shape, 2, 2, part);
    const std::size_t frame_bytes = shape.n_pixels() * sizeof(TypeParam);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), all.begin() + static_cast<std::ptrdiff_t>(2 * frame_bytes)));
  }
}

std::vector<std::uint8_t> differences(Prediction prediction, const std::vector<std::uint8_t>& items, const BlockShape& shape) {
  std::vector<std::byte> out;
  predict_items(prediction, bytes_of(items), 1, shape, 0, shape.n_frames, out);
  const auto* first = reinterpret_cast<const std::uint8_t*>(out.data());
  return {first, first + out.size()};
}

TEST(Prediction, differences_are_those_of_the_document) {
  const BlockShape shape{2, 2, 3, 2};
  const std::vector<std::uint8_t> items = {10, 12, 11, 9, 14, 255, 10, 13, 11, 0, 14, 1};
  using Items = std::vector<std::uint8_t>;
  EXPECT_EQ(differences(Prediction::left, items, shape), (Items{20, 4, 1, 1, 10, 29, 20, 6, 3, 19, 28, 25}));
  EXPECT_EQ(differences(Prediction::plane, items, shape), (Items{20, 4, 1, 1, 6, 27, 20, 6, 3, 19, 22, 21}));
  EXPECT_EQ(differences(Prediction::frame, items, shape), (Items{20, 4, 1, 1, 10, 29, 0, 2, 0, 17, 0, 4}));
}

TEST(Prediction, a_plane_leaves_nothing) {
  const BlockShape shape{1, 16, 16, 1};
  std::vector<std::uint16_t> items;
  for (unsigned y = 0; y < 16; ++y)
    for (unsigned x = 0; x < 16; ++x) items.push_back(static_cast<std::uint16_t>(3 * x + 50 * y));
  const auto bits = prediction_bits(bytes_of(items), 2, shape);
  EXPECT_LT(bits[static_cast<std::size_t>(Prediction::plane)], bits[static_cast<std::size_t>(Prediction::left)]);
  EXPECT_LT(bits[static_cast<std::size_t>(Prediction::left)], bits[0]);
}

/// \returns packed bytes of smooth, noisy frames
std::size_t packed_bytes(Level level, const std::vector<float>& items, const BlockShape& shape, std::uint8_t& code) {
  PackScratch scratch;
  std::vector<std::byte> packed, back(items.size() * sizeof(float));
  pack_items(bytes_of(items), sizeof(float), shape, level, scratch, packed);
  code = static_cast<std::uint8_t>(packed[0]);
  EXPECT_EQ(unpack_items(packed, sizeof(float), shape, scratch, back), DecodeStatus::okay);
  EXPECT_EQ(std::memcmp(back.data(), items.data(), back.size()), 0);
  return packed.size();
}

TEST(Packed, smooth_frames_are_predicted_and_noise_is_not) {
  const BlockShape shape{8, 32, 32, 8};
  std::mt19937 random(3);
  std::vector<float> smooth, rough;
  for (std::size_t i = 0; i < shape.n_counts(); ++i) {
    const auto x = static_cast<float>(i % 32), y = static_cast<float>(i / 32 % 32), f = static_cast<float>(i / 1024);
    smooth.push_back((1000 + 7.3F * x + 0.21F * x * y) * (1 + 0.01F * f));
    rough.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
  }
  for (const Level level : {Level::fast, Level::standard, Level::max}) {
    std::uint8_t code = 0;
    EXPECT_LT(packed_bytes(level, smooth, shape, code), 2 * smooth.size());
    EXPECT_NE(code >> 4, 0);
    packed_bytes(level, rough, shape, code);
    EXPECT_EQ(code >> 4, 0);
  }
}

TEST(Packed, unknown_arrangements_are_refused) {
  const BlockShape shape{1, 2, 4, 1};
  PackScratch scratch;
  std::vector<std::byte> packed, back(24);
  const std::vector<std::byte> items(24);
  pack_items(items, 3, shape, Level::fast, scratch, packed);
  EXPECT_EQ(unpack_items(packed, 3, shape, scratch, back), DecodeStatus::okay);
  packed[0] |= std::byte{0x10};
  EXPECT_EQ(unpack_items(packed, 3, shape, scratch, back), DecodeStatus::out_of_range);
  packed[0] = std::byte{0x40};
  EXPECT_EQ(unpack_items(packed, 3, shape, scratch, back), DecodeStatus::unknown_version);
  packed[0] = std::byte{0x03};
  EXPECT_EQ(unpack_items(packed, 3, shape, scratch, back), DecodeStatus::unknown_version);
}

}  // namespace
}  // namespace esieve::codec
