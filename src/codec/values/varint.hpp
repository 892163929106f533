// SPDX-License-Identifier: Apache-2.0
//
// Unsigned integers in as few bytes as they need: seven bits a byte, low ones first, the top bit set on all but the last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace esieve::codec {

inline void append_varint(std::vector<std::byte>& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::byte>(value | 0x80));
  out.push_back(static_cast<std::byte>(value));
}

/// Takes bytes from the front of a span. Once something was missing or malformed `ok` is false and every further result
/// is zero or empty.
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

}  // namespace esieve::codec
