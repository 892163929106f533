// SPDX-License-Identifier: Apache-2.0
//
// The entropy coder: range asymmetric numeral systems with four 64-bit states that take turns.
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
/// Four tokens are decoded at a time: none waits for the one before.
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

/// Takes in a word if the state is low. By masks: whether one is needed cannot be predicted.
/// \param step  by how much `next` goes on, where it does; 0 at the end of a damaged stream
[[gnu::always_inline]] inline std::uint64_t refilled(std::uint64_t state, const std::byte*& next, std::uint64_t step) noexcept {
  std::uint32_t word;
  std::memcpy(&word, next, word_bytes);
  const std::uint64_t low = 0 - std::uint64_t{state < state_floor};
  next += low & step;
  return state << (low & 32) | (word & low);
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

  /// A sound stream has no more symbols than this to come: each takes log2(2^15 / (2^15 - 15)), a 1514th of a bit, at least.
  [[nodiscard]] std::uint64_t most_symbols() const noexcept {
    return (next_ < end_ ? static_cast<std::uint64_t>(end_ - next_) + states_bytes : states_bytes) * 8 * 1515;
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

  [[gnu::always_inline]] std::uint32_t interval(const Cdf16& cdf, unsigned n_bits, std::uint32_t = 0) noexcept {
    const std::uint32_t slot = slot_of(states_[0]);
    const unsigned symbol = cdf.find(slot);
    const std::uint64_t state = cdf.width(symbol) * (states_[0] >> probability_bits) + slot - cdf.start[symbol];
    const unsigned n_low = n_bits & (0U - unsigned{symbol != n_symbols - 1});
    const auto low = static_cast<std::uint32_t>(state & ((std::uint64_t{1} << n_low) - 1));
    turn(state >> n_low);
    return symbol << n_bits | low;
  }

  /// take(state) of the state whose turn it is; it returns what is left of it.
  template <class Take>
  [[gnu::always_inline]] void take(Take take) noexcept {
    turn(take(states_[0]));
  }

  std::uint32_t bits(unsigned n_bits, std::uint32_t = 0) noexcept {
    const auto low = static_cast<std::uint32_t>(states_[0] & ((std::uint64_t{1} << n_bits) - 1));
    turn(states_[0] >> n_bits);
    return low;
  }

 private:
  friend class StreamRounds;

  // Lets the next state have the next token.
  [[gnu::always_inline]] void turn(std::uint64_t state) noexcept {
    const std::uint64_t last = refilled(state, next_, next_ < end_ ? word_bytes : 0);
    states_ = {states_[1], states_[2], states_[3], last};
  }

  std::array<std::uint64_t, n_states> states_;  ///< in the order of their turns
  const std::byte* next_;
  const std::byte* end_;  ///< of the words: where the states begin
};

/// Reads four tokens at a time, for the length of a scope: the states in registers, the end looked for once in four.
class StreamRounds {
 public:
  explicit StreamRounds(StreamReader& lender) noexcept
      : a_(lender.states_[0]),
        b_(lender.states_[1]),
        c_(lender.states_[2]),
        d_(lender.states_[3]),
        next_(lender.next_),
        lender_(lender) {}
  StreamRounds(const StreamRounds&) = delete;
  StreamRounds& operator=(const StreamRounds&) = delete;
  ~StreamRounds() {
    lender_.states_ = {a_, b_, c_, d_};
    lender_.next_ = next_;
  }

  /// Past the end of a damaged stream there are no more rounds. What is loaded by the last lies in the states behind the words.
  [[nodiscard, gnu::always_inline]] bool has_more() const noexcept { return next_ <= lender_.end_; }

  /// Calls take(state) for the state of each token, which returns what is left of it.
  template <class Take>
  [[gnu::always_inline]] void round(Take take) noexcept {
    a_ = refilled(take(a_), next_, word_bytes);
    b_ = refilled(take(b_), next_, word_bytes);
    c_ = refilled(take(c_), next_, word_bytes);
    d_ = refilled(take(d_), next_, word_bytes);
  }

 private:
  std::uint64_t a_, b_, c_, d_;
  const std::byte* next_;
  StreamReader& lender_;
};
static_assert(2 * n_states * word_bytes <= states_bytes, "a round that begins at the end loads words from the states only");

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
