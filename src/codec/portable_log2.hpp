// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

namespace esieve::codec {

/// Base-2 logarithm to 1e-6, the same on every machine. \pre x > 0
inline double portable_log2(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const auto exponent = static_cast<double>(static_cast<std::int64_t>(bits >> 52) - 1023);
  const double m = std::bit_cast<double>((bits & 0xFFFFFFFFFFFFFU) | 0x3FF0000000000000U) - 1.0;
  // log2(1 + m) = 2 / ln 2 * artanh(m / (2 + m))
  const double t = m / (2.0 + m), t2 = t * t;
  return exponent + 2.8853900817779268 * t * (1 + t2 * (1.0 / 3 + t2 * (1.0 / 5 + t2 * (1.0 / 7 + t2 / 9))));
}

}  // namespace esieve::codec
