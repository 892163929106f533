// SPDX-License-Identifier: Apache-2.0
#include "verify/compare_frames.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace esieve {
namespace {

template <std::size_t item>
Comparison compare_items(const std::byte* expected, const std::byte* stored, std::uint64_t n_items) {
  Comparison result;
  for (std::uint64_t i = 0; i < n_items; ++i) {
    if (std::memcmp(expected + i * item, stored + i * item, item) == 0) continue;
    if (!result.first) result.first = i;
    ++result.n_different;
  }
  return result;
}

std::string hex_of(std::span<const std::byte> little_endian) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "0x";
  for (std::size_t i = little_endian.size(); i-- > 0;) {
    text += digits[std::to_integer<unsigned>(little_endian[i]) >> 4];
    text += digits[std::to_integer<unsigned>(little_endian[i]) & 15];
  }
  return text;
}

}  // namespace

Comparison compare_elements(std::span<const std::byte> expected, std::span<const std::byte> stored, DType dtype) {
  if (expected.empty() || std::memcmp(expected.data(), stored.data(), expected.size()) == 0) return {};
  const std::uint64_t n_items = expected.size() / item_bytes(dtype);
  switch (item_bytes(dtype)) {
    case 1: return compare_items<1>(expected.data(), stored.data(), n_items);
    case 2: return compare_items<2>(expected.data(), stored.data(), n_items);
    case 4: return compare_items<4>(expected.data(), stored.data(), n_items);
    default: return compare_items<8>(expected.data(), stored.data(), n_items);
  }
}

std::string format_element(std::span<const std::byte> frames, std::uint64_t index, DType dtype) {
  const auto element = frames.subspan(index * item_bytes(dtype), item_bytes(dtype));
  return visit_dtype(dtype, [&]<class T>(T) {
    T value;
    std::memcpy(&value, element.data(), sizeof value);
    if constexpr (std::is_floating_point_v<T>)
      if (std::isnan(value)) return "nan (" + hex_of(element) + ")";
    std::array<char, 32> text;  // the shortest that reads back to the same value
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return std::string(text.data(), end);
  });
}

}  // namespace esieve
