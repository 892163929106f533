// SPDX-License-Identifier: Apache-2.0
#include "esieve/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>

#include "esieve/error.hpp"
#include "event_file.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

using testing::HasSubstr;

/// 3 × 5 scan, 6 × 7 detector: 15 frames, chunks of 4 of them leave ragged ends.
MemorySource small_source(DType dtype = DType::u16) {
  MemorySource source({3, 5}, {6, 7}, dtype);
  fill_with_counts(source, 2.0, 1);
  return source;
}

TEST(Verify, finds_a_sound_file_sound_without_its_source) {
  MemorySource source = small_source();
  const StoredFrames file(source);
  const VerifyResult result = file.verify_with();
  EXPECT_TRUE(result.okay());
  EXPECT_FALSE(result.source_compared);
  EXPECT_TRUE(result.digest_checked);
  EXPECT_TRUE(result.digest_equal);
  EXPECT_EQ(result.n_frames, 15U);
  EXPECT_GT(result.n_chunks, 1U);
}

TEST(Verify, counts_the_same_events_and_electrons_as_a_plain_loop) {
  MemorySource source = small_source();
  const StoredFrames file(source);
  const VerifyResult result = file.verify_with();
  std::uint64_t n_events = 0, n_electrons = 0;
  for (const std::uint16_t value : source.values<std::uint16_t>()) {
    n_events += value != 0 ? 1U : 0U;
    n_electrons += value;
  }
  EXPECT_EQ(result.n_events, n_events);
  EXPECT_EQ(result.n_electrons, static_cast<double>(n_electrons));
}

TEST(Verify, proves_equality_with_the_source) {
  MemorySource source = small_source();
  const StoredFrames file(source);
  const VerifyResult result = file.verify_with(&source);
  EXPECT_TRUE(result.okay());
  EXPECT_TRUE(result.source_compared);
  EXPECT_EQ(result.fidelity, Fidelity::lossless);
  EXPECT_EQ(result.n_different, 0U);
  EXPECT_FALSE(result.first_difference);
}

TEST(Verify, names_the_one_pixel_that_differs_with_both_values) {
  MemorySource source = small_source();
  const StoredFrames file(source);
  const std::uint64_t at = 11 * 42 + 17;
  const std::uint16_t stored = source.values<std::uint16_t>()[at];
  source.values<std::uint16_t>()[at] = 999;
  const VerifyResult result = file.verify_with(&source);
  EXPECT_FALSE(result.okay());
  EXPECT_EQ(result.n_different, 1U);
  ASSERT_TRUE(result.first_difference);
  EXPECT_EQ(result.first_difference->frame, 11U);
  EXPECT_EQ(result.first_difference->pixel, 17U);
  EXPECT_EQ(result.first_difference->expected, "999");
  EXPECT_EQ(result.first_difference->stored, std::to_string(stored));
}

TEST(Verify, names_the_first_in_scan_order_and_counts_all_whatever_the_number_of_threads) {
  MemorySource source = small_source();
  const StoredFrames file(source, 1);
  for (const std::uint64_t frame : {14U, 3U, 9U}) ++source.values<std::uint16_t>()[frame * 42 + 20];
  for (const int threads : {1, 2, 7}) {
    const VerifyResult result = file.verify_with(&source, threads);
    EXPECT_EQ(result.n_different, 3U);
    ASSERT_TRUE(result.first_difference);
    EXPECT_EQ(result.first_difference->frame, 3U);
  }
}

TEST(Verify, tells_apart_floats_that_compare_equal) {
  MemorySource source({1, 2}, {2, 2}, DType::f32);
  fill_with_noise(source, 0.5, 3);
  source.values<float>()[5] = std::bit_cast<float>(0x7fc00001U);
  source.values<float>()[6] = 0.F;
  const StoredFrames file(source);
  EXPECT_TRUE(file.verify_with(&source).okay());
  source.values<float>()[5] = std::bit_cast<float>(0x7fc00002U);
  source.values<float>()[6] = -0.F;
  const VerifyResult result = file.verify_with(&source);
  EXPECT_EQ(result.n_different, 2U);
  ASSERT_TRUE(result.first_difference);
  EXPECT_EQ(result.first_difference->expected, "nan (0x7fc00002)");
  EXPECT_EQ(result.first_difference->stored, "nan (0x7fc00001)");
}

TEST(Verify, says_that_shapes_differ_and_still_checks_the_file) {
  MemorySource source = small_source();
  const StoredFrames file(source);
  const MemorySource wider({3, 5}, {6, 8}, DType::u16), turned({5, 3}, {6, 7}, DType::u16),
      other_type({3, 5}, {6, 7}, DType::i16);
  for (const MemorySource* other : {&wider, &turned, &other_type}) {
    const VerifyResult result = file.verify_with(other);
    EXPECT_FALSE(result.okay());
    EXPECT_THAT(result.shape_mismatch, HasSubstr("(3, 5, 6, 7) uint16"));
    EXPECT_TRUE(result.digest_equal);
  }
}

TEST(Verify, compares_a_stack_frame_by_frame_whatever_scan_was_made_of_it) {
  MemorySource source = small_source();
  const StoredFrames file(source);
  source.info_to_change().shape = {15, 6, 7};
  source.info_to_change().scan = {1, 15};
  EXPECT_TRUE(file.verify_with(&source).okay());
}

TEST(Verify, reports_progress_up_to_the_last_frame) {
  MemorySource source = small_source();
  const StoredFrames file(source);
  Progress last;
  const ProgressCallback keep = [&](const Progress& progress) {
    last = progress;
    return Continue::yes;
  };
  verify(Reader(file.path), &source, {.threads = 2, .progress = keep});
  EXPECT_EQ(last.frames_done, 15U);
  EXPECT_EQ(last.frames_total, 15U);
  EXPECT_EQ(last.dense_bytes_done, source.info().dense_bytes());
}

TEST(Verify, stops_when_asked_to) {
  MemorySource source = small_source();
  const StoredFrames file(source);
  const ProgressCallback stop = [](const Progress&) { return Continue::stop; };
  EXPECT_THROW(verify(Reader(file.path), nullptr, {.threads = 1, .progress = stop}), Interrupted);
}

TEST(Verify, proves_random_data_of_every_type_and_odd_shapes) {
  const std::uint64_t seed = test_seed(20);
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto up_to = [&](std::uint64_t n) { return 1 + random() % n; };
  for (int trial = 0; trial < 60; ++trial) {
    const auto dtype = static_cast<DType>(1 + trial % 10);
    MemorySource source({up_to(5), up_to(7)}, {static_cast<std::uint32_t>(up_to(9)), static_cast<std::uint32_t>(up_to(9))},
                        dtype);
    if (trial % 2 == 0)
      fill_with_noise(source, static_cast<double>(random() % 5) / 4, random());
    else
      fill_with_counts(source, 1.5, random());
    const StoredFrames file(source, static_cast<std::uint32_t>(random() % 8));
    const VerifyResult result = file.verify_with(&source);
    EXPECT_TRUE(result.okay()) << dtype_name(dtype) << " trial " << trial;
    source.bytes()[random() % source.bytes().size()] ^= std::byte{4};
    EXPECT_EQ(file.verify_with(&source).n_different, 1U) << dtype_name(dtype) << " trial " << trial;
  }
}

}  // namespace
}  // namespace esieve
