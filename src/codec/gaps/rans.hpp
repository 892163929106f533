// SPDX-License-Identifier: Apache-2.0
//
// The entropy coder: range asymmetric numeral systems with two 64-bit states that take turns.
//
// The encoder lists what the decoder will ask for, in that order (`TokenList`), and codes the list
// backwards at the end (`append_stream`). Models are written once, for a `Coder` that is either a
// TokenList or a StreamReader: both have the functions below, and the reader ignores the values.
//
//   unsigned      symbol(const Cdf16&, unsigned value)
//   unsigned      symbol(AdaptiveCdf&, unsigned value)         and learns it
//   std::uint32_t interval(const Cdf16&, unsigned n_bits, std::uint32_t value)
//                   value >> n_bits as a symbol, its n_bits low bits as they are; symbol 15 stands
//                   for 15 << n_bits or more, has no low bits, and is returned as 15 << n_bits
//   std::uint32_t bits(unsigned n_bits, std::uint32_t value)   n_bits <= max_raw_bits
#pragma once

#include <algorithm>
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
/// The two states at the end of the stream, 8 bytes each. Their place makes it safe to load the
/// next word before knowing whether it is needed.
inline constexpr std::size_t states_bytes = 16;
inline constexpr std::size_t word_bytes = 4;
static_assert(states_bytes % word_bytes == 0);

static_assert(probability_bits + max_raw_bits <= 31, "one 32-bit word refills a state");

/// What an encoder has to say, in the decoder's order.
class TokenList {
 public:
  void clear() noexcept { n_ = 0; }
  /// So many more are likely to come.
  void expect(std::size_t n_more) { memory_.reserve(n_ + n_more, n_); }
  [[nodiscard]] std::span<const std::uint64_t> tokens() const noexcept { return {memory_.data(), n_}; }

  /// start: 15 bits; width: 16 bits; n_bits: 5 bits; raw: 16 bits.
  [[nodiscard]] static std::uint64_t pack(std::uint32_t start, std::uint32_t width, unsigned n_bits, std::uint32_t raw) noexcept {
    return start | std::uint64_t{width} << 15 | std::uint64_t{n_bits} << 31 | std::uint64_t{raw} << 36;
  }
  void push(std::uint32_t start, std::uint32_t width, unsigned n_bits, std::uint32_t raw) {
    memory_.reserve(n_ + 1, n_);
    memory_[n_++] = pack(start, width, n_bits, raw);
  }

  /// Where the next tokens go, `n_more` at most, for loops that write them themselves and say then where they stopped.
  [[nodiscard]] std::uint64_t* room_for(std::size_t n_more) {
    memory_.reserve(n_ + n_more, n_);
    return memory_.data() + n_;
  }
  void stop_at(const std::uint64_t* next) noexcept { n_ = static_cast<std::size_t>(next - memory_.data()); }

  unsigned symbol(const Cdf16& cdf, unsigned value) {
    push(cdf.start[value], cdf.width(value), 0, 0);
    return value;
  }
  unsigned symbol(AdaptiveCdf& cdf, unsigned value) {
    push(cdf.start[value], cdf.width(value), 0, 0);
    cdf.learn(value);
    return value;
  }
  std::uint32_t interval(const Cdf16& cdf, unsigned n_bits, std::uint32_t value) {
    const std::uint32_t symbol = value >> n_bits;
    if (symbol >= n_symbols - 1) return this->symbol(cdf, n_symbols - 1) << n_bits;
    push(cdf.start[symbol], cdf.width(symbol), n_bits, value & ((1U << n_bits) - 1));
    return value;
  }
  std::uint32_t interval(AdaptiveCdf& cdf, unsigned n_bits, std::uint32_t value) {
    const std::uint32_t result = interval(static_cast<const Cdf16&>(cdf), n_bits, value);
    cdf.learn(result >> n_bits);
    return result;
  }
  std::uint32_t bits(unsigned n_bits, std::uint32_t value) {
    push(0, probability_one, n_bits, value);
    return value;
  }

 private:
  RawMemory<std::uint64_t> memory_;
  std::size_t n_ = 0;
};

/// Appends the stream of `tokens`: 32-bit words, then the two states. `words` is scratch memory.
void append_stream(std::span<const std::uint64_t> tokens, RawMemory<std::uint32_t>& words, std::vector<std::byte>& out);

/// Reads a stream. Never reads outside it: past the end the last word repeats, and `finished` says no.
class StreamReader {
 public:
  /// \pre bytes.size() >= states_bytes and a multiple of word_bytes: the end is recognised by
  ///      stepping onto it
  explicit StreamReader(std::span<const std::byte> bytes) noexcept
      : next_(bytes.data()), end_(bytes.data() + (bytes.size() - states_bytes)) {
    std::memcpy(&current_, end_, 8);
    std::memcpy(&other_, end_ + 8, 8);
    constexpr std::uint64_t mask = ~std::uint64_t{0} >> 1;
    current_ &= mask;
    other_ &= mask;
  }

  /// Whether the stream has been read to its end and nothing contradicts it.
  [[nodiscard]] bool finished() const noexcept { return next_ == end_ && current_ == state_floor && other_ == state_floor; }

  [[gnu::always_inline]] unsigned symbol(const Cdf16& cdf, unsigned = 0) noexcept {
    const std::uint32_t slot = static_cast<std::uint32_t>(current_) & (probability_one - 1);
    const unsigned symbol = cdf.find(slot);
    turn(cdf.width(symbol) * (current_ >> probability_bits) + slot - cdf.start[symbol]);
    return symbol;
  }

  [[gnu::always_inline]] unsigned symbol(AdaptiveCdf& cdf, unsigned = 0) noexcept {
    const unsigned value = symbol(static_cast<const Cdf16&>(cdf));
    cdf.learn(value);
    return value;
  }

  [[gnu::always_inline]] std::uint32_t interval(const Cdf16& cdf, unsigned n_bits, std::uint32_t = 0) noexcept {
    const std::uint32_t slot = static_cast<std::uint32_t>(current_) & (probability_one - 1);
    const unsigned symbol = cdf.find(slot);
    std::uint64_t state = cdf.width(symbol) * (current_ >> probability_bits) + slot - cdf.start[symbol];
    const unsigned n_low = n_bits & (0U - unsigned{symbol != n_symbols - 1});
    const auto low = static_cast<std::uint32_t>(state & ((std::uint64_t{1} << n_low) - 1));
    turn(state >> n_low);
    return symbol << n_bits | low;
  }

  [[gnu::always_inline]] std::uint32_t interval(AdaptiveCdf& cdf, unsigned n_bits, std::uint32_t = 0) noexcept {
    const std::uint32_t value = interval(static_cast<const Cdf16&>(cdf), n_bits);
    cdf.learn(value >> n_bits);
    return value;
  }

  std::uint32_t bits(unsigned n_bits, std::uint32_t = 0) noexcept {
    const auto low = static_cast<std::uint32_t>(current_ & ((std::uint64_t{1} << n_bits) - 1));
    turn(current_ >> n_bits);
    return low;
  }

 private:
  // Takes in a word if the state is low, and lets the other state have the next token.
  [[gnu::always_inline]] void turn(std::uint64_t state) noexcept {
    // By masks: whether a word is needed cannot be predicted. A damaged stream may step over the end, into the states.
    std::uint32_t word;
    std::memcpy(&word, next_, 4);
    const std::uint64_t low = 0 - std::uint64_t{state < state_floor};
    current_ = other_;
    other_ = state << (low & 32) | (word & low);
    next_ += low & 4 & (0 - std::uint64_t{next_ < end_});
  }

  std::uint64_t current_;  ///< codes the next token
  std::uint64_t other_;
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
