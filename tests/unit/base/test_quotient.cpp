// SPDX-License-Identifier: Apache-2.0
//
// Division by multiplication: exact wherever it is allowed.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "base/quotient.hpp"

namespace esieve {
namespace {

void expect_exact(std::uint64_t n, std::uint32_t divisor) {
  if (n > 0xFFFFFFFF) return;
  EXPECT_EQ(Quotient(divisor)(static_cast<std::uint32_t>(n)), n / divisor) << n << " / " << divisor;
}

TEST(Quotient, is_exact_on_both_sides_of_every_multiple) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    const unsigned n_bits = 1 + static_cast<unsigned>(random() % 32);
    const auto divisor = static_cast<std::uint32_t>(1 + random() % ((std::uint64_t{1} << n_bits) - 1));
    const std::uint64_t most = 0xFFFFFFFF / divisor, multiple = random() % (most + 1) * divisor;
    for (const std::uint64_t n : {multiple, multiple + 1, multiple + divisor - 1, most * divisor, most * divisor - 1})
      expect_exact(n, divisor);
  }
}

TEST(Quotient, is_exact_for_powers_of_two_and_their_neighbours) {
  for (unsigned a = 0; a <= 32; ++a)
    for (const std::int64_t off : {-1, 0, 1}) {
      const std::int64_t divisor = (std::int64_t{1} << a) + off;
      if (divisor < 1 || divisor > 0xFFFFFFFF) continue;
      for (unsigned b = 0; b <= 32; ++b)
        for (const std::int64_t also : {-2, -1, 0, 1, 2})
          if (const std::int64_t n = (std::int64_t{1} << b) + also; n >= 0)
            expect_exact(static_cast<std::uint64_t>(n), static_cast<std::uint32_t>(divisor));
    }
}

}  // namespace
}  // namespace esieve
