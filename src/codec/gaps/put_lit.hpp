// SPDX-License-Identifier: Apache-2.0
//
// The set bits of a word as numbers, and what lies at their places.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/lit_mask.hpp"

namespace esieve::codec::gaps {

/// What may be written beyond the last, but never more than 64 in all.
inline constexpr std::size_t put_spare = 16;

namespace {  // compiled once an instruction set

/// For every processor.
struct PutPlain {
  /// Which of 64 bytes are not zero.
  static std::uint64_t lit(const std::uint8_t* at) { return lit_mask(at); }
  /// Writes first + i for each set bit i.
  static void numbers(std::uint64_t bits, std::uint32_t first, std::uint32_t* to) {
    for_each_bit(bits, [&](unsigned bit, std::size_t n) { to[n] = first + bit; });
  }
  /// Writes at[i] for each set bit i. \pre 64 can be read
  template <class Value>
  static void values(std::uint64_t bits, const Value* at, std::uint32_t* to) {
    for_each_bit(bits, [&](unsigned bit, std::size_t n) { to[n] = at[bit]; });
  }

 private:
  /// A few at once, whether they are there or not: no branch that a processor would have to guess.
  template <class PutOne>
  [[gnu::always_inline]] static void for_each_bit(std::uint64_t bits, PutOne put_one) {
    constexpr unsigned at_once = 4;
    static_assert(at_once <= put_spare);
    for (std::size_t n = 0; bits != 0;)
      for (unsigned i = 0; i < at_once; ++i) {
        put_one(static_cast<unsigned>(std::countr_zero(bits | std::uint64_t{1} << 63)), n++);
        bits &= bits - 1;
      }
  }
};

}  // namespace
}  // namespace esieve::codec::gaps
