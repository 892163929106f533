// SPDX-License-Identifier: Apache-2.0
//
// That decoded events and decoded frames are held against each other, whichever of them is wrong.
#include "verify/check_chunk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace esieve {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// Two frames of four pixels and their events.
struct TwoFrames {
  std::vector<std::uint16_t> dense = {0, 3, 0, 1, 7, 0, 0, 0};
  ChunkEvents events{.frame_events = {2, 1}, .pixels = {1, 3, 0}, .counts = {3, 1, 7}, .bits = {}, .quantum = 1};

  std::string compare() const {
    const auto bytes = std::as_bytes(std::span(dense));
    const std::vector<CountedFrame> counted = {count_frame(bytes.first(8), DType::u16), count_frame(bytes.last(8), DType::u16)};
    return compare_events(events, bytes, DType::u16, counted);
  }
};

TEST(CompareEvents, accepts_exactly_the_non_zero_pixels) { EXPECT_THAT(TwoFrames().compare(), IsEmpty()); }

TEST(CompareEvents, notices_a_missing_event) {
  TwoFrames frames;
  frames.events = {.frame_events = {1, 1}, .pixels = {1, 0}, .counts = {3, 7}, .bits = {}, .quantum = 1};
  EXPECT_THAT(frames.compare(), HasSubstr("1 events but 2 non-zero pixels in frame 0"));
}

TEST(CompareEvents, notices_an_event_that_is_not_there) {
  TwoFrames frames;
  frames.dense[1] = 0;
  EXPECT_THAT(frames.compare(), HasSubstr("2 events but 1 non-zero pixels in frame 0"));
}

TEST(CompareEvents, notices_a_wrong_count) {
  TwoFrames frames;
  frames.events.counts[2] = 8;
  EXPECT_THAT(frames.compare(), HasSubstr("pixel 0 in frame 1"));
}

TEST(CompareEvents, notices_a_wrong_pixel_in_right_number) {
  TwoFrames frames;
  frames.events.pixels[1] = 2;
  EXPECT_THAT(frames.compare(), HasSubstr("pixel 2 in frame 0"));
}

TEST(CompareEvents, notices_a_pixel_named_twice) {
  TwoFrames frames;
  frames.events.pixels[1] = 1;
  frames.events.counts[1] = 3;
  EXPECT_THAT(frames.compare(), HasSubstr("pixel 1 in frame 0"));
}

TEST(CompareEvents, notices_a_pixel_beyond_the_frame) {
  TwoFrames frames;
  frames.events.pixels[1] = 4;  // the first pixel of the next frame, in memory
  EXPECT_THAT(frames.compare(), HasSubstr("pixel 4 in frame 0"));
}

TEST(CompareEvents, notices_events_beyond_the_last_frame) {
  TwoFrames frames;
  frames.events.pixels.push_back(1);
  frames.events.counts.push_back(1);
  EXPECT_THAT(frames.compare(), HasSubstr("after its last frame"));
}

TEST(CompareEvents, notices_lists_that_do_not_fit_each_other) {
  TwoFrames frames;
  frames.events.counts.pop_back();
  EXPECT_THAT(frames.compare(), HasSubstr("do not all have a value"));
  frames = {};
  frames.events.frame_events.pop_back();
  EXPECT_THAT(frames.compare(), HasSubstr("fewer frames"));
  frames = {};
  frames.events.frame_events = {3, 1};
  frames.dense = {1, 3, 0, 1, 7, 0, 0, 0};
  EXPECT_THAT(frames.compare(), testing::Not(IsEmpty()));
}

TEST(CompareEvents, reads_counts_as_multiples_of_the_quantum) {
  const std::vector<float> dense = {0.F, 0.75F, 2.5F, 0.F};
  const auto bytes = std::as_bytes(std::span(dense));
  const std::vector<CountedFrame> counted = {count_frame(bytes, DType::f32)};
  ChunkEvents events{.frame_events = {2}, .pixels = {1, 2}, .counts = {3, 10}, .bits = {}, .quantum = 0.25};
  EXPECT_THAT(compare_events(events, bytes, DType::f32, counted), IsEmpty());
  events.quantum = 0.5;
  EXPECT_THAT(compare_events(events, bytes, DType::f32, counted), HasSubstr("pixel 1"));
}

TEST(CompareEvents, reads_bit_patterns_where_values_are_not_counts) {
  const std::vector<std::int16_t> dense = {0, -1, 5, 0};
  const auto bytes = std::as_bytes(std::span(dense));
  const std::vector<CountedFrame> counted = {count_frame(bytes, DType::i16)};
  ChunkEvents events{.frame_events = {2}, .pixels = {1, 2}, .counts = {}, .bits = {0xffff, 5}, .quantum = 0};
  EXPECT_THAT(compare_events(events, bytes, DType::i16, counted), IsEmpty());
  events.bits[0] = 0xffffffff;
  EXPECT_THAT(compare_events(events, bytes, DType::i16, counted), HasSubstr("pixel 1"));
}

TEST(CompareEvents, takes_negative_zero_for_an_event) {
  const std::vector<double> dense = {-0.0, 0.0};
  const auto bytes = std::as_bytes(std::span(dense));
  const std::vector<CountedFrame> counted = {count_frame(bytes, DType::f64)};
  const ChunkEvents none{.frame_events = {0}, .pixels = {}, .counts = {}, .bits = {}, .quantum = 0};
  EXPECT_THAT(compare_events(none, bytes, DType::f64, counted), HasSubstr("0 events but 1 non-zero"));
}

}  // namespace
}  // namespace esieve
