// SPDX-License-Identifier: Apache-2.0
//
// Marked slots are listed in order and forgotten, by every instruction set alike.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "base/cpu.hpp"
#include "codec/gaps/list_marks.hpp"
#include "support/test_data.hpp"

namespace esieve::codec::gaps {
namespace {

constexpr std::size_t n_groups = 3, n_slots = n_groups * 4096;

/// Slots: none, a few, many, all.
std::vector<std::vector<std::uint32_t>> slots_to_mark() {
  std::mt19937_64 random(test_seed(7));
  std::vector<std::vector<std::uint32_t>> all;
  for (const unsigned percent : {0U, 1U, 20U, 35U, 60U, 90U, 100U}) {
    auto& slots = all.emplace_back();
    for (std::uint32_t slot = 0; slot < n_slots; ++slot)
      if (random() % 100 < percent) slots.push_back(slot);
  }
  return all;
}

void expect_right_lists(const ListKernels& kernels) {
  std::mt19937_64 random(test_seed(8));
  std::vector<std::uint64_t> bits(n_slots / 64), inside(n_slots / 64);
  std::vector<std::uint8_t> marks(n_slots), bytes(n_slots / 64), value_of(n_slots);
  for (std::uint64_t& word : inside) word = random() | random();
  for (std::uint8_t& value : value_of) value = static_cast<std::uint8_t>(random());
  for (std::vector<std::uint32_t> slots : slots_to_mark()) {
    std::vector<std::uint32_t> shuffled = slots, list(n_slots + list_spare), values(n_slots + list_spare), expected;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    std::copy_if(slots.begin(), slots.end(), std::back_inserter(expected),
                 [&](std::uint32_t slot) { return (inside[slot / 64] >> slot % 64 & 1) != 0; });
    for (const std::uint32_t slot : shuffled) marks[slot] = 1;
    const std::size_t n_inside = kernels.list(marks.data(), n_slots / 64, inside.data(), list.data());
    EXPECT_EQ(std::vector(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(n_inside)), expected);
    EXPECT_EQ(kernels.list(marks.data(), n_slots / 64, inside.data(), list.data()), 0U) << "none is left";

    const ByteMarks byte_marks{bits.data(), bytes.data()};
    for (const std::uint32_t slot : shuffled) byte_marks.add(slot);
    const std::size_t n = kernels.list_values(byte_marks, n_groups, value_of.data(), list.data(), values.data());
    ASSERT_EQ(n, slots.size());
    for (std::size_t i = 0; i < n; ++i) {
      ASSERT_EQ(list[i], slots[i]);
      ASSERT_EQ(values[i], value_of[slots[i]]);
    }
    EXPECT_EQ(kernels.list_values(byte_marks, n_groups, value_of.data(), list.data(), values.data()), 0U);
  }
}

TEST(ListMarks, gives_all_in_order) { expect_right_lists(list_kernels_baseline); }

#if defined(__x86_64__)
TEST(ListMarks, gives_all_in_order_with_avx512) {
  if (instruction_set() < InstructionSet::avx512) GTEST_SKIP() << "this processor has no AVX-512 with VBMI2";
  expect_right_lists(list_kernels_avx512);
}
#endif

}  // namespace
}  // namespace esieve::codec::gaps
