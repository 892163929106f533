// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "report/words.hpp"
#include "reports.hpp"

namespace esieve {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ReportText, of_every_kind_fits_80_columns) {
  for (const auto& [name, report] : all_reports()) {
    std::istringstream lines(to_text(report));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(n_columns(line), 80U) << name << ": " << line;
      EXPECT_FALSE(line.ends_with(' ')) << name << ": " << line;
    }
  }
}

TEST(ReportText, of_a_lossless_file_is_this_page) {
  EXPECT_EQ(to_text(lossless_report()), R"(scan.hdf5

LOSSLESS       All 2,304 frames equal those of the source, bit for bit.

  Source       cryo.h5 /entry/data/data (HDF5)
  Scan         48 x 48 positions, 2,304 frames
  Detector     256 x 256 pixels, uint8
  Events       51,023,112: 22,145 a frame, in 33.8 % of the pixels
  Electrons    209,664,000: 91,000 a frame

  Dense                      144.0 MiB
  Dense, Blosc zstd-3         34.5 MiB     4.17 : 1   real space chunks
  This file                   19.9 MiB     7.24 : 1   3.27 bits an event

  1.73 times smaller than dense Blosc storage.

  Converted in 1.23 s, 116.7 MiB of dense data a second.
)");
}

TEST(ReportText, of_a_damaged_file_lists_a_few_chunks_and_says_how_many_more) {
  const std::string text = to_text(damaged_report());
  EXPECT_THAT(text, HasSubstr("DAMAGED"));
  EXPECT_THAT(text, HasSubstr("9 of 48 chunks cannot be read:"));
  EXPECT_THAT(text, HasSubstr("- chunk 3, 48 frames from 144:"));
  EXPECT_THAT(text, HasSubstr("- and 4 more"));
  EXPECT_THAT(text, HasSubstr("First: frame 100 (2, 4), pixel 513 (2, 1): 3 in the source,"));
  EXPECT_THAT(text, Not(HasSubstr("LOSSLESS")));
}

TEST(ReportText, of_thresholded_frames_does_not_call_them_lossless) {
  const std::string text = to_text(all_reports().at("thresholded"));
  EXPECT_THAT(text, HasSubstr("THRESHOLDED"));
  EXPECT_THAT(text, HasSubstr("after thresholding,"));
  EXPECT_THAT(text, HasSubstr("1,234,567 pixels by thresholding"));
  EXPECT_THAT(text, Not(HasSubstr("LOSSLESS")));
}

TEST(ReportText, says_when_nothing_was_compared_or_checked) {
  EXPECT_THAT(to_text(verified_report()), HasSubstr("not compared with its source"));
  EXPECT_THAT(to_text(plain_report()), HasSubstr("NOT CHECKED"));
}

TEST(ReportText, relates_simulated_data_to_their_floor_and_says_what_is_a_sample) {
  const std::string text = to_text(all_reports().at("simulated"));
  EXPECT_THAT(text, HasSubstr("the file takes 104 %"));
  EXPECT_THAT(text, HasSubstr("1,024 of 2,304 frames"));
}

TEST(ReportText, admits_to_a_file_that_is_larger) {
  EXPECT_THAT(to_text(all_reports().at("odd")), HasSubstr("times larger than dense Blosc storage"));
}

}  // namespace
}  // namespace esieve
