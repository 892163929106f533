// SPDX-License-Identifier: Apache-2.0
//
// Frames on another scan: right through the reader, proved by the verifier, refused where the original is not what it was.
#include "esieve/regrid.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "esieve/error.hpp"
#include "esieve/writer.hpp"
#include "unit/record/recordings.hpp"

namespace esieve {
namespace {

class Regrid : public ::testing::Test {
 protected:
  /// What the reader says of frame `i` of the file is frame `from` of the source.
  void expect_frame(const Reader& reader, std::uint64_t i, std::uint64_t from) {
    std::vector<std::byte> frame(reader.info().frame_bytes());
    reader.frames(FrameRange{i, 1}, frame);
    EXPECT_TRUE(std::ranges::equal(frame, source.frame(from))) << i;
  }

  TemporaryFolder folder;
  MemorySource source = counted_source({6, 7}, {8, 9});
};

TEST_F(Regrid, lines_that_were_cut_at_the_wrong_length) {
  convert(source, folder / "a.hdf5");
  const Regridding done =
      regrid(folder / "a.hdf5", folder / "b.hdf5", {.scan_y = 5, .scan_x = 7, .offset = 1, .flyback_frames = 1});
  EXPECT_EQ(done.n_frames, 35U);
  EXPECT_EQ(done.n_left_out, 7U);
  EXPECT_EQ(done.n_missing, 0U);
  const Reader reader(folder / "b.hdf5");
  EXPECT_EQ(reader.info().scan, (ScanShape{5, 7}));
  EXPECT_EQ(reader.frame_status(), repeated(35, FrameStatus::okay));
  for (std::uint64_t i = 0; i < 35; ++i) expect_frame(reader, i, 1 + i / 7 * 8 + i % 7);
  const VerifyResult result = verify(reader, nullptr, {});
  EXPECT_TRUE(result.okay() && result.digest_equal);
  const auto events = reader.events<std::uint32_t>(ScanRegion{1, 2, 3, 2});
  const auto expected = Reader(folder / "a.hdf5").events<std::uint32_t>(FrameRange{1 + 8 + 3, 2});
  EXPECT_TRUE(std::ranges::equal(std::span(events.pixels).first(expected.pixels.size()), expected.pixels));
}

TEST_F(Regrid, positions_without_a_frame_are_missing) {
  convert(source, folder / "a.hdf5");
  const Regridding done =
      regrid(folder / "a.hdf5", folder / "b.hdf5", {.scan_y = 7, .scan_x = 8, .offset = -3, .serpentine = true});
  EXPECT_EQ(done.n_missing, 14U);
  const Reader reader(folder / "b.hdf5");
  const auto status = reader.frame_status();
  for (std::uint64_t y = 0; y < 7; ++y)
    for (std::uint64_t x = 0; x < 8; ++x) {
      const std::uint64_t n = y * 8 + (y % 2 == 1 ? 7 - x : x), i = y * 8 + x;
      EXPECT_EQ(status[i], n >= 3 && n < 45 ? FrameStatus::okay : FrameStatus::missing);
      if (is_data(status[i])) expect_frame(reader, i, n - 3);
    }
  EXPECT_TRUE(verify(reader, nullptr, {}).digest_equal);
}

TEST_F(Regrid, what_a_recording_knows_of_its_frames_stays_with_them) {
  WriterOptions options = options_for(source);
  options.threshold.threshold = 1;
  Writer writer(folder / "a.hdf5", options);
  for (std::uint64_t i = 0; i < 40; ++i) {
    if (i == 9)
      writer.drop();
    else
      writer.push(source.frame(i), {.scan_index = std::nullopt, .partial = i == 5});
  }
  writer.close();
  regrid(folder / "a.hdf5", folder / "b.hdf5", {.scan_y = 7, .scan_x = 6});
  const Reader reader(folder / "b.hdf5");
  const auto status = reader.frame_status();
  EXPECT_EQ(status, Reader(folder / "a.hdf5").frame_status());
  EXPECT_EQ(status[9], FrameStatus::dropped);
  EXPECT_EQ(status[5], FrameStatus::partial);
  EXPECT_EQ(reader.info().fidelity, Fidelity::thresholded);
  EXPECT_EQ(reader.threshold()->threshold, 1);
  EXPECT_TRUE(verify(reader, nullptr, {}).okay());
}

TEST_F(Regrid, an_original_that_is_not_what_it_was_is_refused) {
  convert(source, folder / "a.hdf5");
  regrid(folder / "a.hdf5", folder / "b.hdf5", {.scan_y = 7, .scan_x = 6});
  std::filesystem::rename(folder / "a.hdf5", folder / "c.hdf5");
  EXPECT_THROW(Reader(folder / "b.hdf5"), DataError);
  source.frame(0)[0] ^= std::byte{1};
  convert(source, folder / "a.hdf5");
  EXPECT_THROW(Reader(folder / "b.hdf5"), DataError);
  std::filesystem::rename(folder / "c.hdf5", folder / "a.hdf5");
  EXPECT_TRUE(verify(Reader(folder / "b.hdf5"), nullptr, {}).okay());
  std::filesystem::copy(folder / "b.hdf5", folder / "a2.hdf5");
  std::filesystem::rename(folder / "a2.hdf5", folder / "a.hdf5");  // shows itself
  EXPECT_THROW(Reader(folder / "b.hdf5"), DataError);
}

TEST_F(Regrid, requests_that_make_no_sense_are_refused) {
  convert(source, folder / "a.hdf5");
  const auto refuse = [&](const ScanGeometry& geometry) {
    EXPECT_THROW(regrid(folder / "a.hdf5", folder / "b.hdf5", geometry), UsageError);
    EXPECT_FALSE(std::filesystem::exists(folder / "b.hdf5"));
  };
  refuse({.scan_y = -1, .scan_x = 6});
  refuse({.scan_y = 0, .scan_x = 6});
  refuse({.scan_y = 6, .scan_x = 6, .frames_per_position = 2});
  refuse({.scan_y = 2, .scan_x = 2, .positions = std::vector<std::uint64_t>(43, ScanGeometry::outside)});
  refuse({.scan_y = 2, .scan_x = 2, .positions = {4}});
  EXPECT_THROW(regrid(folder / "a.hdf5", folder / "a.hdf5", {.scan_y = 6, .scan_x = 6}), UsageError);
  regrid(folder / "a.hdf5", folder / "b.hdf5", {.scan_y = 6, .scan_x = 6});
  EXPECT_THROW(regrid(folder / "a.hdf5", folder / "b.hdf5", {.scan_y = 6, .scan_x = 6}), UsageError);
  EXPECT_THROW(regrid(folder / "b.hdf5", folder / "c.hdf5", {.scan_y = 6, .scan_x = 6}), UsageError);
  const Writer writer(folder / "d.hdf5", options_for(source));
  EXPECT_THROW(regrid(folder / "d.hdf5", folder / "c.hdf5", {.scan_y = 6, .scan_x = 6}), UsageError);
}

}  // namespace
}  // namespace esieve
