// SPDX-License-Identifier: Apache-2.0
//
// Sets of slots as bits or bytes, and how they are listed in order. Sorting by setting and reading them is cheaper than a merge.
#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/gaps/put_lit.hpp"

namespace esieve::codec::gaps {

/// A bit for each slot, and a byte for each word of these that has any, which is set without being read: marks that follow each
/// other need not wait.
struct ByteMarks {
  std::uint64_t* slots;
  std::uint8_t* words;

  void add(std::size_t slot) const noexcept {
    slots[slot >> 6] |= std::uint64_t{1} << (slot & 63);
    words[slot >> 6] = 1;
  }
};

/// What a list may be overwritten by, beyond its end.
inline constexpr std::size_t list_spare = put_spare;

struct ListKernels {
  /// Lists the slots of `n_words` times 64 that are marked by a byte of 1 and whose bit in `inside` is set, in order, and leaves
  /// none marked.
  /// \param list  room for as many as are marked and list_spare more
  /// \returns how many there are
  std::size_t (*list)(std::uint8_t* marks, std::size_t n_words, const std::uint64_t* inside, std::uint32_t* list);
  /// Lists all slots of `n_groups` times 4096 that are in `marks`, with the value of each, and leaves none marked.
  std::size_t (*list_values)(const ByteMarks& marks, std::size_t n_groups, const std::uint8_t* value_of, std::uint32_t* list,
                             std::uint32_t* values);
};

/// The fastest this processor has; all give the same.
const ListKernels& list_kernels();

// One of each instruction set, for tests. Those of sets the processor lacks must not be called.
extern const ListKernels list_kernels_baseline;
#if defined(__x86_64__)
extern const ListKernels list_kernels_avx512;
#endif

}  // namespace esieve::codec::gaps
