// SPDX-License-Identifier: Apache-2.0
#include "source/mib_raw.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "esieve/error.hpp"

namespace esieve {
namespace {

constexpr std::uint32_t chip_columns = 256;

int stored_bits(int counter_bits) { return counter_bits == 1 ? 1 : counter_bits == 6 ? 8 : 16; }

/// Pixels of a row in their order on the chip.
template <class T>
void unpack_row(const std::byte* stored, int bits, std::span<T> row) {
  const std::size_t pixels_per_word = 64 / static_cast<std::size_t>(bits);
  const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  for (std::size_t i = 0; i < row.size(); i += pixels_per_word, stored += sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, stored, sizeof word);
    word = __builtin_bswap64(word);
    for (std::size_t k = 0; k < pixels_per_word; ++k, word >>= bits) row[i + k] = static_cast<T>(word & mask);
  }
}

/// Puts a row of the four chips 4, 3, 2, 1 where it belongs on the detector.
template <class T>
void place_square(std::span<const T> row, std::size_t y, std::size_t n_rows, T* out) {
  const std::size_t half = row.size() / 4, width = 2 * half;
  const auto chip = [&](std::size_t number) { return row.subspan((4 - number) * half, half); };
  T* upper = out + y * width;
  T* lower = out + (2 * n_rows - 1 - y) * width;
  std::copy(chip(1).begin(), chip(1).end(), upper);
  std::copy(chip(2).begin(), chip(2).end(), upper + half);
  std::reverse_copy(chip(3).begin(), chip(3).end(), lower);
  std::reverse_copy(chip(4).begin(), chip(4).end(), lower + half);
}

template <class T>
void unpack_image(const MibRaw& raw, const std::byte* stored, T* out) {
  const int bits = stored_bits(raw.counter_bits);
  const std::size_t row_bytes = static_cast<std::size_t>(raw.stored_columns) * static_cast<std::size_t>(bits) / 8;
  std::vector<T> row(raw.stored_columns);
  for (std::size_t y = 0; y < raw.stored_rows; ++y, stored += row_bytes) {
    unpack_row<T>(stored, bits, row);
    if (raw.is_square)
      place_square<T>(row, y, raw.stored_rows, out);
    else
      std::copy(row.begin(), row.end(), out + y * row.size());
  }
}

template <class T>
void unpack(const MibRaw& raw, std::span<const std::byte> stored, std::span<std::byte> out) {
  std::vector<T> frame(out.size() / sizeof(T));
  unpack_image(raw, stored.data(), frame.data());
  if (raw.counter_bits == 24) {
    std::vector<T> lower(frame.size());
    unpack_image(raw, stored.data() + raw.image_bytes(), lower.data());
    for (std::size_t i = 0; i < frame.size(); ++i) frame[i] = static_cast<T>((frame[i] << 12) + lower[i]);
  }
  std::memcpy(out.data(), frame.data(), out.size());
}

}  // namespace

std::uint64_t MibRaw::image_bytes() const {
  return std::uint64_t{stored_columns} * stored_rows * static_cast<std::uint64_t>(stored_bits(counter_bits)) / 8;
}

DetectorShape MibRaw::detector() const {
  return is_square ? DetectorShape{2 * stored_rows, stored_columns / 2} : DetectorShape{stored_rows, stored_columns};
}

DType MibRaw::dtype() const { return counter_bits <= 6 ? DType::u8 : counter_bits == 12 ? DType::u16 : DType::u32; }

MibRaw read_mib_raw(const MibHeader& header, const std::string& name) {
  MibRaw raw{header.counter_bits, header.n_chips == 4, header.columns, header.rows};
  const bool known_depth = raw.counter_bits == 1 || raw.counter_bits == 6 || raw.counter_bits == 12 || raw.counter_bits == 24;
  if (!known_depth)
    throw UnsupportedError(name + " is in raw mode with a counter of " + std::to_string(raw.counter_bits) +
                           " bits (1, 6, 12 and 24 are known)");
  const bool known_layout = header.n_chips == 1 || (header.n_chips == 4 && header.layout.starts_with("2x2"));
  if (raw.counter_bits == 24) raw.stored_columns /= 2;  // the two images count as one twice as wide
  if (!known_layout || raw.stored_columns != chip_columns * header.n_chips)
    throw UnsupportedError(name + " is in raw mode with " + std::to_string(header.n_chips) + " chips as " + header.layout +
                           " and rows of " + std::to_string(header.columns) +
                           " (one chip and a square of four are known); save it with the camera's software in another mode");
  return raw;
}

void unpack_mib_raw(const MibRaw& raw, std::span<const std::byte> stored, std::span<std::byte> out) {
  switch (raw.dtype()) {
    case DType::u8: return unpack<std::uint8_t>(raw, stored, out);
    case DType::u16: return unpack<std::uint16_t>(raw, stored, out);
    default: return unpack<std::uint32_t>(raw, stored, out);
  }
}

}  // namespace esieve
