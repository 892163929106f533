// SPDX-License-Identifier: Apache-2.0
//
// Takes numbers and bytes off the front of a span, never reading beyond its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace esieve {

/// Once something was missing or malformed `ok` is false and every further result is zero or empty.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  std::span<const std::byte> rest() const { return rest_; }

  std::span<const std::byte> take(std::uint64_t n_bytes) {
    if (!ok_ || n_bytes > rest_.size()) {
      fail();
      return {};
    }
    const auto taken = rest_.first(static_cast<std::size_t>(n_bytes));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

  /// A little-endian number.
  template <class T>
  requires std::is_arithmetic_v<T> T number() {
    T value{};
    if (const auto bytes = take(sizeof value); !bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }

  /// As `append_varint` writes it.
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = take(1);
      if (byte.empty()) return 0;
      const auto bits = std::to_integer<std::uint64_t>(byte[0]);
      value |= (bits & 0x7f) << shift;
      if (bits < 0x80) return value;
    }
    fail();
    return 0;
  }

 private:
  void fail() {
    ok_ = false;
    rest_ = {};
  }

  std::span<const std::byte> rest_;
  bool ok_ = true;
};

}  // namespace esieve
