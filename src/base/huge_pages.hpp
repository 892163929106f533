// SPDX-License-Identifier: Apache-2.0
//
// Large results in huge pages.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace esieve {

/// Makes a vector as long as `n`, asking the system for huge pages first where that is enough to matter: half of the time of a
/// large result went into bringing in its pages one by one. NumPy does so for its arrays, from the same size on.
template <class T>
void resize_in_huge_pages(std::vector<T>& vector, std::size_t n) {
  constexpr std::size_t least_bytes = std::size_t{4} << 20;
  constexpr std::uintptr_t page_bytes = 4096;
  vector.reserve(n);
#ifdef MADV_HUGEPAGE
  if (n * sizeof(T) >= least_bytes) {
    const auto first = (reinterpret_cast<std::uintptr_t>(vector.data()) + page_bytes - 1) / page_bytes * page_bytes;
    const auto last = reinterpret_cast<std::uintptr_t>(vector.data() + n) / page_bytes * page_bytes;
    // If the system has other pages, or refuses, nothing is lost.
    ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
  }
#endif
  vector.resize(n);
}

}  // namespace esieve
