// SPDX-License-Identifier: Apache-2.0
//
// Element types of a dense dataset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "esieve/export.hpp"

namespace esieve {

/// Stored in files: append, never renumber.
enum class DType : std::uint8_t {
  u8 = 1,
  u16 = 2,
  u32 = 3,
  u64 = 4,
  i8 = 5,
  i16 = 6,
  i32 = 7,
  i64 = 8,
  f32 = 9,
  f64 = 10,
};

constexpr std::size_t item_bytes(DType dtype) {
  switch (dtype) {
    case DType::u8:
    case DType::i8: return 1;
    case DType::u16:
    case DType::i16: return 2;
    case DType::u32:
    case DType::i32:
    case DType::f32: return 4;
    case DType::u64:
    case DType::i64:
    case DType::f64: return 8;
  }
  return 0;
}

constexpr bool is_float(DType dtype) { return dtype == DType::f32 || dtype == DType::f64; }
constexpr bool is_signed(DType dtype) { return dtype >= DType::i8; }

/// NumPy's name: "uint16", "float32", ...
ESIEVE_API std::string_view dtype_name(DType dtype);

/// Accepts NumPy's names and codes ("uint16", "u2", "<u2", ">f4"); the byte order is ignored here.
ESIEVE_API std::optional<DType> parse_dtype(std::string_view text);

/// Calls `visit(T{})` with the C++ type of `dtype`.
template <class Visit>
decltype(auto) visit_dtype(DType dtype, Visit&& visit) {
  switch (dtype) {
    case DType::u8: return visit(std::uint8_t{});
    case DType::u16: return visit(std::uint16_t{});
    case DType::u32: return visit(std::uint32_t{});
    case DType::u64: return visit(std::uint64_t{});
    case DType::i8: return visit(std::int8_t{});
    case DType::i16: return visit(std::int16_t{});
    case DType::i32: return visit(std::int32_t{});
    case DType::i64: return visit(std::int64_t{});
    case DType::f32: return visit(float{});
    case DType::f64: break;
  }
  return visit(double{});
}

}  // namespace esieve
