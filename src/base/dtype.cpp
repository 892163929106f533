// SPDX-License-Identifier: Apache-2.0
//
// Names of element types.
#include "esieve/dtype.hpp"

#include <array>

namespace esieve {
namespace {

struct Names {
  DType dtype;
  std::string_view name;
  std::string_view code;
};

constexpr std::array<Names, 10> all_names = {{{DType::u8, "uint8", "u1"},
                                              {DType::u16, "uint16", "u2"},
                                              {DType::u32, "uint32", "u4"},
                                              {DType::u64, "uint64", "u8"},
                                              {DType::i8, "int8", "i1"},
                                              {DType::i16, "int16", "i2"},
                                              {DType::i32, "int32", "i4"},
                                              {DType::i64, "int64", "i8"},
                                              {DType::f32, "float32", "f4"},
                                              {DType::f64, "float64", "f8"}}};

}  // namespace

std::string_view dtype_name(DType dtype) {
  for (const Names& names : all_names)
    if (names.dtype == dtype) return names.name;
  return "unknown";
}

std::optional<DType> parse_dtype(std::string_view text) {
  if (!text.empty() && std::string_view("<>|=").find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  for (const Names& names : all_names)
    if (text == names.name || text == names.code) return names.dtype;
  return std::nullopt;
}

}  // namespace esieve
