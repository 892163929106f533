// SPDX-License-Identifier: Apache-2.0
//
// The gaps coder: what goes in comes out, dense and as events, and hostile payloads do no harm.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "codec/gaps/enc_groups.hpp"
#include "codec/gaps/gaps.hpp"
#include "codec/gaps/laws.hpp"
#include "codec/gaps/pixel_place.hpp"
#include "codec/gaps/rans.hpp"
#include "codec/gaps/rate_keys.hpp"
#include "codec/gaps/tracks.hpp"

namespace esieve::codec {
namespace {

std::uint64_t test_seed() {
  const char* const text = std::getenv("ESIEVE_TEST_SEED");
  return text == nullptr ? 20240 : std::strtoull(text, nullptr, 10);
}

/// What the events of a random block look like.
enum class Pattern { even, bright_spot, tracks, two_kinds_of_frames, large_counts };
constexpr Pattern all_patterns[] = {Pattern::even, Pattern::bright_spot, Pattern::tracks, Pattern::two_kinds_of_frames,
                                    Pattern::large_counts};
constexpr Level all_levels[] = {Level::fast, Level::standard, Level::max};

template <class Count>
std::vector<Count> random_block(std::mt19937_64& random, const BlockShape& shape, Pattern pattern, double density) {
  std::vector<Count> counts(shape.n_counts(), 0);
  std::uniform_real_distribution<double> uniform;
  const std::size_t n_pixels = shape.n_pixels();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::size_t frame = i / n_pixels, y = i % n_pixels / shape.det_x, x = i % shape.det_x;
    double rate = density;
    if (pattern == Pattern::bright_spot && y < 3 && x < 3) rate = 3;
    if (pattern == Pattern::two_kinds_of_frames && (frame / 40 + x / 8) % 2 == 0) rate *= 6;
    if (pattern == Pattern::tracks && x > 0 && y > 0 && (counts[i - 1] | counts[i - shape.det_x])) rate = 0.35;
    std::poisson_distribution<int> poisson(rate);
    auto count = static_cast<std::uint64_t>(poisson(random));
    if (count != 0 && pattern == Pattern::tracks) count = 1 + random() % 120;
    if (count != 0 && pattern == Pattern::large_counts && uniform(random) < 0.3) count = random();
    counts[i] = static_cast<Count>(count);
    if (count != 0 && counts[i] == 0) counts[i] = 1;
  }
  return counts;
}

template <class Count>
EventSink events_of(const std::vector<Count>& counts, const BlockShape& shape) {
  EventSink events;
  for (std::uint32_t f = 0; f < shape.n_frames; ++f) {
    const std::size_t before = events.n_events();
    for (std::uint32_t p = 0; p < shape.n_pixels(); ++p)
      if (const Count count = counts[f * shape.n_pixels() + p]; count != 0) {
        events.pixels.push_back(p);
        events.counts.push_back(count);
      }
    events.frame_events.push_back(static_cast<std::uint32_t>(events.n_events() - before));
  }
  return events;
}

/// Encodes, checks both decoders, and returns the payload (empty if the coder did not want the block).
template <class Count>
std::vector<std::byte> expect_round_trip(const std::vector<Count>& counts, const BlockShape& shape, Level level,
                                         Scratch& scratch) {
  const std::vector<std::byte> before{std::byte{42}};
  std::vector<std::byte> out = before;
  if (encode_gaps(counts.data(), shape, level, scratch, out) == GapsOutcome::refused) {
    EXPECT_EQ(out, before) << "a refused block must leave the output alone";
    return {};
  }
  EXPECT_EQ(out.front(), before.front()) << "earlier contents must be kept";
  const std::vector<std::byte> payload(out.begin() + 1, out.end());
  std::vector<Count> dense(counts.size(), Count{77});
  EXPECT_EQ(decode_gaps(payload, shape, scratch, dense.data()), DecodeStatus::okay);
  EXPECT_EQ(dense, counts);
  EventSink sink;
  EXPECT_EQ(decode_gaps_events(payload, shape, scratch, sink), DecodeStatus::okay);
  const EventSink expected = events_of(counts, shape);
  EXPECT_EQ(sink.frame_events, expected.frame_events);
  EXPECT_EQ(sink.pixels, expected.pixels);
  EXPECT_EQ(sink.counts, expected.counts);
  return payload;
}

template <class Count>
class Gaps : public testing::Test {};
using CountTypes = testing::Types<std::uint8_t, std::uint16_t, std::uint32_t>;
TYPED_TEST_SUITE(Gaps, CountTypes);

TYPED_TEST(Gaps, gives_back_random_blocks_of_every_pattern_level_and_shape) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  constexpr BlockShape shapes[] = {{1, 1, 1, 1},     {1, 64, 64, 1}, {3, 5, 7, 3},     {130, 16, 24, 65},
                                   {65, 33, 17, 13}, {7, 1, 300, 7}, {200, 12, 1, 20}, {2, 70, 130, 1}};
  Scratch scratch;  // shared: what one block leaves must not reach the next
  for (const BlockShape& shape : shapes)
    for (const Pattern pattern : all_patterns)
      for (const Level level : all_levels)
        for (const double density : {0.002, 0.03, 0.15}) {
          const auto counts = random_block<TypeParam>(random, shape, pattern, density);
          expect_round_trip(counts, shape, level, scratch);
          if (testing::Test::HasFailure()) {
            FAIL() << shape.n_frames << " x " << shape.det_y << " x " << shape.det_x << " pattern " << static_cast<int>(pattern)
                   << " level " << static_cast<int>(level) << " density " << density;
          }
        }
}

// One class of 2^23 pixels, with events among the last of them.
TYPED_TEST(Gaps, gives_back_frames_of_millions_of_pixels) {
  std::mt19937_64 random(test_seed());
  constexpr std::uint32_t leaf = 16;
  constexpr BlockShape shape{1, 2048, 4096, 1};
  std::vector<TypeParam> counts(shape.n_counts(), 0);
  for (std::uint32_t y = 0; y < shape.det_y; y += leaf)
    for (std::uint32_t x = 0; x < shape.det_x; x += leaf) {
      const std::size_t row = y + leaf == shape.det_y ? leaf - 1 : random() % leaf;
      counts[(y + row) * shape.det_x + x + random() % leaf] = 1;
    }
  Scratch scratch;
  for (const Level level : all_levels)
    EXPECT_FALSE(expect_round_trip(counts, shape, level, scratch).empty()) << "level " << static_cast<int>(level);
}

TYPED_TEST(Gaps, gives_the_same_bytes_whatever_was_coded_before) {
  std::mt19937_64 random(test_seed());
  const BlockShape shape{70, 20, 30, 35};
  for (const Pattern pattern : all_patterns) {
    const auto counts = random_block<TypeParam>(random, shape, pattern, 0.03);
    const auto other = random_block<TypeParam>(random, shape, Pattern::tracks, 0.01);
    for (const Level level : all_levels) {
      Scratch fresh, used;
      std::vector<std::byte> a, b, ignored;
      ASSERT_NE(encode_gaps(other.data(), shape, level, used, ignored), GapsOutcome::refused);
      ASSERT_NE(encode_gaps(counts.data(), shape, level, fresh, a), GapsOutcome::refused);
      ASSERT_NE(encode_gaps(counts.data(), shape, level, used, b), GapsOutcome::refused);
      EXPECT_EQ(a, b);
    }
  }
}

TYPED_TEST(Gaps, survives_damaged_and_truncated_payloads) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const BlockShape shape{90, 24, 40, 30};
  Scratch scratch;
  std::size_t n_refused = 0, n_tried = 0;
  for (const Pattern pattern : all_patterns)
    for (const Level level : all_levels) {
      const auto counts = random_block<TypeParam>(random, shape, pattern, 0.03);
      std::vector<std::byte> payload;
      ASSERT_NE(encode_gaps(counts.data(), shape, level, scratch, payload), GapsOutcome::refused);
      for (int trial = 0; trial < 60; ++trial, ++n_tried) {
        std::vector<std::byte> damaged = payload;
        if (trial % 3 == 0)
          damaged.resize(random() % damaged.size());
        else
          for (int hits = trial % 3; hits-- > 0;)
            damaged[trial % 2 == 0 ? random() % damaged.size() : random() % 8] ^= static_cast<std::byte>(1 + random() % 255);
        damaged.shrink_to_fit();  // so that a sanitizer sees the first byte beyond
        std::vector<TypeParam> dense(counts.size());
        const DecodeStatus status = decode_gaps(damaged, shape, scratch, dense.data());
        EventSink sink;
        const DecodeStatus event_status = decode_gaps_events(damaged, shape, scratch, sink);
        n_refused += status != DecodeStatus::okay;
        std::vector<std::uint32_t> slots, slot_counts;
        if (decode_gaps_slots(damaged, shape, scratch, slots, slot_counts) != DecodeStatus::okay) slots.clear();
        for (const std::uint32_t slot : slots) ASSERT_LT(slot, shape.n_counts());
        if (event_status != DecodeStatus::okay) continue;
        for (const std::uint32_t pixel : sink.pixels) ASSERT_LT(pixel, shape.n_pixels());
      }
    }
  EXPECT_GT(n_refused, n_tried * 9 / 10) << "the states at the end of the stream tell damage";
}

TEST(GapsCoder, refuses_blocks_that_are_mostly_lit) {
  const BlockShape shape{20, 10, 10, 20};
  const std::vector<std::uint16_t> counts(shape.n_counts(), 3);
  Scratch scratch;
  std::vector<std::byte> out;
  EXPECT_EQ(encode_gaps(counts.data(), shape, Level::fast, scratch, out), GapsOutcome::refused);
  EXPECT_TRUE(out.empty());
}

TEST(GapsCoder, refuses_unknown_flags_and_other_shapes) {
  std::mt19937_64 random(test_seed());
  const BlockShape shape{40, 16, 16, 40};
  const auto counts = random_block<std::uint8_t>(random, shape, Pattern::even, 0.05);
  Scratch scratch;
  std::vector<std::byte> payload;
  ASSERT_NE(encode_gaps(counts.data(), shape, Level::standard, scratch, payload), GapsOutcome::refused);
  EventSink sink;
  EXPECT_EQ(decode_gaps_events({}, shape, scratch, sink), DecodeStatus::truncated);
  EXPECT_EQ(decode_gaps_events(payload, {0, 16, 16, 0}, scratch, sink), DecodeStatus::out_of_range);
  EXPECT_NE(decode_gaps_events(payload, {41, 16, 16, 41}, scratch, sink), DecodeStatus::okay);
  const std::byte flags = payload[0];
  for (const unsigned unknown : {0x10U, 0x60U, 0x80U}) {  // tracks in groups; learned patterns, but no tracks
    payload[0] = flags | static_cast<std::byte>(unknown);
    EXPECT_EQ(decode_gaps_events(payload, shape, scratch, sink), DecodeStatus::unknown_version) << unknown;
  }
  payload[0] = flags ^ std::byte{0x08};  // runs of another number of states
  EXPECT_NE(decode_gaps_events(payload, shape, scratch, sink), DecodeStatus::okay);
}

/// A disc whose pixels are lit by chance, at the same place in every frame or at one of its own in each.
std::vector<std::uint16_t> disc_frames(const BlockShape& shape, bool moves, double lit_share = 0.4) {
  std::mt19937_64 random(test_seed());
  std::vector<std::uint16_t> counts(shape.n_counts());
  std::bernoulli_distribution in_disc(lit_share), elsewhere(0.003);
  for (std::uint32_t f = 0; f < shape.n_frames; ++f) {
    const double cy = moves ? 10 + static_cast<double>(random() % 40) : 30,
                 cx = moves ? 10 + static_cast<double>(random() % 40) : 30;
    for (std::uint32_t y = 0; y < shape.det_y; ++y)
      for (std::uint32_t x = 0; x < shape.det_x; ++x) {
        const bool inside = (y - cy) * (y - cy) + (x - cx) * (x - cx) < 64;
        counts[(std::size_t{f} * shape.det_y + y) * shape.det_x + x] = inside ? in_disc(random) : elsewhere(random);
      }
  }
  return counts;
}

TEST(GapsCoder, refuses_events_that_know_of_each_other_only_when_told_to) {
  const BlockShape shape{80, 60, 60, 80};
  Scratch scratch;
  for (const Level level : all_levels)
    for (const bool moves : {false, true}) {
      const std::vector<std::uint16_t> counts = disc_frames(shape, moves);
      std::vector<std::byte> taken, payload;
      EXPECT_NE(encode_gaps(counts.data(), shape, level, scratch, taken, Related::taken), GapsOutcome::refused);
      EXPECT_EQ(encode_gaps(counts.data(), shape, level, scratch, payload, Related::refused),
                moves ? GapsOutcome::refused : GapsOutcome::coded_well);
      EXPECT_EQ(payload, moves ? std::vector<std::byte>() : taken);
    }
}

TEST(GapsCoder, takes_solid_shapes_wherever_it_is_asked) {
  const BlockShape shape{80, 60, 60, 80};
  const std::vector<std::uint16_t> counts = disc_frames(shape, /*moves=*/true, /*lit_share=*/1);
  Scratch scratch;
  for (const Level level : all_levels) {
    std::vector<std::byte> payload, taken;
    EXPECT_EQ(encode_gaps(counts.data(), shape, level, scratch, payload, Related::refused), GapsOutcome::coded);
    EXPECT_NE(encode_gaps(counts.data(), shape, level, scratch, taken, Related::taken), GapsOutcome::refused);
    EXPECT_EQ(payload, taken);
  }
}

/// Frames of a few domains, each of which lights its own pixels.
std::vector<std::uint16_t> domain_frames(const BlockShape& shape) {
  std::mt19937_64 random(test_seed());
  std::vector<std::uint16_t> counts(shape.n_counts());
  for (std::uint32_t f = 0; f < shape.n_frames; ++f)
    for (std::uint32_t i = 0; i < shape.n_pixels() / 50; ++i)  // multiples of 8, from one of four places on
      counts[f * shape.n_pixels() + random() % (shape.n_pixels() / 32) * 8 + f * 4 / shape.n_frames * (shape.n_pixels() / 4)] = 1;
  return counts;
}

TEST(GapsCoder, takes_related_events_beside_other_coders_in_tracks_and_where_frames_fall_into_groups) {
  const BlockShape shape{240, 60, 60, 240};
  const auto outcome = [&](const std::vector<std::uint16_t>& counts, Level level) {
    Scratch scratch;
    std::vector<std::byte> payload;
    const GapsOutcome result = encode_gaps(counts.data(), shape, level, scratch, payload, Related::taken_in_tracks_or_groups);
    EXPECT_EQ(payload.empty(), result == GapsOutcome::refused);
    return result;
  };
  for (const Level level : {Level::standard, Level::max}) {
    EXPECT_EQ(outcome(disc_frames(shape, /*moves=*/false), level), GapsOutcome::coded_well);
    EXPECT_EQ(outcome(disc_frames(shape, /*moves=*/true), level), GapsOutcome::coded) << "tracks";
    EXPECT_EQ(outcome(disc_frames(shape, /*moves=*/true, 0.1), level), GapsOutcome::refused);
    EXPECT_EQ(outcome(domain_frames(shape), level), GapsOutcome::coded_well) << "groups";
  }
}

TEST(GroupFinder, looks_only_at_frames_that_differ_by_more_than_chance) {
  const BlockShape shape{80, 60, 60, 80};
  for (const bool moves : {false, true}) {
    const EventSink events = events_of(disc_frames(shape, moves), shape);
    const ListedEvents listed{events.frame_events, events.pixels, events.counts};
    EXPECT_EQ(gaps::GroupFinder::may_find(listed, shape, Level::standard), moves);
    EXPECT_EQ(gaps::GroupFinder::may_find(listed, shape, Level::max), moves);
    EXPECT_FALSE(gaps::GroupFinder::may_find(listed, shape, Level::fast)) << "no time for it";
  }
}

TEST(GroupFinder, takes_detectors_of_any_shape) {
  for (const BlockShape shape : {BlockShape{70, 1, 5000, 70}, BlockShape{70, 5000, 1, 70}, BlockShape{64, 1, 1, 64}}) {
    std::mt19937_64 random(test_seed());
    std::vector<std::uint16_t> counts(shape.n_counts());
    std::bernoulli_distribution lit(0.05);
    for (std::uint16_t& count : counts) count = lit(random);
    Scratch scratch;
    for (const Level level : all_levels) expect_round_trip(counts, shape, level, scratch);
  }
}

TEST(PixelPlace, divides_as_division_does) {
  std::mt19937_64 random(test_seed());
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const auto det_x = static_cast<std::uint32_t>(i < 300 ? i + 1 : 1 + (random() >> random() % 32) % 0xffffffff);
    const gaps::PixelPlace place(det_x);
    for (const std::uint32_t pixel : {0U, det_x - 1, det_x, static_cast<std::uint32_t>(random() >> random() % 32), 0xffffffffU}) {
      ASSERT_EQ(place.row(pixel), pixel / det_x) << pixel << " / " << det_x;
      ASSERT_EQ(place.column(pixel, place.row(pixel)), pixel % det_x) << pixel << " % " << det_x;
    }
  }
}

TEST(GapsCoder, refuses_counts_beyond_the_type) {
  const BlockShape shape{1, 8, 8, 1};
  std::vector<std::uint16_t> counts(64, 0);
  counts[5] = 256;
  Scratch scratch;
  std::vector<std::byte> payload;
  ASSERT_NE(encode_gaps(counts.data(), shape, Level::fast, scratch, payload), GapsOutcome::refused);
  std::vector<std::uint8_t> narrow(64);
  EXPECT_EQ(decode_gaps(payload, shape, scratch, narrow.data()), DecodeStatus::out_of_range);
}

TEST(GapsCoder, costs_little_more_than_the_entropy_of_even_random_events) {
  std::mt19937_64 random(7);
  const BlockShape shape{256, 64, 64, 256};
  const auto counts = random_block<std::uint8_t>(random, shape, Pattern::even, 0.01);
  Scratch scratch;
  std::vector<std::byte> payload;
  ASSERT_NE(encode_gaps(counts.data(), shape, Level::standard, scratch, payload), GapsOutcome::refused);
  const double entropy_bits = 0.081757 * static_cast<double>(shape.n_counts());  // of Poisson(0.01)
  EXPECT_LT(8.0 * static_cast<double>(payload.size()), 1.01 * entropy_bits);
}

TEST(GapsCoder, gains_from_tracks_and_from_groups_of_frames) {
  std::mt19937_64 random(9);
  const BlockShape shape{640, 32, 32, 80};
  Scratch scratch;
  for (const Pattern pattern : {Pattern::tracks, Pattern::two_kinds_of_frames}) {
    const double density = pattern == Pattern::tracks ? 0.01 : 0.03;
    const auto counts = random_block<std::uint16_t>(random, shape, pattern, density);
    std::vector<std::byte> payload;
    ASSERT_NE(encode_gaps(counts.data(), shape, Level::max, scratch, payload), GapsOutcome::refused);
    const auto flags = std::to_integer<unsigned>(payload[0]);
    EXPECT_EQ((flags & 0xc0) == 0xc0, pattern == Pattern::tracks);
    EXPECT_EQ((flags & 0x20) != 0, pattern == Pattern::two_kinds_of_frames);
  }
}

TEST(GapsCoder, codes_quads_in_runs_but_learns_them_where_time_does_not_matter_or_shapes_are_solid) {
  std::mt19937_64 random(9);
  const BlockShape tracks_shape{320, 32, 32, 80}, disc_shape{80, 60, 60, 80};
  const auto tracks = random_block<std::uint16_t>(random, tracks_shape, Pattern::tracks, 0.01);
  const auto disc = disc_frames(disc_shape, /*moves=*/true, /*lit_share=*/1);
  Scratch scratch;
  for (const Level level : all_levels) {
    std::vector<std::byte> of_tracks, of_disc;
    ASSERT_NE(encode_gaps(tracks.data(), tracks_shape, level, scratch, of_tracks), GapsOutcome::refused);
    ASSERT_NE(encode_gaps(disc.data(), disc_shape, level, scratch, of_disc), GapsOutcome::refused);
    EXPECT_EQ(std::to_integer<unsigned>(of_tracks[0]) & 0xc0, level == Level::max ? 0xc0U : 0x40U);
    EXPECT_EQ(std::to_integer<unsigned>(of_disc[0]) & 0xc0, 0xc0U);
    of_tracks[0] ^= std::byte{0x80};  // said to be coded the other way
    EventSink sink;
    EXPECT_NE(decode_gaps_events(of_tracks, tracks_shape, scratch, sink), DecodeStatus::okay);
  }
}

}  // namespace

namespace gaps {
namespace {

TEST(QuadClasses, are_all_in_use_and_starters_have_their_own) {
  std::array<unsigned, n_quad_classes> n_contexts{};
  for (const std::uint8_t c : quad_classes) ++n_contexts.at(c);
  EXPECT_EQ(std::count(n_contexts.begin(), n_contexts.end(), 0U), 0);
  EXPECT_EQ(n_contexts[0], 2U);
  EXPECT_EQ(quad_classes[0], 0);
  EXPECT_EQ(quad_classes[128], 0) << "nothing touches, something lies two rows above";
}

TEST(QuadLaw, takes_little_more_than_the_entropy_and_leaves_nothing_out_that_occurs) {
  std::mt19937_64 random(test_seed());
  for (int turn = 0; turn < 200; ++turn) {
    std::array<std::uint32_t, n_symbols> n_of{};
    for (std::uint32_t& n : n_of) n = random() % 3 == 0 ? 0 : static_cast<std::uint32_t>(random() >> (40 + random() % 24));
    QuadLaw law;
    law.fit(n_of);
    ASSERT_EQ(law.n, std::accumulate(n_of.begin(), n_of.end(), 0U));
    const Cdf16 cdf = law.cdf();
    double entropy = 0, bits = 0;
    for (unsigned pattern = 0; pattern < n_symbols; ++pattern) {
      ASSERT_EQ(law.weights[pattern] == 0, n_of[pattern] == 0);
      if (n_of[pattern] == 0) continue;
      entropy += n_of[pattern] * std::log2(static_cast<double>(law.n) / n_of[pattern]);
      bits += n_of[pattern] * std::log2(static_cast<double>(probability_one) / cdf.width(pattern));
    }
    EXPECT_LE(bits, 1.01 * entropy + 0.01 * law.n);
  }
}

TEST(GapLaw, gives_every_symbol_a_share_and_follows_the_geometric_law) {
  for (const auto& [n_events, n_slots] :
       {std::pair{1ULL, 1ULL}, {1ULL, 2ULL}, {7ULL, 7ULL}, {1ULL, 1ULL << 31}, {1000ULL, 4000ULL}}) {
    const GapLaw law = make_gap_law(n_events, n_slots);
    for (unsigned s = 0; s < n_symbols; ++s) EXPECT_GE(law.cdf.width(s), 1U);
    EXPECT_EQ(law.cdf.start[0], 0);
    EXPECT_EQ(law.cdf.start[n_symbols], probability_one);
  }
  const GapLaw law = make_gap_law(1000, 4000);  // 1/4, 3/16, 9/64, ...
  EXPECT_EQ(law.n_low_bits, 0);
  EXPECT_NEAR(law.cdf.width(0), probability_one / 4.0, 16);
  EXPECT_NEAR(law.cdf.width(2), probability_one * 9 / 64.0, 16);
}

TEST(AdaptiveCdf, keeps_every_interval_open_and_learns) {
  AdaptiveCdf cdf{};
  cdf.reset(8);
  for (int i = 0; i < 5000; ++i) {
    cdf.learn(3);
    for (unsigned s = 0; s < n_symbols; ++s) ASSERT_GE(cdf.width(s), 1U);
  }
  EXPECT_GT(cdf.width(3), probability_one * 9 / 10);
  for (std::uint32_t slot = 0; slot < probability_one; ++slot) {
    const unsigned symbol = cdf.find(slot);
    ASSERT_LE(cdf.start[symbol], slot);
    ASSERT_GT(cdf.start[symbol + 1], slot);
  }
}

TEST(AdaptiveCdf, the_mean_of_two_keeps_every_interval_open) {
  std::mt19937_64 random(test_seed());
  AdaptiveCdf a{}, b{};
  a.reset(8);
  b.reset(8);
  for (int i = 0; i < 5000; ++i) {
    const Cdf16 both = mean(a, b);
    ASSERT_EQ(both.start[0], 0);
    ASSERT_EQ(both.start[n_symbols], probability_one);
    for (unsigned s = 0; s < n_symbols; ++s) {
      ASSERT_GE(both.width(s), 1U);
      ASSERT_LE(std::abs(2 * static_cast<int>(both.width(s)) - static_cast<int>(a.width(s) + b.width(s))), 1);
    }
    a.learn(i < 2500 ? 3 : static_cast<unsigned>(random() % n_symbols));
    b.learn(static_cast<unsigned>(random() % 2) * 15);
  }
}

TEST(RansStream, gives_back_tokens_of_every_kind) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::vector<std::uint32_t> values(5000);
  for (std::uint32_t& value : values) value = static_cast<std::uint32_t>(random());
  const Cdf16 fixed = make_gap_law(3, 100000).cdf;
  AdaptiveCdf cdf{};
  cdf.reset(5);
  TokenList tokens;
  for (const std::uint32_t value : values) {
    EXPECT_EQ(tokens.symbol(fixed, value >> 28), value >> 28);
    EXPECT_EQ(tokens.symbol(cdf, value & 15), value & 15);
    EXPECT_EQ(tokens.bits(16, value & 0xffff), value & 0xffff);
  }
  RawMemory<std::uint32_t> words;
  std::vector<std::byte> stream;
  append_stream(tokens.tokens(), words, stream);
  StreamReader reader(stream);
  cdf.reset(5);
  for (const std::uint32_t value : values) {
    EXPECT_EQ(reader.symbol(fixed), value >> 28);
    EXPECT_EQ(reader.symbol(cdf), value & 15);
    EXPECT_EQ(reader.bits(16), value & 0xffff);
  }
  EXPECT_TRUE(reader.finished());
}

TEST(RateKeys, cover_all_numbers_of_events_in_order) {
  for (std::uint32_t n = 0; n < 5000; ++n) {
    const std::uint16_t key = rate_key(n);
    EXPECT_LE(lowest_of_key(key), n);
    EXPECT_GT(lowest_of_key(static_cast<std::uint16_t>(key + 1)), n);
  }
}

}  // namespace
}  // namespace gaps
}  // namespace esieve::codec
