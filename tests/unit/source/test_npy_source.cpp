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

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::string npy_header(int version, const std::string& descr, const std::string& order, const std::string& shape) {
  std::string text = "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }";
  text.resize((text.size() / 64 + 1) * 64 - (version == 1 ? 10 : 12) + 64, ' ');
  text.back() = '\n';
  std::string head = "\x93NUMPY" + std::string{static_cast<char>(version), '\0'};
  const std::size_t n_length_bytes = version == 1 ? 2 : 4;
  for (std::size_t i = 0; i < n_length_bytes; ++i) head += static_cast<char>(text.size() >> (8 * i));
  return head + text;
}

TEST(NpySource, reads_every_type_in_either_byte_order_and_every_version) {
  const TemporaryFolder folder;
  std::mt19937_64 random(test_seed(11));
  for (const char* code : {"u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8"})
    for (const char order : {'<', '>'})
      for (const int version : {1, 2, 3}) {
        SCOPED_TRACE(std::string(1, order) + code + " version " + std::to_string(version));
        const std::size_t item = static_cast<std::size_t>(code[1] - '0');
        std::vector<std::byte> values = random_bytes(random, 3 * 4 * 5 * 6 * item);
        write_bytes(folder / "x.npy", npy_header(version, "'" + std::string(1, order) + code + "'", "False", "(3, 4, 5, 6)"),
                    values);
        if (order == '>') swap_bytes(values, item);
        const auto source = open_source(folder / "x.npy");
        EXPECT_EQ(source->info().scan, (ScanShape{3, 4}));
        EXPECT_EQ(source->info().dtype, parse_dtype(code));
        expect_frames(*source, values, random);
      }
}

TEST(NpySource, turns_fortran_order) {
  const TemporaryFolder folder;
  std::vector<std::uint16_t> stored(2 * 3 * 4 * 5), expected(stored.size());
  for (std::size_t i = 0; i < stored.size(); ++i) stored[i] = static_cast<std::uint16_t>(i * 257);
  for (std::size_t a = 0, to = 0; a < 2; ++a)
    for (std::size_t b = 0; b < 3; ++b)
      for (std::size_t c = 0; c < 4; ++c)
        for (std::size_t d = 0; d < 5; ++d) expected[to++] = stored[a + 2 * (b + 3 * (c + 4 * d))];
  write_bytes(folder / "x.npy", npy_header(1, "'<u2'", "True", "(2, 3, 4, 5)"), bytes_of(stored));
  std::mt19937_64 random(1);
  expect_frames(*open_source(folder / "x.npy"), bytes_of(expected), random);
}

TEST(NpySource, takes_booleans_for_counts_of_one) {
  const TemporaryFolder folder;
  write_bytes(folder / "x.npy", npy_header(1, "'|b1'", "False", "(2, 2)"), std::vector<std::byte>(4, std::byte{1}));
  EXPECT_EQ(open_source(folder / "x.npy")->info().dtype, DType::u8);
}

TEST(NpySource, refuses_types_that_are_no_counts) {
  const TemporaryFolder folder;
  const std::pair<const char*, const char*> types[] = {{"'<c8'", "complex"},
                                                       {"'<f2'", "float32, which is exact"},
                                                       {"'|S4'", "|S4"},
                                                       {"[('a', '<u2'), ('b', '<f4')]", "structured"},
                                                       {"'|O'", "|O"}};
  for (const auto& [descr, words] : types) {
    write_bytes(folder / "x.npy", npy_header(1, descr, "False", "(2, 2)"), std::vector<std::byte>(64));
    EXPECT_THAT([&] { open_source(folder / "x.npy"); }, ThrowsMessage<DataError>(HasSubstr(words))) << descr;
  }
}

TEST(NpySource, names_truncated_values) {
  const TemporaryFolder folder;
  write_bytes(folder / "x.npy", npy_header(1, "'<u2'", "False", "(3, 4, 4)"), std::vector<std::byte>(95));
  EXPECT_THAT([&] { open_source(folder / "x.npy"); },
              ThrowsMessage<DataError>(HasSubstr("truncated (96 bytes of values are announced, 95 are there)")));
}

TEST(NpySource, refuses_damaged_headers) {
  const TemporaryFolder folder;
  const std::string good = npy_header(1, "'<u2'", "False", "(2, 2)");
  const std::string shapes[] = {
      "(2, 2", "(2; 2)", "2, 2", "(-2, 2)", "(99999999999999999999, 2)", "(4294967296, 4294967296, 4294967296)"};
  for (const std::string& shape : shapes) {
    write_bytes(folder / "x.npy", npy_header(1, "'<u2'", "False", shape), std::vector<std::byte>(8));
    EXPECT_THROW(open_source(folder / "x.npy"), DataError) << shape;
  }
  for (std::size_t n = 6; n < good.size(); ++n) {
    write_bytes(folder / "x.npy", good.substr(0, n));
    EXPECT_THROW(open_source(folder / "x.npy"), DataError) << "first " << n << " bytes";
  }
  write_bytes(folder / "x.npy", std::string("\x93NUMPY\x09\x00", 8) + good.substr(8));
  EXPECT_THAT([&] { open_source(folder / "x.npy"); }, ThrowsMessage<UnsupportedError>(HasSubstr("version 9")));
}

TEST(NpySource, survives_any_single_byte_changed_in_its_header) {
  const TemporaryFolder folder;
  const std::string good = npy_header(1, "'<u2'", "False", "(2, 2, 3)");
  survives_changed_bytes(folder / "x.npy", good + std::string(24, '\1'), good.size());
}

}  // namespace
}  // namespace esieve
