// SPDX-License-Identifier: Apache-2.0
//
// What a payload does not say of its own block.
#pragma once

#include <cstddef>

#include "codec/block_shape.hpp"
#include "esieve/dtype.hpp"

namespace esieve::codec {

/// Elements of a block are in native byte order and, unless opaque, aligned to their size.
struct BlockLayout {
  BlockShape shape;
  DType dtype = DType::u16;
  std::size_t item_bytes = 0;
  bool opaque = false;  ///< Not numbers.

  [[nodiscard]] std::size_t n_bytes() const { return shape.n_counts() * item_bytes; }
};

}  // namespace esieve::codec
