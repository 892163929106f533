// SPDX-License-Identifier: Apache-2.0
//
// The part of a payload that holds its runs: many tokens of one law after the other, coded side by side. [§2.2]
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/raw_memory.hpp"
#include "codec/gaps/run_kernel.hpp"

namespace esieve::codec::gaps {

/// Gathers runs, and codes them backwards at the end.
class RunWriter {
 public:
  void clear() noexcept {
    runs_.clear();
    n_tokens_ = 0;
  }

  /// Where the tokens of a run go.
  struct Room {
    std::uint8_t* symbols;
    std::uint16_t* low;
  };
  /// Begins a run of `most` tokens at most.
  [[nodiscard]] Room begin(const Cdf16& cdf, unsigned n_low_bits, std::size_t most);
  void end(std::size_t n);

  /// Whether the payload has many states. Short ones are smaller with few.
  [[nodiscard]] bool is_long() const noexcept { return n_tokens_ >= least_of_long; }
  /// Appends the words, then the states.
  void append(std::vector<std::byte>& out);

 private:
  static constexpr std::size_t least_of_long = 4096;  // 48 bytes more are below a percent of so many

  struct Run {
    RunLaw law;
    std::size_t first, n;
  };
  std::vector<Run> runs_;
  RawMemory<std::uint8_t> symbols_;
  RawMemory<std::uint16_t> low_;
  RawMemory<std::uint16_t> words_;
  std::size_t n_tokens_ = 0;
};

/// Reads runs. Never reads outside the stream; what a damaged one says may be anything.
class RunReader {
 public:
  [[nodiscard]] static constexpr std::size_t n_lanes(bool is_long) noexcept { return is_long ? most_lanes : few_lanes; }
  [[nodiscard]] static constexpr std::size_t states_bytes(bool is_long) noexcept {
    return n_lanes(is_long) * sizeof(std::uint32_t);
  }

  /// \pre bytes: words, then the states
  RunReader(std::span<const std::byte> bytes, bool is_long) noexcept
      : kernels_(is_long ? run_kernels() : run_kernels_few), n_lanes_(n_lanes(is_long)), n_bytes_(bytes.size()) {
    const std::size_t n_state_bytes = states_bytes(is_long);
    cursor_.states.fill(lane_floor);
    cursor_.next = bytes.data();
    cursor_.end = bytes.data() + (bytes.size() - n_state_bytes);
    std::memcpy(cursor_.states.data(), cursor_.end, n_state_bytes);
  }

  /// As RunKernels::read_positions and read_values.
  [[nodiscard]] bool positions(const RunLaw& law, std::size_t n, std::uint64_t n_slots, std::uint32_t* positions) {
    return kernels_.read_positions(cursor_, law, n, n_slots, positions);
  }
  [[nodiscard]] bool values(const RunLaw& law, std::size_t n, std::uint32_t first, std::uint32_t* values) {
    return kernels_.read_values(cursor_, law, n, first, values);
  }

  /// Whether the stream has been read to its end and nothing contradicts it.
  [[nodiscard]] bool finished() const noexcept {
    if (cursor_.next != cursor_.end) return false;
    for (std::size_t i = 0; i < n_lanes_; ++i)
      if (cursor_.states[i] != lane_floor) return false;
    return true;
  }

  /// A sound stream has no more tokens than this: each takes log2(2^15 / (2^15 - 15)), a 1514th of a bit, at least.
  [[nodiscard]] std::uint64_t most_tokens() const noexcept { return std::uint64_t{n_bytes_} * 8 * 1515; }

 private:
  RunCursor cursor_;
  const RunKernels& kernels_;
  std::size_t n_lanes_, n_bytes_;
};

}  // namespace esieve::codec::gaps
