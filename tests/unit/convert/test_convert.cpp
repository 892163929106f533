// SPDX-License-Identifier: Apache-2.0
//
// Conversion of frames in memory. What goes through the program is in tests/cli.
#include "esieve/convert.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "esieve/reader.hpp"
#include "support/memory_source.hpp"
#include "support/temporary_folder.hpp"

namespace esieve {
namespace {

class Convert : public ::testing::Test {
 protected:
  /// Converts at level fast and returns the columns of a chunk. The file must hold the source's frames.
  std::uint64_t columns_of(MemorySource& source, const ThresholdOptions& threshold = {}) {
    convert(source, folder / "a.hdf5", {.level = Level::fast, .overwrite = true, .durable = false, .threshold = threshold});
    const Reader reader(folder / "a.hdf5");
    if (!threshold.active()) {
      std::vector<std::byte> frames(source.info().dense_bytes());
      reader.frames(FrameRange{0, source.info().scan.n_frames()}, frames);
      EXPECT_TRUE(std::ranges::equal(frames, source.bytes()));
    }
    return reader.info().grid.scan_columns;
  }

  TemporaryFolder folder;
  MemorySource source{{1, 1024}, {128, 128}, DType::u16};  // 32 KiB a frame
};

TEST_F(Convert, takes_larger_chunks_at_level_fast_where_many_pixels_are_lit) {
  EXPECT_EQ(columns_of(source), 128U) << "nothing is lit";
  const auto middle = source.values<std::uint16_t>().subspan(std::size_t{512} * 128 * 128, 128 * 128);
  std::fill_n(middle.begin(), 1023, std::uint16_t{3});
  EXPECT_EQ(columns_of(source), 128U);
  middle.back() = 1;
  EXPECT_EQ(columns_of(source), 256U) << "one in 16";
  EXPECT_EQ(columns_of(source, {.threshold = 2}), 128U) << "nobody knows what a threshold leaves";
}

}  // namespace
}  // namespace esieve
