// SPDX-License-Identifier: Apache-2.0
#include "base/byte_reader.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/bytes.hpp"

namespace esieve {
namespace {

TEST(ByteReader, takes_what_was_appended) {
  std::vector<std::byte> bytes;
  append_le(bytes, std::uint16_t{0x1234});
  append_varint(bytes, 300);
  append_le(bytes, std::bit_cast<std::uint64_t>(-2.5));
  append_varint(bytes, ~std::uint64_t{0});
  bytes.push_back(std::byte{9});
  ByteReader reader(bytes);
  EXPECT_EQ(reader.number<std::uint16_t>(), 0x1234);
  EXPECT_EQ(reader.varint(), 300U);
  EXPECT_EQ(reader.number<double>(), -2.5);
  EXPECT_EQ(reader.varint(), ~std::uint64_t{0});
  EXPECT_EQ(reader.rest().size(), 1U);
  EXPECT_EQ(reader.take(1)[0], std::byte{9});
  EXPECT_TRUE(reader.ok());
}

TEST(ByteReader, gives_nothing_more_once_something_was_missing) {
  const std::vector<std::byte> bytes(7, std::byte{1});
  for (const std::uint64_t wanted : {std::uint64_t{8}, ~std::uint64_t{0}}) {
    ByteReader reader(bytes);
    EXPECT_TRUE(reader.take(wanted).empty());
    EXPECT_FALSE(reader.ok());
    EXPECT_TRUE(reader.rest().empty());
    EXPECT_EQ(reader.number<std::uint8_t>(), 0);
    EXPECT_EQ(reader.varint(), 0U);
  }
  ByteReader reader(bytes);
  EXPECT_EQ(reader.number<std::uint64_t>(), 0U);
  EXPECT_FALSE(reader.ok());
}

TEST(ByteReader, a_varint_without_end_is_none) {
  for (const std::size_t n : {3U, 20U}) {
    const std::vector<std::byte> bytes(n, std::byte{0xff});
    ByteReader reader(bytes);
    EXPECT_EQ(reader.varint(), 0U);
    EXPECT_FALSE(reader.ok());
  }
}

}  // namespace
}  // namespace esieve
