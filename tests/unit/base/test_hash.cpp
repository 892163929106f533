// SPDX-License-Identifier: Apache-2.0
#include "base/hash.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace esieve {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

// Reference values from the `xxhash` Python package.
TEST(Hash64, is_xxh3_64) {
  EXPECT_EQ(hash64(bytes_of("")), 0x2d06800538d394c2U);
  EXPECT_EQ(hash64(bytes_of("esieve")), 0xceb1a291ea653ce6U);
}

TEST(Hash64, is_the_same_for_long_texts_whatever_the_processor) {  // reference values from xxHash's plain code
  std::string text(5000, ' ');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7 + i / 256);
  EXPECT_EQ(hash64(bytes_of(text.substr(0, 1024))), 0x71bee625238addb4U);
  EXPECT_EQ(hash64(bytes_of(text)), 0xed0146266d138bd8U);
}

TEST(Hash128, pieces_give_the_same_as_the_whole) {
  Hash128 pieces, whole;
  const std::string text(1000, 'x');
  for (std::size_t i = 0; i < text.size(); i += 10) pieces.update(bytes_of(text.substr(i, 10)));
  whole.update(bytes_of(text));
  EXPECT_EQ(pieces.hex(), whole.hex());
}

TEST(Hash128, is_xxh3_128_in_the_order_python_prints_it) {
  Hash128 hash;
  EXPECT_EQ(hash.hex(), "99aa06d3014798d86001c324468d497f");
}

}  // namespace
}  // namespace esieve
