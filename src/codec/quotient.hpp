// SPDX-License-Identifier: Apache-2.0
//
// Division by a number that stays the same, by a multiplication.
#pragma once

#include <cstdint>

namespace esieve::codec {

/// n / divisor, exact for every n and every divisor from 1 to 2^31. Lemire, Kaser, Kurz, "Faster remainder by direct
/// computation" (2019): with the inverse too large by at most 1 / 2^63, n * divisor < 2^63 suffices.
class Quotient {
 public:
  explicit Quotient(std::uint32_t divisor) noexcept : inverse_((std::uint64_t{1} << 63) / divisor + 1) {}
  [[nodiscard]] std::uint32_t operator()(std::uint32_t n) const noexcept {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint32_t>(Wide{inverse_} * (2 * std::uint64_t{n}) >> 64);
  }

 private:
  std::uint64_t inverse_;  ///< 2^63 / divisor, rounded up
};

}  // namespace esieve::codec
