// SPDX-License-Identifier: Apache-2.0
//
// Conversion of frames in memory. What goes through the program is in tests/cli.
#include "esieve/convert.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "esieve/reader.hpp"
#include "support/memory_source.hpp"
#include "support/temporary_folder.hpp"

namespace esieve {
namespace {

class Convert : public ::testing::Test {
 protected:
  /// Converts at level fast and returns the columns of a chunk. The file must hold the source's frames.
  std::uint64_t columns(std::optional<double> threshold = std::nullopt) {
    ConvertOptions options;
    options.level = Level::fast;
    options.overwrite = true;
    options.threshold.threshold = threshold;
    convert(source, folder / "a.hdf5", options);
    const Reader reader(folder / "a.hdf5");
    if (!threshold) {
      std::vector<std::byte> frames(source.info().dense_bytes());
      reader.frames(FrameRange{0, source.info().scan.n_frames()}, frames);
      EXPECT_TRUE(std::ranges::equal(frames, source.bytes()));
    }
    return reader.info().grid.scan_columns;
  }

  TemporaryFolder folder;
  MemorySource source{{1, 1024}, {128, 128}, DType::u16};  // 32 KiB a frame
};

TEST_F(Convert, takes_larger_chunks_at_level_fast_where_many_pixels_are_lit_or_hardly_any) {
  EXPECT_EQ(columns(), 256U) << "nothing is lit";
  const auto middle = source.values<std::uint16_t>().subspan(std::size_t{512} * 128 * 128, 128 * 128);
  std::fill_n(middle.begin(), 163, std::uint16_t{3});
  EXPECT_EQ(columns(), 256U) << "below a hundredth";
  std::fill_n(middle.begin(), 164, std::uint16_t{3});
  EXPECT_EQ(columns(), 128U);
  std::fill_n(middle.begin(), 1023, std::uint16_t{3});
  EXPECT_EQ(columns(), 128U);
  middle.back() = 1;
  EXPECT_EQ(columns(), 256U) << "one in 16";
  EXPECT_EQ(columns(2), 128U) << "nobody knows what a threshold leaves";
}

// Segmented detectors: what is said of a frame would be as long as the frame.
TEST_F(Convert, says_nothing_of_single_frames_that_have_few_pixels) {
  MemorySource few({200, 100}, {2, 4}, DType::u8), many({20, 10}, {40, 40}, DType::u8);
  fill_with_counts(few, 5, 1);
  fill_with_counts(many, 5, 1);
  convert(many, folder / "many.hdf5");
  EXPECT_TRUE(Reader(folder / "many.hdf5").info().has_frame_index);
  convert(few, folder / "few.hdf5");
  const Reader reader(folder / "few.hdf5");
  EXPECT_FALSE(reader.info().has_frame_index);
  const auto totals = reader.frame_totals();  // counted then
  ASSERT_EQ(totals.size(), 20'000U);
  const auto counts = few.values<std::uint8_t>().subspan(std::size_t{777} * 8, 8);
  EXPECT_EQ(totals[777].electrons, std::accumulate(counts.begin(), counts.end(), 0.0));
  EXPECT_EQ(totals[777].n_events,
            static_cast<std::uint64_t>(std::ranges::count_if(counts, [](auto count) { return count != 0; })));
  const auto events = reader.events<std::uint32_t>(FrameRange{777, 1});
  EXPECT_EQ(events.n_events(), totals[777].n_events);
}

TEST_F(Convert, has_an_index_of_empty_frames) {
  convert(source, folder / "a.hdf5");
  EXPECT_TRUE(Reader(folder / "a.hdf5").info().has_frame_index);
}

}  // namespace
}  // namespace esieve
