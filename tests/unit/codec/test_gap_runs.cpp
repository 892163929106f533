// SPDX-License-Identifier: Apache-2.0
//
// Runs of gaps and counts: what is written is read, and damaged streams are read to an end.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "codec/gaps/runs.hpp"

namespace esieve::codec::gaps {
namespace {

std::uint64_t test_seed() {
  const char* const text = std::getenv("ESIEVE_TEST_SEED");
  return text == nullptr ? 20260 : std::strtoull(text, nullptr, 10);
}

std::vector<std::byte> stream_of(const TokenList& tokens) {
  RawMemory<std::uint32_t> words;
  std::vector<std::byte> stream;
  append_stream(tokens.tokens(), words, stream);
  return stream;
}

std::vector<std::uint32_t> random_positions(std::mt19937_64& random, std::size_t n, std::uint32_t n_slots) {
  std::vector<std::uint32_t> positions(n_slots);
  for (std::uint32_t i = 0; i < n_slots; ++i) positions[i] = i;
  std::shuffle(positions.begin(), positions.end(), random);
  positions.resize(n);
  std::sort(positions.begin(), positions.end());
  return positions;
}

TEST(GapRuns, give_back_positions_of_any_number_and_density) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const std::uint32_t n_slots : {1U, 2U, 7U, 100U, 20'000U})
    for (const std::size_t n : {1UL, 2UL, 3UL, 4UL, 5UL, 6UL, 7UL, 8UL, 90UL, 1000UL, 20'000UL}) {
      if (n > n_slots) continue;
      const std::vector<std::uint32_t> positions = random_positions(random, n, n_slots);
      for (const std::uint64_t law_events : {n, std::size_t{1}}) {  // a law that fits, and one that makes the best of it
        const GapLaw law = make_gap_law(law_events, n_slots);
        TokenList tokens;
        tokens.bits(3, 5);  // so that rounds begin with any state
        write_positions(tokens, law, positions);
        write_positions(tokens, law, positions);
        const std::vector<std::byte> bytes = stream_of(tokens);
        StreamReader stream(bytes);
        ASSERT_EQ(stream.bits(3), 5U);
        for (int i = 0; i < 2; ++i) {
          std::vector<std::uint32_t> read(n);
          ASSERT_TRUE(read_positions(stream, law, n, n_slots, read.data()));
          ASSERT_EQ(read, positions);
        }
        EXPECT_TRUE(stream.finished());
      }
    }
}

TEST(GapRuns, refuse_positions_beyond_the_slots) {
  const GapLaw law = make_gap_law(4, 100);
  const std::vector<std::uint32_t> positions{3, 40, 41, 90};
  TokenList tokens;
  write_positions(tokens, law, positions);
  const std::vector<std::byte> bytes = stream_of(tokens);
  std::vector<std::uint32_t> read(4);
  for (const std::uint64_t n_slots : {1U, 40U, 41U, 42U, 90U}) {
    StreamReader stream(bytes);
    EXPECT_FALSE(read_positions(stream, law, 4, n_slots, read.data())) << n_slots;
  }
  StreamReader stream(bytes);
  EXPECT_TRUE(read_positions(stream, law, 4, 91, read.data()));
}

template <class Cdf>
void expect_values(Cdf cdf, const ValueRange& range, const std::vector<std::uint32_t>& values) {
  TokenList tokens;
  OutlierModel outliers;
  Cdf writer = cdf;
  write_values(tokens, writer, range, outliers, values);
  const std::vector<std::byte> bytes = stream_of(tokens);
  StreamReader stream(bytes);
  OutlierModel read_outliers;
  std::vector<std::uint32_t> read(values.size());
  Cdf reader = cdf;
  read_values(stream, reader, range, read_outliers, values.size(), read.data());
  EXPECT_EQ(read, values);
  EXPECT_TRUE(stream.finished());
  EXPECT_EQ(reader.start, writer.start) << "both have learned the same";
}

TEST(GapRuns, give_back_values_in_and_outside_their_range) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const ValueRange range : {ValueRange{1, 0}, {2, 0}, {1, 3}, {200, 2}, {1, 15}})
    for (const std::size_t n : {0UL, 1UL, 3UL, 4UL, 5UL, 1003UL}) {
      std::vector<std::uint32_t> values(n);
      for (std::uint32_t& value : values) {
        value = range.first + static_cast<std::uint32_t>(random() % (15U << range.n_low_bits));
        if (random() % 16 == 0) value = 1 + static_cast<std::uint32_t>(random() >> (32 + random() % 31)) % 0xfffffffe;
      }
      AdaptiveCdf adaptive{};
      adaptive.reset(8);
      expect_values(adaptive, range, values);
      expect_values(make_poisson_cdf(std::uint64_t{range.first} << 16, range), range, values);
    }
}

TEST(GapRuns, take_no_fewer_bits_than_a_reader_counts_on) {
  const std::vector<std::uint32_t> ones(1'000'000, 1);
  std::array<std::uint64_t, n_symbols> weights{1};
  Cdf16 certain = make_cdf(weights);
  EXPECT_EQ(certain.width(0), probability_one - n_symbols + 1U);
  TokenList tokens;
  OutlierModel outliers;
  write_values(tokens, certain, {1, 0}, outliers, ones);
  const std::vector<std::byte> bytes = stream_of(tokens);
  EXPECT_GE(StreamReader(bytes).most_symbols(), ones.size());
  EXPECT_LT(StreamReader(bytes).most_symbols(), ones.size() * 3 / 2) << "and not many more";
}

TEST(GapRuns, end_whatever_a_stream_says) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const GapLaw law = make_gap_law(10, 100'000);
  for (int trial = 0; trial < 500; ++trial) {
    std::vector<std::byte> bytes(states_bytes + random() % 20 * word_bytes);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() >> (trial % 3 == 0 ? 60 : 8));
    bytes.shrink_to_fit();  // so that a sanitizer sees the first byte beyond
    StreamReader stream(bytes);
    std::vector<std::uint32_t> read(1000);
    if (read_positions(stream, law, read.size(), 100'000, read.data())) {
      EXPECT_LT(read.back(), 100'000U);
      EXPECT_TRUE(std::is_sorted(read.begin(), read.end()));
    }
    AdaptiveCdf cdf{};
    cdf.reset(8);
    OutlierModel outliers;
    read_values(stream, cdf, {1, 2}, outliers, read.size(), read.data());
    EXPECT_FALSE(stream.finished());
  }
}

}  // namespace
}  // namespace esieve::codec::gaps
