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

}  // namespace

void append_stream(std::span<const std::uint64_t> tokens, RawMemory<std::uint32_t>& words, std::vector<std::byte>& out) {
  // A token makes a state grow by less than 32 bits, so one word each is the most there can be. The last is read first.
  words.reserve(tokens.size());
  std::uint32_t* const end = words.data() + tokens.size();
  std::uint32_t* top = end;
  std::array<std::uint64_t, 2> states{state_floor, state_floor};
  for (std::size_t i = tokens.size(); i-- > 0;) {
    const Token token(tokens[i]);
    std::uint64_t state = states[i & 1];
    if (state >= std::uint64_t{token.width} << (63 - probability_bits - token.n_bits)) {
      *--top = static_cast<std::uint32_t>(state);
      state >>= 32;
    }
    state = state << token.n_bits | token.raw;
    const std::uint64_t quotient = state / token.width;
    const std::uint64_t slot = state - quotient * token.width + token.start;
    states[i & 1] = quotient << probability_bits | slot;
  }
  const auto n_bytes = static_cast<std::size_t>(end - top) * sizeof *top;
  const std::size_t at = out.size();
  out.resize(at + n_bytes + states_bytes);
  if (n_bytes > 0) std::memcpy(out.data() + at, top, n_bytes);
  std::memcpy(out.data() + at + n_bytes, states.data(), states_bytes);
}

}  // namespace esieve::codec::gaps
