// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "esieve/error.hpp"
#include "source_checks.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

SourceOptions raw(std::vector<std::uint64_t> shape, std::string dtype, std::uint64_t offset = 0) {
  SourceOptions options;
  options.shape = std::move(shape);
  options.dtype = std::move(dtype);
  options.offset_bytes = offset;
  return options;
}

TEST(RawSource, reads_from_an_offset_in_the_byte_order_given) {
  const TemporaryFolder folder;
  std::mt19937_64 random(test_seed(12));
  std::vector<std::byte> values = random_bytes(random, 6 * 5 * 7 * 4);
  write_bytes(folder / "x.raw", "a header of 21 bytes.", values);
  expect_frames(*open_source(folder / "x.raw", raw({6, 5, 7}, "uint32", 21)), values, random);
  const auto big = open_source(folder / "x.raw", raw({6, 5, 7}, ">u4", 21));
  swap_bytes(values, 4);
  expect_frames(*big, values, random);
}

TEST(RawSource, folds_frames_into_a_scan) {
  const TemporaryFolder folder;
  write_bytes(folder / "x.raw", std::string(6 * 4, 'a'));
  SourceOptions options = raw({6, 2, 2}, "u1");
  options.scan_shape = ScanShape{2, 3};
  EXPECT_EQ(open_source(folder / "x.raw", options)->info().scan, (ScanShape{2, 3}));
}

TEST(RawSource, names_the_size_that_does_not_fit_and_what_would) {
  const TemporaryFolder folder;
  write_bytes(folder / "x.raw", std::string(1000, 'a'));
  EXPECT_THAT(
      [&] {
        open_source(folder / "x.raw", raw({4, 10, 10}, "u2"));
      },
      ThrowsMessage<UsageError>(
          AllOf(HasSubstr("has 1000 bytes"), HasSubstr("4 x 10 x 10 of uint16 need 800"), HasSubstr("that of 5 such frames"))));
  EXPECT_THAT(
      [&] {
        open_source(folder / "x.raw", raw({3, 18, 18}, "u1"));
      },
      ThrowsMessage<UsageError>(HasSubstr("use --offset 28")));
  EXPECT_THAT(
      [&] {
        open_source(folder / "x.raw", raw({3, 18, 18}, "u1", 2000));
      },
      ThrowsMessage<UsageError>(HasSubstr("has 0 bytes")));
}

TEST(RawSource, refuses_types_it_does_not_know_and_lists_those_it_does) {
  const TemporaryFolder folder;
  write_bytes(folder / "x.raw", "abcd");
  EXPECT_THAT(
      [&] {
        open_source(folder / "x.raw", raw({2, 2}, "c8"));
      },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("--dtype c8"), HasSubstr("uint16"))));
}

}  // namespace
}  // namespace esieve
