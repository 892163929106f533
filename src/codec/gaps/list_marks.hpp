// SPDX-License-Identifier: Apache-2.0
//
// Sets of slots as bits, and how they are listed in order. Sorting by setting bits and reading them is cheaper than a merge.
#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/gaps/put_lit.hpp"

namespace esieve::codec::gaps {

/// A bit for each slot, and one for each word of these that has any: an unmarked slot costs one 4096th of a word to pass by.
struct Marks {
  std::uint64_t *slots, *words;

  void add(std::size_t slot) const noexcept { add_if(slot, 1); }
  void add_if(std::size_t slot, unsigned bit) const noexcept {
    slots[slot >> 6] |= std::uint64_t{bit} << (slot & 63);
    words[slot >> 12] |= std::uint64_t{bit} << (slot >> 6 & 63);
  }
};

/// Likewise with a byte for each word, which is set without being read: marks that follow each other need not wait.
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
  /// Lists the marked slots of `n_groups` times 4096, those that are `inside` too, in order, and leaves none marked.
  /// \param list  room for as many as are marked and list_spare more
  /// \returns how many there are
  std::size_t (*list)(const Marks& marks, std::size_t n_groups, const std::uint64_t* inside, std::uint32_t* list);
  /// Lists all slots of `marks`, with the value of each.
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
