// SPDX-License-Identifier: Apache-2.0
//
// Raw mode of Merlin .mib: pixels as they leave the Medipix chips, packed into 64-bit words.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "esieve/dtype.hpp"
#include "esieve/shape.hpp"
#include "source/mib_header.hpp"

namespace esieve {

/// Words are big endian and hold their first pixel in the lowest bits: 64 pixels of 1 bit, 8 of 6 bits in
/// bytes, 4 of 12 bits in half-words. 24 bits come as two images of 12 bits, the more significant one first.
///
/// Of four chips in a square (2x2) every stored row holds one row of each, in the order 4, 3, 2, 1. Chips 1
/// and 2 are the upper half; 3 and 4, the lower half, are mounted upside down, so that they turn by 180
/// degrees.
struct MibRaw {
  int counter_bits = 0;
  bool is_square = false;                             ///< 2x2 chips.
  std::uint32_t stored_columns = 0, stored_rows = 0;  ///< Of one image: all chips side by side.

  std::uint64_t image_bytes() const;  ///< Of one stored image, of which 24-bit frames have two.
  std::uint64_t frame_bytes() const { return image_bytes() * (counter_bits == 24 ? 2 : 1); }
  DetectorShape detector() const;
  DType dtype() const;  ///< The least that holds the counter.
};

/// \param name  for messages
/// \throws UnsupportedError  an arrangement of chips or a counter depth that is not known
MibRaw read_mib_raw(const MibHeader& header, const std::string& name);

/// \pre  stored.size() == raw.frame_bytes(); out.size() == detector pixels times item size
void unpack_mib_raw(const MibRaw& raw, std::span<const std::byte> stored, std::span<std::byte> out);

}  // namespace esieve
