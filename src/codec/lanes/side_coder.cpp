// SPDX-License-Identifier: Apache-2.0
#include "codec/lanes/side_coder.hpp"

#include <bit>

namespace esieve::codec::lanes {
namespace {

constexpr std::uint32_t smallest_range = 1U << 24;

constexpr std::uint32_t zigzag(std::int32_t value) {
  return (static_cast<std::uint32_t>(value) << 1) ^ static_cast<std::uint32_t>(value >> 31);
}

constexpr std::int32_t unzigzag(std::uint32_t value) { return static_cast<std::int32_t>((value >> 1) ^ (0U - (value & 1U))); }

}  // namespace

void SideEncoder::shift_low() {
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

void SideEncoder::normalize() {
  while (range_ < smallest_range) {
    range_ <<= 8;
    shift_low();
  }
}

void SideEncoder::bit(AdaptiveBit& model, bool value) {
  const std::uint32_t bound = model.bound(range_);
  if (value) {
    low_ += bound;
    range_ -= bound;
  } else {
    range_ = bound;
  }
  model.update(value);
  normalize();
}

void SideEncoder::raw(std::uint32_t value, unsigned n_bits) {
  while (n_bits-- > 0) {
    range_ >>= 1;
    if ((value >> n_bits & 1U) != 0) low_ += range_;
    normalize();
  }
}

void SideEncoder::number(AdaptiveNumber& model, std::uint32_t value) {
  const auto length = static_cast<unsigned>(std::bit_width(value));
  for (unsigned i = 0; i < 32; ++i) {
    bit(model.length[i], i < length);
    if (i >= length) break;
  }
  if (length < 2) return;
  const bool first = (value >> (length - 2) & 1U) != 0;
  bit(model.leading[length][0], first);
  if (length < 3) return;
  bit(model.leading[length][first ? 2 : 1], (value >> (length - 3) & 1U) != 0);
  raw(value & ((1U << (length - 3)) - 1U), length - 3);
}

void SideEncoder::signed_number(AdaptiveNumber& model, std::int32_t value) { number(model, zigzag(value)); }

void SideEncoder::finish() {
  for (int i = 0; i < 5; ++i) shift_low();
}

SideDecoder::SideDecoder(std::span<const std::byte> bytes) : bytes_(bytes) {
  for (int i = 0; i < 5; ++i) code_ = code_ << 8 | next();
}

std::uint8_t SideDecoder::next() noexcept {
  if (at_ < bytes_.size()) return static_cast<std::uint8_t>(bytes_[at_++]);
  ++n_overrun_;
  return 0;
}

void SideDecoder::normalize() {
  while (range_ < smallest_range) {
    range_ <<= 8;
    code_ = code_ << 8 | next();
  }
}

bool SideDecoder::bit(AdaptiveBit& model) {
  const std::uint32_t bound = model.bound(range_);
  const bool value = code_ >= bound;
  if (value) {
    code_ -= bound;
    range_ -= bound;
  } else {
    range_ = bound;
  }
  model.update(value);
  normalize();
  return value;
}

std::uint32_t SideDecoder::raw(unsigned n_bits) {
  std::uint32_t value = 0;
  while (n_bits-- > 0) {
    range_ >>= 1;
    const bool one = code_ >= range_;
    if (one) code_ -= range_;
    value = value << 1 | (one ? 1U : 0U);
    normalize();
  }
  return value;
}

std::uint32_t SideDecoder::number(AdaptiveNumber& model) {
  unsigned length = 0;
  while (length < 32 && bit(model.length[length])) ++length;
  if (length < 2) return length;
  const bool first = bit(model.leading[length][0]);
  std::uint32_t value = first ? 3U : 2U;
  if (length < 3) return value;
  value = value << 1 | (bit(model.leading[length][first ? 2 : 1]) ? 1U : 0U);
  return value << (length - 3) | raw(length - 3);
}

std::int32_t SideDecoder::signed_number(AdaptiveNumber& model) { return unzigzag(number(model)); }

}  // namespace esieve::codec::lanes
