// SPDX-License-Identifier: Apache-2.0
//
// Division by a number that stays the same, by a multiplication.
#pragma once

#include <cstdint>

namespace esieve {

/// n / divisor, exact for all n and all divisors but 0. With the inverse rounded down, Robison, "N-bit unsigned division via N-bit
/// multiply-add" (2005): (n + 1) · inverse is too small by at most (n + 1) / 2^64 <= 1 / divisor.
class Quotient {
 public:
  explicit Quotient(std::uint32_t divisor) noexcept : inverse_(~std::uint64_t{0} / divisor) {}
  [[nodiscard]] std::uint32_t operator()(std::uint32_t n) const noexcept {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint32_t>(Wide{inverse_} * (std::uint64_t{n} + 1) >> 64);
  }

 private:
  std::uint64_t inverse_;  ///< 2^64 / divisor
};

}  // namespace esieve
