// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace esieve::codec {

/// Calls visit(Bits{}) with the unsigned type of so many bytes (1, 2, 4 or 8).
template <class Visit>
auto visit_width(std::size_t item_bytes, const Visit& visit) {
  switch (item_bytes) {
    case 1: return visit(std::uint8_t{});
    case 2: return visit(std::uint16_t{});
    case 4: return visit(std::uint32_t{});
    default: return visit(std::uint64_t{});
  }
}

}  // namespace esieve::codec
