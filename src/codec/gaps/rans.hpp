// SPDX-License-Identifier: Apache-2.0
//
// The entropy coder of what differs from token to token: range asymmetric numeral systems with four 64-bit states that take
// turns. Runs of one law have another, run_stream.hpp.
//
// The encoder lists what the decoder will ask for, in that order (`TokenList`), and codes the list
// backwards at the end (`append_stream`). Models are written once, for a `Coder` that is either a
// TokenList or a StreamReader: both have the functions below, and the reader ignores the values.
//
//   unsigned      symbol(const Cdf16&, unsigned value)
//   unsigned      symbol(AdaptiveCdf&, unsigned value)         and learns it
//   std::uint32_t bits(unsigned n_bits, std::uint32_t value)   n_bits <= max_raw_bits
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/raw_memory.hpp"
#include "codec/gaps/cdf16.hpp"

namespace esieve::codec::gaps {

inline constexpr unsigned max_raw_bits = 16;
/// A state lies in [state_floor, 2^63) between tokens; below, it takes in 32 bits of the stream.
inline constexpr std::uint64_t state_floor = std::uint64_t{1} << 31;
/// A token need not wait for the state that the one before left.
inline constexpr std::size_t n_states = 4;
/// The states at the end of the stream, 8 bytes each. Their place makes it safe to load the next words before knowing whether
/// they are needed.
inline constexpr std::size_t states_bytes = 8 * n_states;
inline constexpr std::size_t word_bytes = 4;
static_assert(states_bytes % word_bytes == 0);

static_assert(probability_bits + max_raw_bits <= 31, "one 32-bit word refills a state");

/// What an encoder has to say, in the decoder's order.
class TokenList {
 public:
  void clear() noexcept { n_ = 0; }
  [[nodiscard]] std::span<const std::uint64_t> tokens() const noexcept { return {memory_.data(), n_}; }

  /// start: 15 bits; width: 16 bits; n_bits: 5 bits; raw: 16 bits.
  [[nodiscard]] static std::uint64_t pack(std::uint32_t start, std::uint32_t width, unsigned n_bits, std::uint32_t raw) noexcept {
    return start | std::uint64_t{width} << 15 | std::uint64_t{n_bits} << 31 | std::uint64_t{raw} << 36;
  }
  void push(std::uint32_t start, std::uint32_t width, unsigned n_bits, std::uint32_t raw) {
    memory_.reserve(n_ + 1, n_);
    memory_[n_++] = pack(start, width, n_bits, raw);
  }

  unsigned symbol(const Cdf16& cdf, unsigned value) {
    push(cdf.start[value], cdf.width(value), 0, 0);
    return value;
  }
  unsigned symbol(AdaptiveCdf& cdf, unsigned value) {
    push(cdf.start[value], cdf.width(value), 0, 0);
    cdf.learn(value);
    return value;
  }
  std::uint32_t bits(unsigned n_bits, std::uint32_t value) {
    push(0, probability_one, n_bits, value);
    return value;
  }

 private:
  RawMemory<std::uint64_t> memory_;
  std::size_t n_ = 0;
};

/// Appends the stream of `tokens`: 32-bit words, then the states. `words` is scratch memory.
void append_stream(std::span<const std::uint64_t> tokens, RawMemory<std::uint32_t>& words, std::vector<std::byte>& out);

/// A token read from a state: state = width * (state >> probability_bits) + slot - start.
[[nodiscard, gnu::always_inline]] inline std::uint32_t slot_of(std::uint64_t state) noexcept {
  return static_cast<std::uint32_t>(state) & (probability_one - 1);
}

/// Reads a stream. Never reads outside it: past the end the last words repeat, and `finished` says no.
class StreamReader {
 public:
  /// \pre bytes.size() >= states_bytes and a multiple of word_bytes: the end is recognised by
  ///      stepping onto it
  explicit StreamReader(std::span<const std::byte> bytes) noexcept
      : next_(bytes.data()), end_(bytes.data() + (bytes.size() - states_bytes)) {
    std::memcpy(states_.data(), end_, states_bytes);
    for (std::uint64_t& state : states_) state &= ~std::uint64_t{0} >> 1;
  }

  /// Whether the stream has been read to its end and nothing contradicts it.
  [[nodiscard]] bool finished() const noexcept {
    return next_ == end_ && std::all_of(states_.begin(), states_.end(), [](std::uint64_t state) { return state == state_floor; });
  }

  [[gnu::always_inline]] unsigned symbol(const Cdf16& cdf, unsigned = 0) noexcept {
    const std::uint32_t slot = slot_of(states_[0]);
    const unsigned symbol = cdf.find(slot);
    turn(cdf.width(symbol) * (states_[0] >> probability_bits) + slot - cdf.start[symbol]);
    return symbol;
  }

  [[gnu::always_inline]] unsigned symbol(AdaptiveCdf& cdf, unsigned = 0) noexcept {
    const std::uint32_t slot = slot_of(states_[0]);
    const Share share = cdf.find_and_learn(slot);
    turn(share.width * (states_[0] >> probability_bits) + slot - share.start);
    return share.symbol;
  }

  std::uint32_t bits(unsigned n_bits, std::uint32_t = 0) noexcept {
    const auto low = static_cast<std::uint32_t>(states_[0] & ((std::uint64_t{1} << n_bits) - 1));
    turn(states_[0] >> n_bits);
    return low;
  }

 private:
  // Takes in a word if the state is low, by masks, as whether one is needed cannot be predicted; at the end of a damaged stream
  // without going on. Then lets the next state have the next token.
  [[gnu::always_inline]] void turn(std::uint64_t state) noexcept {
    std::uint32_t word;
    std::memcpy(&word, next_, word_bytes);
    const std::uint64_t low = 0 - std::uint64_t{state < state_floor};
    next_ += next_ < end_ ? low & word_bytes : 0;
    states_ = {states_[1], states_[2], states_[3], state << (low & 32) | (word & low)};
  }

  std::array<std::uint64_t, n_states> states_;  ///< in the order of their turns
  const std::byte* next_;
  const std::byte* end_;  ///< of the words: where the states begin
};

/// A coder for the length of a scope: a reader's states are copied so that they stay in registers.
template <class Coder>
struct BorrowedCoder {
  explicit BorrowedCoder(Coder& lender) noexcept : coder(lender) {}
  Coder& coder;
};
template <>
struct BorrowedCoder<StreamReader> {
  explicit BorrowedCoder(StreamReader& lender) noexcept : coder(lender), lender_(lender) {}
  BorrowedCoder(const BorrowedCoder&) = delete;
  BorrowedCoder& operator=(const BorrowedCoder&) = delete;
  ~BorrowedCoder() { lender_ = coder; }
  StreamReader coder;

 private:
  StreamReader& lender_;
};

}  // namespace esieve::codec::gaps
