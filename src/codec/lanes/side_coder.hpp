// SPDX-License-Identifier: Apache-2.0
//
// Adaptive binary range coder for the side information of a lanes block (rate map, weights, tables). [§5]
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace esieve::codec::lanes {

/// Estimate of P(bit = 0) in units of 2^-16; it moves fast at first, then by 1/32 of the error.
struct AdaptiveBit {
  std::uint16_t zero = 1U << 15;
  std::uint8_t rate = 2;  ///< The next move is by 2^-rate of the error.

  // Without branches, as is what coders do: nobody can guess a bit that is worth storing.
  void update(bool bit) noexcept {
    const std::uint32_t if_one = 0U - static_cast<std::uint32_t>(bit);
    const std::uint32_t up = (0xFFFFU - zero) >> rate, down = std::uint32_t{zero} >> rate;
    zero = static_cast<std::uint16_t>(zero + (up & ~if_one) - (down & if_one));
    rate = static_cast<std::uint8_t>(rate + (rate < 5 ? 1 : 0));
  }
  /// Never 0 and never the whole range.
  [[nodiscard]] std::uint32_t bound(std::uint32_t range) const noexcept {
    return (range >> 16) * (zero < 64U ? 64U : zero > 65472U ? 65472U : zero);
  }
};

/// Model of an unsigned number below 2^32: its bit length in unary, then its two leading bits; the rest is raw.
struct AdaptiveNumber {
  std::array<AdaptiveBit, 33> length;
  std::array<std::array<AdaptiveBit, 3>, 33> leading;
};

/// Ranges are kept above this.
inline constexpr std::uint32_t smallest_range = 1U << 24;

class SideEncoder {
 public:
  explicit SideEncoder(std::vector<std::byte>& out) : out_(out) {}

  void bit(AdaptiveBit& model, bool value) {
    const std::uint32_t bound = model.bound(range_), if_one = 0U - static_cast<std::uint32_t>(value);
    low_ += bound & if_one;
    range_ = ((range_ - bound) & if_one) | (bound & ~if_one);
    model.update(value);
    while (range_ < smallest_range) shift_low();
  }
  void raw(std::uint32_t value, unsigned n_bits);
  void number(AdaptiveNumber& model, std::uint32_t value);
  /// Zigzag: 0, -1, 1, -2, ...
  void signed_number(AdaptiveNumber& model, std::int32_t value) {
    number(model, (static_cast<std::uint32_t>(value) << 1) ^ static_cast<std::uint32_t>(value >> 31));
  }
  void finish();

 private:
  void shift_low();

  std::vector<std::byte>& out_;
  std::uint64_t low_ = 0;
  std::uint32_t range_ = 0xFFFFFFFFU;
  std::uint64_t n_pending_ = 1;  // bytes waiting for a carry: cache_, then 0xFF each
  std::uint8_t cache_ = 0;
};

/// Reads zeros beyond the end and remembers having done so. All of it is here so that a loop may keep a copy in registers.
class SideDecoder {
 public:
  explicit SideDecoder(std::span<const std::byte> bytes) : bytes_(bytes) {
    for (int i = 0; i < 5; ++i) code_ = code_ << 8 | next();
  }

  [[nodiscard]] bool bit(AdaptiveBit& model) noexcept {
    const std::uint32_t bound = model.bound(range_);
    const bool value = code_ >= bound;
    const std::uint32_t if_one = 0U - static_cast<std::uint32_t>(value);
    code_ -= bound & if_one;
    range_ = ((range_ - bound) & if_one) | (bound & ~if_one);
    model.update(value);
    normalize();
    return value;
  }
  [[nodiscard]] std::uint32_t raw(unsigned n_bits) noexcept {
    std::uint32_t value = 0;
    while (n_bits-- > 0) {
      range_ >>= 1;
      const bool set = code_ >= range_;
      if (set) code_ -= range_;
      value = value << 1 | (set ? 1U : 0U);
      normalize();
    }
    return value;
  }
  [[nodiscard]] std::uint32_t number(AdaptiveNumber& model) noexcept {
    unsigned length = 0;
    while (length < 32 && bit(model.length[length])) ++length;
    if (length < 2) return length;
    const std::uint32_t first = bit(model.leading[length][0]) ? 1 : 0;
    if (length < 3) return 2 | first;
    const std::uint32_t second = bit(model.leading[length][1 + first]) ? 1 : 0;
    return (4 | first << 1 | second) << (length - 3) | raw(length - 3);
  }
  [[nodiscard]] std::int32_t signed_number(AdaptiveNumber& model) noexcept {
    const std::uint32_t zigzag = number(model);
    return static_cast<std::int32_t>((zigzag >> 1) ^ (0U - (zigzag & 1U)));
  }
  [[nodiscard]] bool overrun() const noexcept { return n_overrun_ > 0; }

 private:
  void normalize() noexcept {
    while (range_ < smallest_range) [[unlikely]] {
        range_ <<= 8;
        code_ = code_ << 8 | next();
      }
  }
  [[nodiscard]] std::uint8_t next() noexcept {
    if (at_ < bytes_.size()) return static_cast<std::uint8_t>(bytes_[at_++]);
    ++n_overrun_;
    return 0;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  std::size_t n_overrun_ = 0;
  std::uint32_t range_ = 0xFFFFFFFFU;
  std::uint32_t code_ = 0;
};

}  // namespace esieve::codec::lanes
