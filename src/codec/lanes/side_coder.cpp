// SPDX-License-Identifier: Apache-2.0
#include "codec/lanes/side_coder.hpp"

#include <bit>

namespace esieve::codec::lanes {

void SideEncoder::shift_low() {
  range_ <<= 8;
  if (low_ < 0xFF000000U || low_ > 0xFFFFFFFFU) {
    const auto carry = static_cast<std::uint8_t>(low_ >> 32);
    for (; n_pending_ > 0; --n_pending_) {
      out_.push_back(static_cast<std::byte>(cache_ + carry));
      cache_ = 0xFF;
    }
    cache_ = static_cast<std::uint8_t>(low_ >> 24);
  }
  ++n_pending_;
  low_ = (low_ & 0x00FFFFFFU) << 8;
}

void SideEncoder::raw(std::uint32_t value, unsigned n_bits) {
  while (n_bits-- > 0) {
    range_ >>= 1;
    if ((value >> n_bits & 1U) != 0) low_ += range_;
    while (range_ < smallest_range) shift_low();
  }
}

void SideEncoder::number(AdaptiveNumber& model, std::uint32_t value) {
  const auto length = static_cast<unsigned>(std::bit_width(value));
  for (unsigned i = 0; i < length; ++i) bit(model.length[i], true);
  if (length < 32) bit(model.length[length], false);
  if (length < 2) return;
  const bool first = (value >> (length - 2) & 1U) != 0;
  bit(model.leading[length][0], first);
  if (length < 3) return;
  bit(model.leading[length][first ? 2 : 1], (value >> (length - 3) & 1U) != 0);
  raw(value & ((1U << (length - 3)) - 1U), length - 3);
}

void SideEncoder::finish() {
  for (int i = 0; i < 5; ++i) shift_low();
}

}  // namespace esieve::codec::lanes
