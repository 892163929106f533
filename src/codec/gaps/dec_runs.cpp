// SPDX-License-Identifier: Apache-2.0
//
// Runs, decoder's half.
#include <array>
#include <type_traits>

#include "codec/gaps/runs.hpp"

namespace esieve::codec::gaps {
namespace {

constexpr unsigned last_symbol = n_symbols - 1;

/// A distribution that does not change, as a loop wants it.
class FixedLaw {
 public:
  FixedLaw(const Cdf16& cdf, unsigned n_low_bits) noexcept : starts_(cdf) {
    for (unsigned s = 0; s < n_symbols; ++s) {
      const bool is_last = s == last_symbol;
      symbols_[s] = {static_cast<std::uint16_t>(cdf.start[s]), static_cast<std::uint16_t>(cdf.width(s)), s << n_low_bits,
                     is_last ? 0U : (1U << n_low_bits) - 1, is_last ? 0U : n_low_bits};
    }
  }

  /// Takes an interval from `state` and calls put(symbol, value). \returns what is left of the state
  template <class Put>
  [[gnu::always_inline]] std::uint64_t take(std::uint64_t state, Put put) const noexcept {
    const std::uint32_t slot = slot_of(state);
    const Symbol& symbol = symbols_[starts_.above(slot).symbol()];
    state = symbol.width * (state >> probability_bits) + slot - symbol.start;
    put(&symbol != &symbols_[last_symbol], symbol.first | (static_cast<std::uint32_t>(state) & symbol.low_mask));
    return state >> symbol.n_low_bits;
  }

 private:
  struct Symbol {
    std::uint16_t start, width;
    std::uint32_t first, low_mask, n_low_bits;
  };
  Starts starts_;
  std::array<Symbol, n_symbols> symbols_;
};

/// One that learns.
class LearningLaw {
 public:
  LearningLaw(AdaptiveCdf& cdf, unsigned n_low_bits) noexcept : starts_(cdf), n_low_bits_(n_low_bits), cdf_(cdf) {}

  template <class Put>
  [[gnu::always_inline]] std::uint64_t take(std::uint64_t state, Put put) noexcept {
    const std::uint32_t slot = slot_of(state);
    const Starts::Above above = starts_.above(slot);
    const unsigned symbol = above.symbol();
    state = cdf_.width(symbol) * (state >> probability_bits) + slot - cdf_.start[symbol];
    starts_.move(above, cdf_.next_rate());
    starts_.put_into(cdf_);
    const unsigned n_low = symbol == last_symbol ? 0 : n_low_bits_;
    const auto low = static_cast<std::uint32_t>(state & ((std::uint64_t{1} << n_low) - 1));
    put(symbol != last_symbol, symbol << n_low_bits_ | low);
    return state >> n_low;
  }

 private:
  Starts starts_;  // of cdf_, at hand
  unsigned n_low_bits_;
  AdaptiveCdf& cdf_;
};

template <class Cdf>
using LawOf = std::conditional_t<std::is_same_v<Cdf, AdaptiveCdf>, LearningLaw, FixedLaw>;

}  // namespace

bool read_positions(StreamReader& stream, const GapLaw& law, std::size_t n, std::uint64_t n_slots, std::uint32_t* positions) {
  const FixedLaw fixed(law.cdf, law.n_low_bits);
  std::size_t at = 0;
  std::uint64_t position = 0;
  const auto put = [&](bool ends, std::uint32_t gap) {
    position += gap;
    positions[at] = static_cast<std::uint32_t>(position);
    const unsigned is_event = ends ? 1 : 0;  // otherwise the gap goes on
    at += is_event;
    position += is_event;
  };
  const auto take = [&](std::uint64_t state) { return fixed.take(state, put); };
  {
    StreamRounds rounds(stream);
    while (at + n_states <= n && position < n_slots && rounds.has_more()) rounds.round(take);
  }
  while (at < n && position < n_slots) stream.take(take);
  return at == n && position <= n_slots;
}

template <class Cdf>
void read_values(StreamReader& stream, Cdf& cdf, const ValueRange& range, OutlierModel& outliers, std::size_t n,
                 std::uint32_t* values) {
  std::size_t at = 0;
  Cdf own = cdf;  // so that nobody else might change it, for all the compiler knows
  {
    LawOf<Cdf> law(own, range.n_low_bits);
    const auto take = [&](std::uint64_t state) {
      return law.take(state, [&](bool, std::uint32_t value) { values[at++] = range.first + value; });
    };
    {
      StreamRounds rounds(stream);
      while (at + n_states <= n && rounds.has_more()) rounds.round(take);
    }
    while (at < n) stream.take(take);
  }
  cdf = own;
  const std::uint32_t width = last_symbol << range.n_low_bits, outside = range.first + width;
  for (std::size_t i = 0; i < n; ++i) {
    if (values[i] != outside) continue;
    const std::uint32_t number = outliers.code(stream, 0);
    values[i] = number < range.first ? number : number + width;
  }
}

template void read_values(StreamReader&, Cdf16&, const ValueRange&, OutlierModel&, std::size_t, std::uint32_t*);
template void read_values(StreamReader&, AdaptiveCdf&, const ValueRange&, OutlierModel&, std::size_t, std::uint32_t*);

}  // namespace esieve::codec::gaps
