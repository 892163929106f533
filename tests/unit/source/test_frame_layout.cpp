// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "esieve/error.hpp"
#include "source/frame_layout.hpp"

namespace esieve {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

SourceInfo layout(std::vector<std::uint64_t> shape, std::optional<ScanShape> scan = std::nullopt) {
  SourceInfo info;
  info.path = "x.npy";
  info.shape = std::move(shape);
  set_frame_layout(info, scan);
  return info;
}

TEST(FrameLayout, takes_scan_and_detector_from_two_to_four_dimensions) {
  EXPECT_EQ(layout({2, 3, 4, 5}).scan, (ScanShape{2, 3}));
  EXPECT_EQ(layout({7, 4, 5}).scan, (ScanShape{1, 7}));
  EXPECT_EQ(layout({4, 5}).scan, (ScanShape{1, 1}));
  EXPECT_EQ(layout({2, 3, 4, 5}).detector, (DetectorShape{4, 5}));
}

TEST(FrameLayout, folds_a_stack_into_the_scan_asked_for) {
  EXPECT_EQ(layout({12, 4, 5}, ScanShape{3, 4}).scan, (ScanShape{3, 4}));
  EXPECT_EQ(layout({2, 6, 4, 5}, ScanShape{3, 4}).scan, (ScanShape{3, 4}));
}

TEST(FrameLayout, names_the_scan_shapes_that_would_fit) {
  EXPECT_THAT(
      [] {
        layout({4096, 8, 8}, ScanShape{60, 60});
      },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("4096 frames do not fill a scan of 60,60"), HasSubstr("64,64 would fit"))));
  EXPECT_THAT(
      [] {
        layout({1000, 8, 8}, ScanShape{40, 20});
      },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("50,20"), HasSubstr("40,25"))));
  EXPECT_THAT([] { layout({13, 8, 8}, ScanShape{3, 4}); }, ThrowsMessage<UsageError>(HasSubstr("1,13 would fit")));
}

TEST(FrameLayout, is_not_fooled_by_scan_shapes_that_overflow_or_are_zero) {
  EXPECT_THROW(layout({4, 8, 8}, ScanShape{1ULL << 63, 8}), UsageError);
  EXPECT_THROW(layout({4, 8, 8}, ScanShape{0, 4}), UsageError);
}

TEST(FrameLayout, refuses_other_numbers_of_dimensions_and_says_how_to_go_on) {
  EXPECT_THAT(
      [] {
        layout({2, 3, 4, 5, 6});
      },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("5 dimensions (2 x 3 x 4 x 5 x 6)"), HasSubstr("4-D part"))));
  EXPECT_THAT([] { layout({9}); }, ThrowsMessage<UsageError>(HasSubstr("1 dimension (9)")));
}

TEST(FrameLayout, refuses_axes_of_length_zero_and_impossible_ones) {
  EXPECT_THAT([] { layout({3, 0, 5}); }, ThrowsMessage<DataError>(HasSubstr("holds no frames")));
  EXPECT_THAT([] { layout({1ULL << 40, 1ULL << 20, 1ULL << 20}); }, ThrowsMessage<DataError>(HasSubstr("impossible")));
}

}  // namespace
}  // namespace esieve
