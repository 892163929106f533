// SPDX-License-Identifier: Apache-2.0
//
// Row kernels in plain C++: the reference for the others, and what processors without AVX2 run.
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <vector>

#include "codec/lanes/kernel.hpp"

namespace esieve::codec::lanes {
namespace {

struct Simd {
  using U16 = std::array<std::uint16_t, group_lanes>;
  using I32 = std::array<std::uint32_t, group_lanes>;  // unsigned: sums wrap
  using Mask = U16;                                    // 0 or 0xFFFF
  static constexpr bool split_tables = false;

  template <class Operation>
  static U16 each(Operation operation) {
    U16 result;
    for (std::size_t i = 0; i < group_lanes; ++i) result[i] = static_cast<std::uint16_t>(operation(i));
    return result;
  }

  static U16 load(const std::uint16_t* from) {
    return each([&](std::size_t i) { return from[i]; });
  }
  static void store(std::uint16_t* to, const U16& a) { std::copy(a.begin(), a.end(), to); }
  static U16 zero() { return {}; }
  static U16 set1(std::size_t value) {
    return each([&](std::size_t) { return value; });
  }
  static I32 set1_32(std::int32_t value) {
    I32 result;
    result.fill(static_cast<std::uint32_t>(value));
    return result;
  }

  static U16 add(const U16& a, const U16& b) {
    return each([&](std::size_t i) { return a[i] + b[i]; });
  }
  static U16 sub(const U16& a, const U16& b) {
    return each([&](std::size_t i) { return a[i] - b[i]; });
  }
  static U16 min(const U16& a, const U16& b) {
    return each([&](std::size_t i) { return std::min(a[i], b[i]); });
  }
  static U16 max(const U16& a, const U16& b) {
    return each([&](std::size_t i) { return std::max(a[i], b[i]); });
  }
  static U16 bit_and(const U16& a, const U16& b) {
    return each([&](std::size_t i) { return a[i] & b[i]; });
  }
  static U16 sign(const U16& a) {
    return each([&](std::size_t i) { return a[i] >> 15; });
  }
  static U16 shift_right(const U16& a, const U16& n) {
    return each([&](std::size_t i) { return a[i] >> n[i]; });
  }
  static U16 shift_left(const U16& a, const U16& n) {
    return each([&](std::size_t i) { return a[i] << n[i]; });
  }
  static bool all_set(const U16& a) {
    return std::all_of(a.begin(), a.end(), [](std::uint16_t v) { return v != 0; });
  }
  static U16 small(std::size_t value) { return set1(value); }
  struct Constants {
    U16 slot_mask = set1(probability_one - 1);
    U16 end = set1(probability_one);
  };

  static Mask mask_from_bits(std::uint32_t bits) {
    return each([&](std::size_t i) { return (bits >> i & 1U) != 0 ? 0xFFFF : 0; });
  }
  static std::uint32_t bits(const Mask& mask) {
    std::uint32_t result = 0;
    for (std::size_t i = 0; i < group_lanes; ++i) result |= (mask[i] & 1U) << i;
    return result;
  }
  static Mask equal(const U16& a, const U16& b) {
    return each([&](std::size_t i) { return a[i] == b[i] ? 0xFFFF : 0; });
  }
  static Mask less(const U16& a, const U16& b) {
    return each([&](std::size_t i) { return a[i] < b[i] ? 0xFFFF : 0; });
  }
  static Mask mask_and(const Mask& a, const Mask& b) { return bit_and(a, b); }
  static U16 keep(const Mask& mask, const U16& a) { return bit_and(mask, a); }
  static U16 select(const Mask& mask, const U16& a, const U16& b) {
    return each([&](std::size_t i) { return mask[i] != 0 ? a[i] : b[i]; });
  }

  static void multiply_add(I32& sum, const U16& a, const U16& b, std::int32_t weights) {
    const auto first = static_cast<std::int16_t>(weights), second = static_cast<std::int16_t>(weights >> 16);
    for (std::size_t i = 0; i < group_lanes; ++i)
      sum[i] += static_cast<std::uint32_t>(first * static_cast<std::int16_t>(a[i])) +
                static_cast<std::uint32_t>(second * static_cast<std::int16_t>(b[i]));
  }

  template <unsigned shift, std::size_t n_window>
  static U16 level(const I32& sum, std::uint32_t window) {
    return each([&](std::size_t i) {
      const auto prediction = static_cast<std::int32_t>(sum[i]);
      if (prediction <= 0) return std::uint32_t{0};
      const std::uint32_t level = std::bit_cast<std::uint32_t>(static_cast<float>(prediction)) >> shift;
      return level < (window & 0xFFFFU) ? 0U : std::min<std::uint32_t>(level - (window & 0xFFFFU), n_window - 1);
    });
  }

  template <std::size_t n_window>
  static U16 lookup(const Window::Row& row, const U16& level) {
    return each([&](std::size_t i) { return row[level[i]]; });
  }

  static void put_word(std::uint16_t& low, std::uint16_t& high, std::uint16_t*& words) {
    *--words = low;
    low = high;
    high = 0;
  }
  static void get_word(std::uint16_t& low, std::uint16_t& high, const std::byte*& words) {
    if (high != 0) return;
    high = low;
    std::memcpy(&low, words, sizeof low);
    words += sizeof low;
  }

  static void encode_raw(U16& low, U16& high, const U16& value, const U16& shift, std::uint16_t*& words) {
    for (std::size_t i = group_lanes; i-- > 0;) {
      if (high[i] >> (16 - shift[i]) != 0) put_word(low[i], high[i], words);
      const std::uint32_t state = (std::uint32_t{high[i]} << 16 | low[i]) << shift[i] | (value[i] & ((1U << shift[i]) - 1U));
      low[i] = static_cast<std::uint16_t>(state);
      high[i] = static_cast<std::uint16_t>(state >> 16);
    }
  }

  template <std::size_t>
  static void look_up(const Window&, const std::uint32_t* entries, std::size_t, const U16& level, const U16& symbol, U16& start,
                      U16& frequency) {
    for (std::size_t i = 0; i < group_lanes; ++i) {
      const std::uint32_t entry = entries[level[i] * n_symbols + symbol[i]];
      start[i] = static_cast<std::uint16_t>(entry);
      frequency[i] = static_cast<std::uint16_t>(entry >> 16);
    }
  }

  static void encode_symbol(U16& low, U16& high, const U16& start, const U16& frequency, const Mask& active,
                            std::uint16_t*& words) {
    for (std::size_t i = group_lanes; i-- > 0;) {
      if (active[i] == 0) continue;
      if (high[i] >> 1 >= frequency[i]) put_word(low[i], high[i], words);
      const std::uint32_t state = std::uint32_t{high[i]} << 16 | low[i];
      const std::uint32_t next = (state / frequency[i] << probability_bits) + state % frequency[i] + start[i];
      low[i] = static_cast<std::uint16_t>(next);
      high[i] = static_cast<std::uint16_t>(next >> 16);
    }
  }

  static void decode_advance(U16& low, U16& high, const U16& frequency, const U16& place, const Mask& active,
                             const std::byte*& words) {
    for (std::size_t i = 0; i < group_lanes; ++i) {
      if (active[i] == 0) continue;
      const std::uint32_t state = std::uint32_t{high[i]} << 16 | low[i];
      const std::uint32_t next = frequency[i] * (state >> probability_bits) + place[i];
      low[i] = static_cast<std::uint16_t>(next);
      high[i] = static_cast<std::uint16_t>(next >> 16);
      get_word(low[i], high[i], words);
    }
  }

  static U16 decode_raw(U16& low, U16& high, const U16& shift, const std::byte*& words) {
    U16 value;
    for (std::size_t i = 0; i < group_lanes; ++i) {
      value[i] = static_cast<std::uint16_t>(low[i] & ((1U << shift[i]) - 1U));
      const std::uint32_t next = (std::uint32_t{high[i]} << 16 | low[i]) >> shift[i];
      low[i] = static_cast<std::uint16_t>(next);
      high[i] = static_cast<std::uint16_t>(next >> 16);
      if (shift[i] != 0) get_word(low[i], high[i], words);
    }
    return value;
  }
};

template <class Count>
void gather(const Count* counts, const std::size_t* starts, std::size_t width, std::uint16_t* row) {
  for (std::size_t lane = 0; lane < n_lanes; ++lane)
    for (std::size_t x = 0; x < width; ++x)
      row[x * n_lanes + lane] =
          starts[lane] == Layout::none
              ? std::uint16_t{0}
              : static_cast<std::uint16_t>(std::min<std::uint32_t>(counts[starts[lane] + x], largest_lane_count));
}

template <class Count>
void scatter(const std::uint16_t* row, std::size_t stride, std::size_t width, Count* counts) {
  for (std::size_t lane = 0; lane < n_lanes; ++lane)
    for (std::size_t x = 0; x < width; ++x)
      counts[lane * stride + x] =
          static_cast<Count>(std::min<std::uint32_t>(row[x * n_lanes + lane], std::numeric_limits<Count>::max()));
}

#include "codec/lanes/plain_loops.inc"
#include "codec/lanes/kernel.inc"

}  // namespace

const Kernels kernels_baseline = make_kernels();

}  // namespace esieve::codec::lanes
