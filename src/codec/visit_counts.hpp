// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "esieve/dtype.hpp"

namespace esieve::codec {

/// Calls visit(Count{}) with the type of elements that are unsigned and fit 32 bits. \returns false of any others
template <class Visit>
bool visit_counts(DType dtype, const Visit& visit) {
  switch (dtype) {
    case DType::u8: return visit(std::uint8_t{}), true;
    case DType::u16: return visit(std::uint16_t{}), true;
    case DType::u32: return visit(std::uint32_t{}), true;
    default: return false;
  }
}

}  // namespace esieve::codec
