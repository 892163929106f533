// SPDX-License-Identifier: Apache-2.0
//
// Runs of gaps and counts: what is written is read, by every instruction set alike, and damaged streams are read to an end.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/cpu.hpp"
#include "codec/gaps/runs.hpp"
#include "codec/gaps/value_model.hpp"

namespace esieve::codec::gaps {
namespace {

std::uint64_t test_seed() {
  const char* const text = std::getenv("ESIEVE_TEST_SEED");
  return text == nullptr ? 20260 : std::strtoull(text, nullptr, 10);
}

/// Both parts of a payload, as a reader gets them.
struct Payload {
  explicit Payload(RunWriter& writer, const TokenList& tokens = {}) : is_long(writer.is_long()) {
    writer.append(runs);
    RawMemory<std::uint32_t> words;
    append_stream(tokens.tokens(), words, side);
    runs.shrink_to_fit();  // so that a sanitizer sees the first byte beyond
  }
  std::vector<std::byte> runs, side;
  bool is_long;
};

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
  bool any_short = false, any_long = false;
  for (const std::uint32_t n_slots : {1U, 2U, 7U, 100U, 20'000U})
    for (const std::size_t n : {1UL, 2UL, 3UL, 4UL, 5UL, 15UL, 16UL, 17UL, 90UL, 1000UL, 20'000UL}) {
      if (n > n_slots) continue;
      const std::vector<std::uint32_t> positions = random_positions(random, n, n_slots);
      for (const std::uint64_t law_events : {n, std::size_t{1}}) {  // a law that fits, and one that makes the best of it
        const GapLaw law = make_gap_law(law_events, n_slots);
        RunWriter writer;
        write_positions(writer, law, positions);
        write_positions(writer, law, positions);
        const Payload payload(writer);
        (payload.is_long ? any_long : any_short) = true;
        RunReader reader(payload.runs, payload.is_long);
        for (int i = 0; i < 2; ++i) {
          std::vector<std::uint32_t> read(n + run_spare);
          ASSERT_TRUE(read_positions(reader, law, n, n_slots, read.data()));
          read.resize(n);
          ASSERT_EQ(read, positions);
        }
        EXPECT_TRUE(reader.finished());
      }
    }
  EXPECT_TRUE(any_short && any_long);
}

TEST(GapRuns, refuse_positions_beyond_the_slots) {
  const GapLaw law = make_gap_law(4, 100);
  const std::vector<std::uint32_t> positions{3, 40, 41, 90};
  RunWriter writer;
  write_positions(writer, law, positions);
  const Payload payload(writer);
  std::vector<std::uint32_t> read(4 + run_spare);
  for (const std::uint64_t n_slots : {1U, 40U, 41U, 42U, 90U}) {
    RunReader reader(payload.runs, payload.is_long);
    EXPECT_FALSE(read_positions(reader, law, 4, n_slots, read.data())) << n_slots;
  }
  RunReader reader(payload.runs, payload.is_long);
  EXPECT_TRUE(read_positions(reader, law, 4, 91, read.data()));
}

TEST(GapRuns, give_back_values_in_and_outside_their_range) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const ValueRange range : {ValueRange{1, 0}, {2, 0}, {1, 3}, {200, 2}, {1, 15}, {1, 16}})
    for (const std::size_t n : {0UL, 1UL, 3UL, 4UL, 5UL, 16UL, 1003UL, 9001UL}) {
      std::vector<std::uint32_t> values(n);
      for (std::uint32_t& value : values) {
        value = range.first + static_cast<std::uint32_t>(random() % (15U << range.n_low_bits));
        if (random() % 16 == 0) value = 1 + static_cast<std::uint32_t>(random() >> (32 + random() % 31)) % 0xfffffffe;
      }
      const Cdf16 cdf = make_poisson_cdf(std::uint64_t{range.first} << 16, range);
      RunWriter writer;
      TokenList side;
      OutlierModel outliers, read_outliers;
      write_values(writer, side, cdf, range, outliers, values);
      const Payload payload(writer, side);
      RunReader reader(payload.runs, payload.is_long);
      StreamReader side_reader(payload.side);
      std::vector<std::uint32_t> read(n + run_spare);
      ASSERT_TRUE(read_values(reader, side_reader, cdf, range, read_outliers, n, read.data()));
      read.resize(n);
      EXPECT_EQ(read, values);
      EXPECT_TRUE(reader.finished() && side_reader.finished());
    }
}

TEST(GapRuns, take_no_fewer_bits_than_a_reader_counts_on) {
  const std::vector<std::uint32_t> ones(1'000'000, 1);
  std::array<std::uint64_t, n_symbols> weights{1};
  const Cdf16 certain = make_cdf(weights);
  EXPECT_EQ(certain.width(0), probability_one - n_symbols + 1U);
  RunWriter writer;
  TokenList side;
  OutlierModel outliers;
  write_values(writer, side, certain, {1, 0}, outliers, ones);
  const Payload payload(writer);
  EXPECT_GE(RunReader(payload.runs, payload.is_long).most_tokens(), ones.size());
  EXPECT_LT(RunReader(payload.runs, payload.is_long).most_tokens(), ones.size() * 2) << "and not many more";
}

// Counts that a Poisson law tells nothing of are stored by weights of their own, in the bits that these promise.
TEST(GapRuns, store_counts_of_any_distribution_in_few_bits) {
  std::mt19937_64 random(test_seed());
  constexpr std::size_t n = 10'000;
  std::vector<std::uint32_t> counts(n);
  for (std::uint32_t& count : counts) count = random() % 2 == 0 ? 3 : 9;  // a bit each
  LeafClass of;
  of.n_events = n;
  of.mean = Mean16{4} << 16;
  ValueModel model;
  model.reset(of, n);
  model.fit(counts);
  RunWriter writer;
  TokenList side;
  OutlierModel outliers;
  model.code_law(side);
  model.write(writer, side, outliers, counts);
  const Payload payload(writer, side);
  EXPECT_LT(payload.runs.size() + payload.side.size(), n / 8 * 102 / 100 + 128);
  ValueModel reader_model;
  reader_model.reset(of, n);
  RunReader reader(payload.runs, payload.is_long);
  StreamReader side_reader(payload.side);
  OutlierModel read_outliers;
  reader_model.code_law(side_reader);
  std::vector<std::uint32_t> read(n + run_spare);
  ASSERT_TRUE(reader_model.read(reader, side_reader, read_outliers, n, read.data()));
  read.resize(n);
  EXPECT_EQ(read, counts);
}

TEST(GapRuns, end_whatever_a_stream_says) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const GapLaw law = make_gap_law(10, 100'000);
  for (int trial = 0; trial < 1000; ++trial) {
    const bool is_long = trial % 2 == 0;
    std::vector<std::byte> bytes(RunReader::states_bytes(is_long) + random() % 40 * lane_word_bytes);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() >> (trial % 3 == 0 ? 60 : 8));
    bytes.shrink_to_fit();  // so that a sanitizer sees the first byte beyond
    RunReader reader(bytes, is_long);
    std::vector<std::uint32_t> read(1000 + run_spare);
    if (read_positions(reader, law, 1000, 100'000, read.data())) {
      EXPECT_LT(read[999], 100'000U);
      EXPECT_TRUE(std::is_sorted(read.begin(), read.begin() + 1000));
    }
    const std::vector<std::byte> side_bytes(states_bytes);
    StreamReader side(side_bytes);
    OutlierModel outliers;
    RunReader values(bytes, is_long);
    static_cast<void>(read_values(values, side, law.cdf, {1, 2}, outliers, 1000, read.data()));
    EXPECT_FALSE(reader.finished() || values.finished());
  }
}

/// The kernels of an instruction set.
class GapRunKernels : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    if (GetParam() > instruction_set()) GTEST_SKIP() << "this processor lacks the instruction set";
  }
  [[nodiscard]] static const RunKernels& kernels() {
#if defined(__x86_64__)
    if (GetParam() == InstructionSet::avx512) return run_kernels_avx512;
    if (GetParam() == InstructionSet::avx2) return run_kernels_avx2;
#endif
    return run_kernels_baseline;
  }
};

// The same words and states from the same tokens, whatever their law.
TEST_P(GapRunKernels, write_as_the_plain_ones_do) {
  std::mt19937_64 random(test_seed());
  for (const unsigned n_low_bits : {0U, 1U, 7U, 16U})
    for (const std::size_t n : {0UL, 1UL, 15UL, 16UL, 17UL, 32UL, 1000UL}) {
      std::array<std::uint64_t, n_symbols> weights{};
      for (std::uint64_t& weight : weights) weight = random() % 4 == 0 ? 0 : random() >> (random() % 50 + 14);
      const RunLaw law(make_cdf(weights), n_low_bits);
      std::vector<std::uint8_t> symbols(n + run_spare);
      std::vector<std::uint16_t> low(n + run_spare);
      const RunTokens tokens(law, symbols.data(), low.data(), n);
      for (std::size_t i = 0; i < n; ++i) {
        symbols[i] = static_cast<std::uint8_t>(random() % n_symbols);
        low[i] = static_cast<std::uint16_t>(symbols[i] == n_symbols - 1 ? 0 : random() & ((1U << n_low_bits) - 1));
      }
      const auto written_by = [&](const RunKernels& by) {
        std::vector<std::uint16_t> words(2 * n + run_spare, 0);
        std::array<std::uint32_t, most_lanes> states;
        for (std::size_t i = 0; i < most_lanes; ++i)
          states[i] = lane_floor + static_cast<std::uint32_t>(i * 268'000'000);  // up to the largest there are
        std::uint16_t* const end = words.data() + words.size();
        const std::uint16_t* const top = by.write(states.data(), tokens, end);
        return std::pair(std::vector<std::uint16_t>(top, static_cast<const std::uint16_t*>(end)), states);
      };
      EXPECT_EQ(written_by(kernels()), written_by(run_kernels_baseline)) << n << " tokens of " << n_low_bits << " low bits";
    }
}

// Sound streams and random bytes alike: the same results, the same states, as many words.
TEST_P(GapRunKernels, read_as_the_plain_ones_do) {
  std::mt19937_64 random(test_seed());
  for (int trial = 0; trial < 2000; ++trial) {
    const std::uint32_t n_slots = 1 + static_cast<std::uint32_t>(random() % 5000);
    const std::size_t n = 1 + random() % std::min(n_slots, 300U);
    const GapLaw gap_law = make_gap_law(n, n_slots);
    const RunLaw law(gap_law.cdf, gap_law.n_low_bits);
    const std::size_t n_bytes = random() % 600 * lane_word_bytes, n_states_bytes = RunReader::states_bytes(true);
    std::vector<std::byte> bytes(n_bytes + n_states_bytes);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    bytes.shrink_to_fit();
    const auto read_by = [&](const RunKernels& by, bool values) {
      RunCursor cursor{{}, bytes.data(), bytes.data() + n_bytes};
      std::memcpy(cursor.states.data(), cursor.end, n_states_bytes);
      std::vector<std::uint32_t> read(n + run_spare);
      const bool okay =
          values ? by.read_values(cursor, law, n, 7, read.data()) : by.read_positions(cursor, law, n, n_slots, read.data());
      read.resize(okay ? n : 0);
      return std::tuple(okay, read, cursor.states, cursor.next - bytes.data());
    };
    for (const bool values : {false, true}) ASSERT_EQ(read_by(kernels(), values), read_by(run_kernels_baseline, values));
  }
}

INSTANTIATE_TEST_SUITE_P(Each, GapRunKernels, testing::Values(InstructionSet::avx2, InstructionSet::avx512),
                         [](const auto& of) { return of.param == InstructionSet::avx2 ? "avx2" : "avx512"; });

}  // namespace
}  // namespace esieve::codec::gaps
