// SPDX-License-Identifier: Apache-2.0
#include "esieve/dtype.hpp"

#include <gtest/gtest.h>

namespace esieve {
namespace {

TEST(DTypeNames, round_trip_and_sizes_agree_with_the_cpp_types) {
  for (int code = 1; code <= 10; ++code) {
    const auto dtype = static_cast<DType>(code);
    EXPECT_EQ(parse_dtype(dtype_name(dtype)), dtype);
    visit_dtype(dtype, [&](auto value) { EXPECT_EQ(sizeof value, item_bytes(dtype)); });
  }
}

TEST(DTypeNames, numpy_codes_are_read_with_or_without_byte_order) {
  EXPECT_EQ(parse_dtype("<u2"), DType::u16);
  EXPECT_EQ(parse_dtype(">f8"), DType::f64);
  EXPECT_EQ(parse_dtype("|u1"), DType::u8);
  EXPECT_EQ(parse_dtype("i4"), DType::i32);
  EXPECT_EQ(parse_dtype("complex64"), std::nullopt);
  EXPECT_EQ(parse_dtype(""), std::nullopt);
}

}  // namespace
}  // namespace esieve
