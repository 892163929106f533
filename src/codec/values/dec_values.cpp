// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include "codec/values/constant_pixels.hpp"
#include "codec/values/value_map.hpp"

namespace esieve::codec {
namespace {

constexpr std::int64_t unzigzagged(std::uint64_t code) {
  return static_cast<std::int64_t>(code >> 1) ^ -static_cast<std::int64_t>(code & 1);
}

template <class T>
T element_of(std::uint32_t count, bool zigzag, const std::optional<Quantum>& quantum) {
  if constexpr (std::is_floating_point_v<T>)
    return quantum->element<T>(zigzag ? static_cast<double>(unzigzagged(count)) : static_cast<double>(count));
  else
    return zigzag ? static_cast<T>(unzigzagged(count)) : static_cast<T>(count);
}

template <class T, class Count>
void restore(const ValueMap& map, std::span<const std::byte> plane, std::span<std::byte> elements) {
  const auto* counts = reinterpret_cast<const Count*>(plane.data());
  auto* values = reinterpret_cast<T*>(elements.data());
  const std::size_t n = elements.size() / sizeof(T);
  const auto quantum = map.quantum;
  if (map.zigzag)
    for (std::size_t i = 0; i < n; ++i) values[i] = element_of<T>(counts[i], true, quantum);
  else
    for (std::size_t i = 0; i < n; ++i) values[i] = element_of<T>(counts[i], false, quantum);
}

template <class T>
void restore(const ValueMap& map, std::span<const std::byte> plane, std::span<std::byte> elements) {
  switch (map.count_bytes) {
    case 1: return restore<T, std::uint8_t>(map, plane, elements);
    case 2: return restore<T, std::uint16_t>(map, plane, elements);
    default: return restore<T, std::uint32_t>(map, plane, elements);
  }
}

}  // namespace

void restore_values(const ValueMap& map, std::span<const std::byte> plane, const BlockLayout& layout,
                    std::span<std::byte> elements) {
  if (counts_are_elements(map, layout)) {
    if (plane.data() != elements.data()) std::copy(plane.begin(), plane.end(), elements.begin());
  } else {
    visit_dtype(layout.dtype, [&](auto zero) { restore<decltype(zero)>(map, plane, elements); });
  }
  for (const SideEntry& entry : map.exceptions)
    std::memcpy(elements.data() + entry.position * layout.item_bytes, &entry.bits, layout.item_bytes);
  if (!map.constants.empty()) fill_pixels(map.constants, layout.shape, layout.item_bytes, elements);
}

std::uint64_t element_bits(const ValueMap& map, DType dtype, std::uint32_t count) {
  return visit_dtype(dtype, [&](auto zero) {
    const auto element = element_of<decltype(zero)>(count, map.zigzag, map.quantum);
    std::uint64_t bits = 0;
    std::memcpy(&bits, &element, sizeof element);
    return bits;
  });
}

std::uint32_t count_of_bits(const ValueMap& map, DType dtype, std::uint64_t bits) {
  const bool top_bit = bits >> (8 * item_bytes(dtype) - 1) != 0;
  if (top_bit && is_signed(dtype)) return 0;  // negative
  double nearest = static_cast<double>(bits);
  if (map.quantum) {
    const double element =
        item_bytes(dtype) == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(bits)) : std::bit_cast<double>(bits);
    nearest = std::round(map.quantum->count(element));
  }
  if (!(nearest >= 1 && nearest <= 4294967295.0)) return 0;
  const auto count = static_cast<std::uint32_t>(nearest);
  return element_bits(map, dtype, count) == bits ? count : 0;
}

}  // namespace esieve::codec
