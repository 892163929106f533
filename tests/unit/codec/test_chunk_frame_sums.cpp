// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "codec/frame_sums.hpp"
#include "base/cpu.hpp"
#include "support/test_data.hpp"

namespace esieve::codec {
namespace {

template <class T, class Kernel>
void expect_right_sums(Kernel kernel) {
  std::mt19937_64 random(test_seed(41));
  for (const std::size_t n : {0u, 1u, 15u, 64u, 100u, 70'000u}) {
    std::vector<T> elements(n);
    for (T& element : elements) element = random() % 3 == 0 ? T{0} : static_cast<T>(random());
    FrameSums expected;
    for (const T element : elements) {
      expected.n_lit += element != 0;
      expected.n_top_bit += element > static_cast<T>(~T{0}) / 2;
      expected.sum += element;
    }
    const FrameSums found = kernel(elements.data(), n);
    EXPECT_EQ(found.n_lit, expected.n_lit) << n;
    EXPECT_EQ(found.n_top_bit, expected.n_top_bit) << n;
    EXPECT_EQ(found.sum, expected.sum) << n;
  }
}

void expect_right_sums(const FrameSumKernels& kernels) {
  expect_right_sums<std::uint8_t>(kernels.one_byte);
  expect_right_sums<std::uint16_t>(kernels.two_bytes);
  expect_right_sums<std::uint32_t>(kernels.four_bytes);
}

TEST(FrameSums, are_right) { expect_right_sums(frame_sums_baseline); }

#if defined(__x86_64__)
TEST(FrameSums, are_right_with_avx2) {
  if (instruction_set() < InstructionSet::avx2) GTEST_SKIP() << "this processor has no AVX2";
  expect_right_sums(frame_sums_avx2);
}

TEST(FrameSums, are_right_with_avx512) {
  if (instruction_set() < InstructionSet::avx512) GTEST_SKIP() << "this processor has no AVX-512 with VBMI2";
  expect_right_sums(frame_sums_avx512);
}
#endif

}  // namespace
}  // namespace esieve::codec
