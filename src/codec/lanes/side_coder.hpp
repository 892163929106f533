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
  std::uint8_t seen = 0;

  void update(bool bit) noexcept {
    const unsigned rate = seen < 4 ? seen + 2U : 5U;
    if (seen < 4) ++seen;
    if (bit)
      zero = static_cast<std::uint16_t>(zero - (zero >> rate));
    else
      zero = static_cast<std::uint16_t>(zero + ((0xFFFFU - zero) >> rate));
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

class SideEncoder {
 public:
  explicit SideEncoder(std::vector<std::byte>& out) : out_(out) {}

  void bit(AdaptiveBit& model, bool value);
  void raw(std::uint32_t value, unsigned n_bits);
  void number(AdaptiveNumber& model, std::uint32_t value);
  /// Zigzag: 0, -1, 1, -2, ...
  void signed_number(AdaptiveNumber& model, std::int32_t value);
  void finish();

 private:
  void normalize();
  void shift_low();

  std::vector<std::byte>& out_;
  std::uint64_t low_ = 0;
  std::uint32_t range_ = 0xFFFFFFFFU;
  std::uint64_t n_pending_ = 1;  // bytes waiting for a carry: cache_, then 0xFF each
  std::uint8_t cache_ = 0;
};

/// Reads zeros beyond the end and remembers having done so.
class SideDecoder {
 public:
  explicit SideDecoder(std::span<const std::byte> bytes);

  [[nodiscard]] bool bit(AdaptiveBit& model);
  [[nodiscard]] std::uint32_t raw(unsigned n_bits);
  [[nodiscard]] std::uint32_t number(AdaptiveNumber& model);
  [[nodiscard]] std::int32_t signed_number(AdaptiveNumber& model);
  [[nodiscard]] bool overrun() const noexcept { return n_overrun_ > 0; }

 private:
  void normalize();
  [[nodiscard]] std::uint8_t next() noexcept;

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  std::size_t n_overrun_ = 0;
  std::uint32_t range_ = 0xFFFFFFFFU;
  std::uint32_t code_ = 0;
};

}  // namespace esieve::codec::lanes
