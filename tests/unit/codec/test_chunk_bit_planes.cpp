// SPDX-License-Identifier: Apache-2.0
//
// Shuffles against their definition, and every kernel against the plain one.
#include <gtest/gtest.h>

#include <random>

#include "base/cpu.hpp"
#include "codec/dense/bit_planes.hpp"
#include "codec/dense/shuffle.hpp"
#include "support/test_data.hpp"

namespace esieve::codec {
namespace {

std::vector<std::byte> random_bytes(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::byte> bytes(n);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

bool bit(std::span<const std::byte> bytes, std::size_t i) { return (std::to_integer<int>(bytes[i / 8]) >> i % 8) & 1; }

TEST(Shuffle, bits_puts_bit_k_of_item_i_at_bit_i_of_plane_k) {
  for (const std::size_t width : {1u, 2u, 3u, 4u, 8u})
    for (const std::size_t n : {1u, 7u, 8u, 63u, 64u, 65u, 2048u, 4200u}) {
      const auto items = random_bytes(n * width, test_seed(n * width));
      std::vector<std::byte> shuffled;
      shuffle_items(Shuffle::bits, items, width, shuffled);
      const std::size_t plane_bytes = (n + 7) / 8;
      ASSERT_EQ(shuffled.size(), 8 * width * plane_bytes);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < 8 * width; ++k)
          ASSERT_EQ(bit(shuffled, 8 * plane_bytes * k + i), bit(items, 8 * width * i + k)) << width << " " << n;
    }
}

TEST(Shuffle, bytes_puts_byte_b_of_item_i_at_byte_i_of_plane_b) {
  for (const std::size_t width : {1u, 2u, 3u, 4u, 8u, 200u}) {
    const std::size_t n = 77;
    const auto items = random_bytes(n * width, test_seed(width));
    std::vector<std::byte> shuffled;
    shuffle_items(Shuffle::bytes, items, width, shuffled);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t b = 0; b < width; ++b) ASSERT_EQ(shuffled[b * n + i], items[i * width + b]);
  }
}

TEST(Shuffle, is_undone) {
  for (const Shuffle shuffle : {Shuffle::none, Shuffle::bytes, Shuffle::bits})
    for (const std::size_t width : {1u, 2u, 3u, 4u, 8u, 64u})
      for (const std::size_t n : {1u, 64u, 100u, 5000u}) {
        const auto items = random_bytes(n * width, test_seed(n));
        std::vector<std::byte> shuffled, back(items.size());
        shuffle_items(shuffle, items, width, shuffled);
        unshuffle_items(shuffle, shuffled, width, back);
        EXPECT_TRUE(back == items) << width << " " << n;
      }
}

void expect_same(const BitPlaneKernels& kernels) {
  const std::size_t n_groups = 37, plane_bytes = 8 * n_groups + 5;
  const auto random = random_bytes(64 * n_groups + 8 * plane_bytes, test_seed(1));
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(random.data());
  std::vector<std::uint8_t> expected(8 * plane_bytes), found(8 * plane_bytes);
  bit_planes_baseline.split(bytes, n_groups, expected.data(), plane_bytes);
  kernels.split(bytes, n_groups, found.data(), plane_bytes);
  EXPECT_EQ(found, expected);
  expected.assign(64 * n_groups, 0);
  found.assign(64 * n_groups, 0);
  bit_planes_baseline.join(bytes, plane_bytes, n_groups, expected.data());
  kernels.join(bytes, plane_bytes, n_groups, found.data());
  EXPECT_EQ(found, expected);
}

#if defined(__x86_64__)
TEST(BitPlanes, avx2_gives_what_plain_code_gives) {
  if (instruction_set() < InstructionSet::avx2) GTEST_SKIP() << "this processor has no AVX2";
  expect_same(bit_planes_avx2);
}

TEST(BitPlanes, avx512_gives_what_plain_code_gives) {
  if (instruction_set() < InstructionSet::avx512) GTEST_SKIP() << "this processor has no AVX-512 with VBMI2";
  expect_same(bit_planes_avx512);
}
#endif

}  // namespace
}  // namespace esieve::codec
