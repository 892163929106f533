// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace esieve::codec {

/// The i-th of places below `n` that samples are taken from: golden-ratio steps, so any number of them is spread evenly and falls
/// in with no period of rows or frames. \pre n < 2^32
[[nodiscard]] constexpr std::uint64_t spread(std::uint64_t i, std::uint64_t n) noexcept {
  return ((i + 1) * 0x9E3779B9U & 0xFFFFFFFFU) * n >> 32;
}

}  // namespace esieve::codec
