// SPDX-License-Identifier: Apache-2.0
//
// Little-endian integers and varints in byte buffers, and byte swapping of whole arrays.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace esieve {

static_assert(std::endian::native == std::endian::little, "big-endian hosts are not supported yet");

/// Appends `value` to `out`, little endian.
template <std::unsigned_integral T>
void append_le(std::vector<std::byte>& out, T value) {
  const std::size_t at = out.size();
  out.resize(at + sizeof value);
  std::memcpy(out.data() + at, &value, sizeof value);
}

/// Appends `value` in as few bytes as it needs: seven bits a byte, low ones first, the top bit set on all but the last.
inline void append_varint(std::vector<std::byte>& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::byte>(value | 0x80));
  out.push_back(static_cast<std::byte>(value));
}

/// \pre bytes.size() >= offset + sizeof(T)
template <std::unsigned_integral T>
T load_le(std::span<const std::byte> bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

/// \pre bytes.size() >= offset + sizeof(T)
template <std::unsigned_integral T>
void store_le(std::span<std::byte> bytes, std::size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

/// Reverses the bytes of every item in place. `item_bytes` is 1, 2, 4 or 8.
inline void swap_bytes(std::span<std::byte> items, std::size_t item_bytes) {
  const auto swap_all = [&]<class T>(T, auto swap) {
    for (std::size_t i = 0; i + sizeof(T) <= items.size(); i += sizeof(T)) {
      T item;
      std::memcpy(&item, items.data() + i, sizeof item);
      item = swap(item);
      std::memcpy(items.data() + i, &item, sizeof item);
    }
  };
  if (item_bytes == 2) swap_all(std::uint16_t{}, [](std::uint16_t item) { return __builtin_bswap16(item); });
  if (item_bytes == 4) swap_all(std::uint32_t{}, [](std::uint32_t item) { return __builtin_bswap32(item); });
  if (item_bytes == 8) swap_all(std::uint64_t{}, [](std::uint64_t item) { return __builtin_bswap64(item); });
}

}  // namespace esieve
