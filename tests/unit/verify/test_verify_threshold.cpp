// SPDX-License-Identifier: Apache-2.0
//
// Files that hold thresholded frames, verified against the raw ones.
#include <gtest/gtest.h>

#include "event_file.hpp"

namespace esieve {
namespace {

struct ThresholdedFile : StoredFrames {
  MemorySource source{{3, 4}, {5, 6}, DType::u16};

  ThresholdedFile() {
    fill_with_counts(source, 20, 9);
    ConvertOptions options;
    options.frames_per_chunk = 2;
    options.threshold.threshold = 10;
    options.threshold.dark = PixelMap{std::vector<double>(30, 1.5), "dark.npy"};
    convert(source, path, options);
  }
};

TEST(VerifyThresholded, proves_equality_with_the_thresholded_frames_and_says_so) {
  const ThresholdedFile file;
  const VerifyResult result = file.verify_with(&file.source);
  EXPECT_TRUE(result.okay());
  EXPECT_EQ(result.fidelity, Fidelity::thresholded);
  EXPECT_TRUE(result.source_compared);
  const auto dropped = Reader(file.path).info().dropped;
  ASSERT_TRUE(dropped);
  EXPECT_GT(dropped->n_pixels, 0U);
}

TEST(VerifyThresholded, is_sound_without_the_source) {
  const ThresholdedFile file;
  EXPECT_TRUE(file.verify_with().okay());
}

TEST(VerifyThresholded, notices_a_kept_pixel_that_differs) {
  ThresholdedFile file;
  file.source.values<std::uint16_t>()[7 * 30 + 4] = 500;
  const VerifyResult result = file.verify_with(&file.source);
  EXPECT_EQ(result.n_different, 1U);
  ASSERT_TRUE(result.first_difference);
  EXPECT_EQ(result.first_difference->frame, 7U);
  EXPECT_EQ(result.first_difference->expected, "498");  // 498.5, half to even
}

TEST(VerifyThresholded, notices_that_another_amount_would_have_been_dropped) {
  ThresholdedFile file;
  for (std::uint16_t& value : file.source.values<std::uint16_t>())
    if (value > 0 && value < 10) {
      ++value;  // 10 at most, and dropped all the same
      break;
    }
  const VerifyResult result = file.verify_with(&file.source);
  EXPECT_EQ(result.n_different, 0U);
  EXPECT_FALSE(result.dropped_equal);
  EXPECT_FALSE(result.okay());
}

}  // namespace
}  // namespace esieve
