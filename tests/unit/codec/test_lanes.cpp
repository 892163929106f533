// SPDX-License-Identifier: Apache-2.0
//
// The lanes coder: what goes in comes out on every instruction set, with the same bytes, and hostile payloads do no
// harm.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "base/cpu.hpp"
#include "codec/chunk/count_coder.hpp"
#include "codec/gaps/extract.hpp"
#include "codec/lanes/enc_model.hpp"
#include "codec/lanes/lanes.hpp"
#include "codec/lanes/workspace.hpp"
#include "codec/portable_log2.hpp"

namespace esieve::codec {
namespace {

constexpr Level all_levels[] = {Level::fast, Level::standard, Level::max};

std::uint64_t test_seed() {
  const char* const text = std::getenv("ESIEVE_TEST_SEED");
  return text == nullptr ? 604 : std::strtoull(text, nullptr, 10);
}

/// What a random block looks like: a smooth disc of counts up to `brightest`, dark and hot pixels, and charge shared
/// with the next pixel.
struct Scene {
  double brightest = 3;
  bool dark_pixels = true;
  bool hot_pixel = false;
};

template <class Count>
std::vector<Count> random_block(std::mt19937_64& random, const BlockShape& shape, const Scene& scene) {
  std::vector<Count> counts(shape.n_counts());
  for (std::size_t f = 0; f < shape.n_frames; ++f)
    for (std::size_t y = 0; y < shape.det_y; ++y)
      for (std::size_t x = 0; x < shape.det_x; ++x) {
        const std::size_t pixel = y * shape.det_x + x;
        const double dy = static_cast<double>(y) / shape.det_y - 0.5, dx = static_cast<double>(x) / shape.det_x - 0.5;
        double rate = scene.brightest * std::exp(-12 * (dx * dx + dy * dy)) + 0.02;
        if (scene.dark_pixels && pixel % 11 == 3) rate = 0;
        if (scene.hot_pixel && pixel == shape.n_pixels() / 2) rate = std::numeric_limits<Count>::max() * 0.9;
        auto count = std::poisson_distribution<std::uint64_t>(rate)(random);
        if (x > 0 && rate > 0 && random() % 4 == 0) count += counts[f * shape.n_pixels() + pixel - 1] / 2U;
        counts[f * shape.n_pixels() + pixel] =
            static_cast<Count>(std::min<std::uint64_t>(count, std::numeric_limits<Count>::max()));
      }
  return counts;
}

std::vector<const lanes::Kernels*> kernels_here() {
  std::vector<const lanes::Kernels*> all = {&lanes::kernels_baseline};
#if defined(__x86_64__)
  if (instruction_set() >= InstructionSet::avx2) all.push_back(&lanes::kernels_avx2);
  if (instruction_set() >= InstructionSet::avx512) all.push_back(&lanes::kernels_avx512);
#endif
  return all;
}

/// Encodes and decodes with every kernel; the bytes must not differ.
template <class Count>
std::size_t expect_round_trip(const std::vector<Count>& counts, const BlockShape& shape, Level level) {
  std::vector<std::byte> first;
  for (const lanes::Kernels* kernels : kernels_here()) {
    Scratch scratch;
    scratch.get<lanes::Workspace>().kernels = kernels;
    std::vector<std::byte> out(3, std::byte{7});
    EXPECT_TRUE(encode_lanes(counts.data(), shape, level, scratch, out));
    EXPECT_EQ(out[2], std::byte{7}) << "what was there must stay";
    const std::vector<std::byte> payload(out.begin() + 3, out.end());
    if (first.empty()) first = payload;
    EXPECT_EQ(payload, first) << "bytes depend on the instruction set";
    std::vector<Count> back(counts.size(), Count{5});
    EXPECT_EQ(decode_lanes<Count>(payload, shape, scratch, back.data()), DecodeStatus::okay);
    EXPECT_TRUE(back == counts);
  }
  return first.size();
}

TEST(Lanes, gives_back_blocks_of_every_shape_on_every_instruction_set) {
  SCOPED_TRACE("seed " + std::to_string(test_seed()));
  std::mt19937_64 random(test_seed());
  const BlockShape shapes[] = {{1, 40, 33, 1},   {2, 9, 11, 2},    {3, 130, 17, 3}, {7, 65, 64, 7},  {8, 9, 31, 8},
                               {9, 1, 200, 9},   {31, 17, 16, 31}, {33, 5, 70, 33}, {64, 12, 12, 8}, {127, 6, 5, 127},
                               {128, 7, 3, 128}, {129, 3, 40, 43}, {300, 10, 9, 20}};
  for (const BlockShape& shape : shapes)
    for (const Level level : all_levels) {
      SCOPED_TRACE(std::to_string(shape.n_frames) + " frames of " + std::to_string(shape.det_y) + " x " +
                   std::to_string(shape.det_x));
      expect_round_trip(random_block<std::uint8_t>(random, shape, {}), shape, level);
      expect_round_trip(random_block<std::uint16_t>(random, shape, {.brightest = 900}), shape, level);
    }
}

TEST(Lanes, gives_back_counts_of_any_size) {
  std::mt19937_64 random(test_seed());
  const BlockShape shape{140, 20, 24, 140};
  for (const Level level : all_levels) {
    expect_round_trip(random_block<std::uint8_t>(random, shape, {.brightest = 100, .hot_pixel = true}), shape, level);
    expect_round_trip(random_block<std::uint16_t>(random, shape, {.brightest = 9000, .hot_pixel = true}), shape, level);
    expect_round_trip(random_block<std::uint32_t>(random, shape, {.brightest = 30, .hot_pixel = true}), shape, level);
    expect_round_trip(random_block<std::uint32_t>(random, shape, {.brightest = 2e6}), shape, level);
  }
}

TEST(Lanes, gives_back_the_counts_around_the_largest_a_lane_holds) {
  const BlockShape shape{130, 4, 8, 130};
  std::vector<std::uint32_t> counts(shape.n_counts());
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = static_cast<std::uint32_t>(lanes::largest_lane_count - 2 + i % 5);
  for (const Level level : all_levels) expect_round_trip(counts, shape, level);
}

TEST(Lanes, gives_the_same_events_as_counts) {
  std::mt19937_64 random(test_seed());
  const BlockShape shape{20, 16, 20, 20};
  const auto counts = random_block<std::uint16_t>(random, shape, {});
  CoderScratch scratch;
  std::vector<std::byte> payload;
  ASSERT_TRUE(encode_lanes(counts.data(), shape, Level::standard, scratch.coders, payload));
  EventSink sink;
  ASSERT_EQ(decode_count_events(payload, CountCoder::lanes, sizeof counts[0], shape, scratch, sink), DecodeStatus::okay);
  ASSERT_EQ(sink.frame_events.size(), shape.n_frames);
  std::vector<std::uint16_t> back(counts.size());
  std::size_t at = 0;
  for (std::size_t f = 0; f < shape.n_frames; ++f)
    for (std::uint32_t i = 0; i < sink.frame_events[f]; ++i, ++at)
      back[f * shape.n_pixels() + sink.pixels[at]] = static_cast<std::uint16_t>(sink.counts[at]);
  EXPECT_EQ(back, counts);
}

TEST(Lanes, comes_near_the_entropy_of_poisson_counts) {
  std::mt19937_64 random(test_seed());
  const BlockShape shape{1024, 16, 32, 1024};
  std::vector<std::uint8_t> counts(shape.n_counts());
  double bits = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double rate = 0.1 + 2.0 * static_cast<double>(i % 32) / 32;
    const auto count = std::poisson_distribution<int>(rate)(random);
    bits -= (count * std::log(rate) - rate - std::lgamma(count + 1.0)) / std::log(2.0);
    counts[i] = static_cast<std::uint8_t>(count);
  }
  EXPECT_LT(static_cast<double>(expect_round_trip(counts, shape, Level::fast)), 1.04 * bits / 8);
  EXPECT_LT(static_cast<double>(expect_round_trip(counts, shape, Level::max)), 1.02 * bits / 8);
}

TEST(Lanes, declines_what_it_cannot_make_smaller) {
  std::mt19937_64 random(test_seed());
  const BlockShape shape{64, 32, 32, 64};
  std::vector<std::uint8_t> counts(shape.n_counts());
  Scratch scratch;
  std::vector<std::byte> out(5, std::byte{1});
  EXPECT_FALSE(encode_lanes(counts.data(), shape, Level::standard, scratch, out)) << "nothing lit";
  for (auto& count : counts) count = static_cast<std::uint8_t>(random());
  EXPECT_FALSE(encode_lanes(counts.data(), shape, Level::standard, scratch, out)) << "noise";
  EXPECT_EQ(out.size(), 5U);
}

// A row of all lanes takes 256 bytes a pixel.
TEST(Lanes, refuses_rows_that_would_take_too_much_memory) {
  const BlockShape widest{1, 1, most_lanes_width, 1}, wider{1, 1, most_lanes_width + 1, 1};
  std::vector<std::uint8_t> counts(wider.n_counts());
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = i % 3 == 0;
  Scratch scratch;
  std::vector<std::byte> out;
  EXPECT_FALSE(encode_lanes(counts.data(), wider, Level::standard, scratch, out));
  EXPECT_TRUE(out.empty());
  EXPECT_TRUE(lanes_pixel_sums(scratch).empty());
  ASSERT_TRUE(encode_lanes(counts.data(), widest, Level::standard, scratch, out));
  std::vector<std::uint8_t> dense(counts.size());
  EXPECT_EQ(decode_lanes(out, widest, scratch, dense.data()), DecodeStatus::okay);
  EXPECT_EQ(decode_lanes(out, wider, scratch, dense.data()), DecodeStatus::out_of_range);
}

TEST(Lanes, are_the_same_bytes_where_somebody_has_listed_the_events) {
  std::mt19937_64 random(test_seed());
  const BlockShape shape{70, 40, 50, 70};
  const auto counts = random_block<std::uint16_t>(random, shape, {.brightest = 0.3});
  gaps::ExtractedEvents extracted;
  gaps::extract_events(counts.data(), shape, counts.size(), extracted);
  const ListedEvents events = extracted.list();
  for (const Level level : {Level::fast, Level::standard, Level::max}) {
    Scratch scratch;
    std::vector<std::byte> without, with;
    ASSERT_TRUE(encode_lanes(counts.data(), shape, level, scratch, without));
    const std::span<std::uint64_t> sums = lanes_pixel_sums(scratch);
    const std::vector<std::uint64_t> summed(sums.begin(), sums.end());
    ASSERT_FALSE(summed.empty());
    ASSERT_TRUE(encode_lanes(counts.data(), shape, level, scratch, with, without.size() * 2, &events));
    EXPECT_EQ(with, without);
    EXPECT_TRUE(std::equal(summed.begin(), summed.end(), lanes_pixel_sums(scratch).begin(), lanes_pixel_sums(scratch).end()));
  }
}

TEST(Lanes, declines_what_a_sample_says_another_coder_does_better) {
  std::mt19937_64 random(test_seed());
  const BlockShape shape{70, 40, 50, 70};
  const auto counts = random_block<std::uint16_t>(random, shape, {.brightest = 3});
  for (const Level level : {Level::fast, Level::standard, Level::max}) {
    Scratch scratch;
    std::vector<std::byte> alone, beside;
    ASSERT_TRUE(encode_lanes(counts.data(), shape, level, scratch, alone));
    EXPECT_FALSE(encode_lanes(counts.data(), shape, level, scratch, beside, alone.size() * 3 / 4));
    EXPECT_TRUE(beside.empty());
    EXPECT_TRUE(encode_lanes(counts.data(), shape, level, scratch, beside, alone.size() * 5 / 4));
    EXPECT_EQ(beside, alone);
  }
}

TEST(Lanes, refuses_payloads_that_are_cut_short_or_too_long) {
  std::mt19937_64 random(test_seed());
  const BlockShape shape{70, 12, 20, 70};
  const auto counts = random_block<std::uint16_t>(random, shape, {.brightest = 40});
  Scratch scratch;
  std::vector<std::byte> payload;
  ASSERT_TRUE(encode_lanes(counts.data(), shape, Level::standard, scratch, payload));
  std::vector<std::uint16_t> back(counts.size());
  for (std::size_t size = 0; size < payload.size(); size += 1 + size / 7) {
    const std::vector<std::byte> part(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(decode_lanes<std::uint16_t>(part, shape, scratch, back.data()), DecodeStatus::okay) << size;
  }
  payload.push_back(std::byte{0});
  EXPECT_EQ(decode_lanes<std::uint16_t>(payload, shape, scratch, back.data()), DecodeStatus::trailing_bytes);
}

TEST(Lanes, survives_flipped_bits_and_other_shapes) {
  SCOPED_TRACE("seed " + std::to_string(test_seed()));
  std::mt19937_64 random(test_seed());
  const BlockShape shape{40, 12, 20, 40};
  const auto counts = random_block<std::uint8_t>(random, shape, {.brightest = 20});
  for (const lanes::Kernels* kernels : kernels_here()) {
    Scratch scratch;
    scratch.get<lanes::Workspace>().kernels = kernels;
    std::vector<std::byte> payload;
    ASSERT_TRUE(encode_lanes(counts.data(), shape, Level::max, scratch, payload));
    std::vector<std::uint8_t> back(counts.size());
    int n_unnoticed = 0;
    for (int i = 0; i < 300; ++i) {
      std::vector<std::byte> hostile = payload;
      hostile[random() % hostile.size()] ^= static_cast<std::byte>(1U << random() % 8);
      if (decode_lanes<std::uint8_t>(hostile, shape, scratch, back.data()) == DecodeStatus::okay) ++n_unnoticed;
    }
    // The final states of 128 coders give away nearly all damage, though it is for checksums to find.
    EXPECT_LT(n_unnoticed, 30);
    const BlockShape other{60, 8, 20, 60};
    EXPECT_NE(decode_lanes<std::uint8_t>(payload, other, scratch, back.data()), DecodeStatus::okay);
  }
}

TEST(Lanes, side_numbers_come_back) {
  std::mt19937_64 random(test_seed());
  std::vector<std::int32_t> numbers = {0, 1, -1, std::numeric_limits<std::int32_t>::max(),
                                       std::numeric_limits<std::int32_t>::min()};
  for (int i = 0; i < 2000; ++i) numbers.push_back(static_cast<std::int32_t>(random()) >> random() % 32);
  std::vector<std::byte> bytes;
  lanes::SideEncoder encoder(bytes);
  lanes::AdaptiveNumber model;
  for (const std::int32_t number : numbers) encoder.signed_number(model, number);
  encoder.finish();
  lanes::SideDecoder decoder(bytes);
  model = {};
  for (const std::int32_t number : numbers) ASSERT_EQ(decoder.signed_number(model), number);
}

TEST(Lanes, every_pixel_of_every_frame_has_one_lane) {
  for (const std::uint32_t n_frames : {1U, 5U, 8U, 40U, 100U, 200U, 1001U, 1008U, 1100U}) {
    const BlockShape shape{n_frames % 1000, n_frames == 40 ? 5U : 75U, 3, n_frames % 1000};
    const lanes::Layout layout(shape, n_frames < 1000);
    std::vector<int> n_seen(shape.n_counts());
    for (std::size_t step = 0; step < layout.n_steps; ++step) {
      const lanes::StepLanes lanes(layout, step);
      for (std::size_t row = 0; row < layout.n_rows; ++row)
        for (std::size_t lane = 0; lane < lanes::n_lanes; ++lane) {
          const std::size_t start = lanes.at(row).start[lane];
          const std::uint32_t active = lanes.at(row).active[lane / lanes::group_lanes];
          EXPECT_EQ(active >> lane % lanes::group_lanes & 1U, start != lanes::Layout::none ? 1U : 0U);
          if (start == lanes::Layout::none) continue;
          for (std::size_t x = 0; x < shape.det_x; ++x) ++n_seen[start + row * shape.det_x + x];
        }
    }
    EXPECT_EQ(std::count(n_seen.begin(), n_seen.end(), 1), static_cast<std::ptrdiff_t>(n_seen.size()));
  }
}

/// Whatever a payload says of rates, weights and shrinkage.
TEST(Lanes, models_of_pixels_are_the_same_on_every_instruction_set) {
  SCOPED_TRACE("seed " + std::to_string(test_seed()));
  std::mt19937_64 random(test_seed());
  for (int trial = 0; trial < 200; ++trial) {
    const BlockShape shape{1 + static_cast<std::uint32_t>(random() % 300), 1 + static_cast<std::uint32_t>(random() % 40),
                           1 + static_cast<std::uint32_t>(random() % 70), 1};
    const lanes::Layout layout(shape, random() % 2 == 0);
    lanes::BlockModel model;
    model.rates = lanes::class_rates(shape.n_frames);
    model.shrinkage = static_cast<std::int32_t>(random() >> (44 + random() % 20));
    const std::uint64_t n_kinds = 1 + random() % 256, n_same = 1 + random() % 50;
    for (std::size_t i = 0; i < layout.n_models(); ++i)
      model.classes.push_back(i % n_same != 0 ? model.classes.back() : static_cast<std::uint8_t>(random() % n_kinds));
    const auto weight = [&] {
      return static_cast<std::int16_t>((static_cast<int>(random() % 8191) - 4095) * lanes::weight_step);
    };
    for (auto& own : model.weights.own) own = weight();
    for (auto& of : model.weights.of)
      for (auto& one : of) one = weight();
    for (std::size_t profile = 0; profile < lanes::n_profiles; ++profile) {
      model.profile = static_cast<lanes::Profile>(profile);
      std::vector<std::byte> first;
      for (const lanes::Kernels* kernels : kernels_here()) {
        model.pixel_models.assign(1, std::byte{9});
        kernels->make_pixel_models[profile](layout, model);
        if (first.empty()) first = model.pixel_models;
        ASSERT_EQ(model.pixel_models, first) << "trial " << trial << ", profile " << profile;
      }
    }
  }
}

TEST(Lanes, the_portable_logarithm_is_one) {
  for (double x = 1e-9; x < 1e9; x *= 1.37) EXPECT_NEAR(portable_log2(x), std::log2(x), 1e-5);
}

}  // namespace
}  // namespace esieve::codec
