// SPDX-License-Identifier: Apache-2.0
#include "report/words.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace esieve {
namespace {

TEST(Words, groups_digits_by_thousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(Words, rounds_to_three_digits_or_to_whole_numbers) {
  EXPECT_EQ(rounded(0), "0");
  EXPECT_EQ(rounded(0.01234), "0.0123");
  EXPECT_EQ(rounded(4.166), "4.17");
  EXPECT_EQ(rounded(9.996), "10.0");
  EXPECT_EQ(rounded(65.62), "65.6");
  EXPECT_EQ(rounded(99.96), "100");
  EXPECT_EQ(rounded(1234.5), "1,235");
  EXPECT_EQ(rounded(-1234.4), "-1,234");
  EXPECT_EQ(rounded(0.00001234), "1.23e-05");
  EXPECT_EQ(rounded(std::numeric_limits<double>::infinity()), "inf");
}

TEST(Words, writes_sizes_in_the_largest_unit_that_leaves_a_whole_number) {
  EXPECT_EQ(size_in_words(0), "0 bytes");
  EXPECT_EQ(size_in_words(1023), "1023 bytes");
  EXPECT_EQ(size_in_words(1024), "1.0 KiB");
  EXPECT_EQ(size_in_words(150994944), "144.0 MiB");
  EXPECT_EQ(size_in_words((std::uint64_t{1} << 30) - 1), "1.0 GiB");
  EXPECT_EQ(size_in_words(std::numeric_limits<std::uint64_t>::max()), "16.0 EiB");
}

TEST(Words, counts_things) {
  EXPECT_EQ(plural(1, "frame"), "1 frame");
  EXPECT_EQ(plural(2304, "frame"), "2,304 frames");
}

TEST(Words, keeps_the_end_of_long_text_and_never_cuts_a_character) {
  EXPECT_EQ(end_of("short", 10), "short");
  EXPECT_EQ(end_of("/a/long/path/file", 10), "...th/file");
  EXPECT_EQ(end_of("äöüäöüäöü", 5), "...öü");
  EXPECT_EQ(n_columns("äöü"), 3U);
}

TEST(Words, keeps_whole_folders_of_long_paths) {
  EXPECT_EQ(end_of_path("/data/scan.h5", 13), "/data/scan.h5");
  EXPECT_EQ(end_of_path("/data/monday/scan.h5", 19), ".../monday/scan.h5");
  EXPECT_EQ(end_of_path("/data/monday/scan.h5", 15), ".../scan.h5");
  EXPECT_EQ(end_of_path("a_long_name.h5", 10), "...name.h5");
}

TEST(Words, wraps_at_blanks_under_the_first_line) {
  EXPECT_EQ(wrapped("one two three four", 12, 4), "one two\n    three\n    four");
  EXPECT_EQ(wrapped("abcdefghijklmnop", 12, 4), "...lmnop");
  EXPECT_EQ(wrapped("", 12, 4), "");
}

}  // namespace
}  // namespace esieve
