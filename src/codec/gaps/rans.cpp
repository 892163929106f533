// SPDX-License-Identifier: Apache-2.0
//
// The entropy coder's encoding half: tokens, last to first, into a stream.
#include "codec/gaps/rans.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"

namespace esieve::codec::gaps {
namespace {

struct Token {
  std::uint32_t start, width;
  unsigned n_bits;
  std::uint32_t raw;

  explicit Token(std::uint64_t packed) noexcept
      : start(packed & 0x7fff),
        width(packed >> 15 & 0xffff),
        n_bits(packed >> 31 & 0x1f),
        raw(static_cast<std::uint32_t>(packed >> 36)) {}
};

/// The state that reads as `token` and then as `state`. Puts a word in front of `top` if it would be too large.
[[gnu::always_inline]] inline std::uint64_t with_token(std::uint64_t state, const Token& token, std::uint32_t*& top) noexcept {
  // Written whether it is needed or not, which cannot be predicted.
  const std::uint64_t full = 0 - std::uint64_t{state >= std::uint64_t{token.width} << (63 - probability_bits - token.n_bits)};
  top[-1] = static_cast<std::uint32_t>(state);
  top -= full & 1;
  state >>= full & 32;
  state = state << token.n_bits | token.raw;
  const std::uint64_t quotient = state / token.width, slot = state - quotient * token.width + token.start;
  return quotient << probability_bits | slot;
}

}  // namespace

void append_stream(std::span<const std::uint64_t> tokens, RawMemory<std::uint32_t>& words, std::vector<std::byte>& out) {
  // A token makes a state grow by less than 32 bits, so one word each is the most there can be; and one that is not needed. The last is read first.
  words.reserve(tokens.size() + 1);
  std::uint32_t* const end = words.data() + tokens.size() + 1;
  std::uint32_t* top = end;
  std::array<std::uint64_t, n_states> states;
  states.fill(state_floor);
  std::size_t i = tokens.size();
  while (i % n_states != 0) --i, states[i % n_states] = with_token(states[i % n_states], Token(tokens[i]), top);
  auto [a, b, c, d] = states;
  while (i != 0) {
    i -= n_states;
    d = with_token(d, Token(tokens[i + 3]), top);
    c = with_token(c, Token(tokens[i + 2]), top);
    b = with_token(b, Token(tokens[i + 1]), top);
    a = with_token(a, Token(tokens[i]), top);
  }
  states = {a, b, c, d};
  const auto n_bytes = static_cast<std::size_t>(end - top) * sizeof *top;
  const std::size_t at = out.size();
  out.resize(at + n_bytes + states_bytes);
  if (n_bytes > 0) std::memcpy(out.data() + at, top, n_bytes);
  std::memcpy(out.data() + at + n_bytes, states.data(), states_bytes);
}

}  // namespace esieve::codec::gaps
