// SPDX-License-Identifier: Apache-2.0
//
// The elements of a block in the form that somebody has them: dense, as events, or both.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "codec/block_shape.hpp"
#include "esieve/codec.hpp"

namespace esieve::codec {

/// What it was made of must outlive it.
class Elements {
 public:
  /// \param events  of `dense`, or null
  Elements(std::span<const std::byte> dense, const BlockShape& shape, std::size_t item_bytes,
           const ListedEvents* events = nullptr)
      : dense_(dense), events_(events), shape_(shape), item_bytes_(item_bytes) {}

  /// Unsigned numbers of 1, 2 or 4 bytes that hold the counts. They are made dense in `memory` when somebody asks.
  Elements(const ListedEvents& events, const BlockShape& shape, std::size_t item_bytes, std::vector<std::byte>& memory)
      : events_(&events), shape_(shape), item_bytes_(item_bytes), memory_(&memory) {}

  /// Null: not listed.
  const ListedEvents* events() const { return events_; }
  bool has_dense() const { return memory_ == nullptr; }
  std::span<const std::byte> dense();
  /// Appends `n_bytes` of the dense frame from its byte `offset` on, both whole items.
  void append_part(std::size_t frame, std::size_t offset, std::size_t n_bytes, std::vector<std::byte>& out) const;

 private:
  std::span<const std::byte> dense_;
  const ListedEvents* events_;
  BlockShape shape_;
  std::size_t item_bytes_;
  std::vector<std::byte>* memory_ = nullptr;  ///< Null: `dense_` is there.
};

}  // namespace esieve::codec
