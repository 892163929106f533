// SPDX-License-Identifier: Apache-2.0
//
// Memory for numbers that are written before they are read. A vector fills it with zeros first, which costs as much as writing
// them, and fetches pages from the system that may never be needed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>

namespace esieve {

template <class T>
class RawMemory {
  static_assert(std::is_trivially_default_constructible_v<T> && std::is_trivially_copyable_v<T>);

 public:
  [[nodiscard]] T* data() noexcept { return memory_.get(); }
  [[nodiscard]] const T* data() const noexcept { return memory_.get(); }
  T& operator[](std::size_t i) noexcept { return memory_[i]; }
  const T& operator[](std::size_t i) const noexcept { return memory_[i]; }

  /// Room for `n`, twice as much as before at least if it must grow. The first `n_kept` keep their values.
  void reserve(std::size_t n, std::size_t n_kept = 0) {
    if (n <= capacity_) return;
    const std::size_t larger = std::max(n, 2 * capacity_);
    auto memory = std::make_unique_for_overwrite<T[]>(larger);
    std::copy_n(memory_.get(), n_kept, memory.get());
    memory_ = std::move(memory);
    capacity_ = larger;
  }

 private:
  std::unique_ptr<T[]> memory_;
  std::size_t capacity_ = 0;
};

}  // namespace esieve
