// SPDX-License-Identifier: Apache-2.0
//
// The inner loops of runs, for each instruction set. A run is coded in rounds: one token for each state, side by side.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "codec/gaps/cdf16.hpp"

namespace esieve::codec::gaps {

/// States of a long payload and of a short one, whose bytes matter more than its time.
inline constexpr std::size_t most_lanes = 16, few_lanes = 4;
/// A state lies in [2^16, 2^32) between tokens; below, it takes in 16 bits of the stream.
inline constexpr std::uint32_t lane_floor = std::uint32_t{1} << 16;
inline constexpr std::size_t lane_word_bytes = 2;
/// What a loop may read or write beyond the last token, in elements.
inline constexpr std::size_t run_spare = most_lanes;

/// A distribution as loops want it: symbol 15 has no low bits, the others n_low_bits.
struct RunLaw {
  RunLaw(const Cdf16& of, unsigned low_bits) noexcept;

  alignas(64) std::array<std::uint32_t, n_symbols> start, width;  ///< of cdf
  Cdf16 cdf;
  std::uint32_t n_low_bits;
};

/// Where a reader is. `next` may pass `end` by what a round takes in: a run that begins there is refused.
struct RunCursor {
  alignas(64) std::array<std::uint32_t, most_lanes> states;
  const std::byte* next;
  const std::byte* end;  ///< of the words; as many bytes as the states take follow
};

/// The tokens of a run.
struct RunTokens {
  /// \param some_symbols, some_low  `number` of them, with run_spare to spare
  RunTokens(const RunLaw& of, const std::uint8_t* some_symbols, const std::uint16_t* some_low, std::size_t number) noexcept;

  const RunLaw& law;
  alignas(64) std::array<std::uint32_t, n_symbols> inverse;  ///< 2^32 / width, rounded down, at most 2^32 - 1
  const std::uint8_t* symbols;
  const std::uint16_t* low;
  std::size_t n;
};

struct RunKernels {
  /// Reads gaps: symbols 15 go on until another ends one. \param positions  room for n + run_spare
  /// \returns false if the stream ends before, or if one of them is not below n_slots
  bool (*read_positions)(RunCursor& cursor, const RunLaw& law, std::size_t n, std::uint64_t n_slots, std::uint32_t* positions);
  /// Reads a value a token: first + symbol << n_low_bits + low bits. \param values  room for n + run_spare
  bool (*read_values)(RunCursor& cursor, const RunLaw& law, std::size_t n, std::uint32_t first, std::uint32_t* values);
  /// Codes a run, last token first. \param top  what has been written so far begins here; before it there is room for two words a
  /// token and run_spare more
  /// \returns where it begins then
  std::uint16_t* (*write)(std::uint32_t* states, const RunTokens& run, std::uint16_t* top);
};

/// The fastest this processor has for payloads of `most_lanes`; all give the same.
const RunKernels& run_kernels();
extern const RunKernels run_kernels_few;  ///< for `few_lanes`

// One of each instruction set, for tests. Those of sets the processor lacks must not be called.
extern const RunKernels run_kernels_baseline;
#if defined(__x86_64__)
extern const RunKernels run_kernels_avx2;
extern const RunKernels run_kernels_avx512;
#endif

}  // namespace esieve::codec::gaps
