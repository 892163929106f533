// SPDX-License-Identifier: Apache-2.0
#include "codec/dense/shuffle.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/join_bytes.hpp"
#include "codec/dense/bit_planes.hpp"

namespace esieve::codec {
namespace {

using Byte = std::uint8_t;

const Byte* bytes_of(const std::byte* p) { return reinterpret_cast<const Byte*>(p); }
Byte* bytes_of(std::byte* p) { return reinterpret_cast<Byte*>(p); }

// Fixed widths so that the compiler can turn strided access into permutations.
template <std::size_t width>
void split_bytes(const Byte* items, std::size_t n, Byte* planes, std::size_t stride) {
  for (std::size_t b = 0; b < width; ++b)
    for (std::size_t i = 0; i < n; ++i) planes[b * stride + i] = items[width * i + b];
}

void split_bytes(const Byte* items, std::size_t n, std::size_t width, Byte* planes, std::size_t stride) {
  switch (width) {
    case 1: return split_bytes<1>(items, n, planes, stride);
    case 2: return split_bytes<2>(items, n, planes, stride);
    case 4: return split_bytes<4>(items, n, planes, stride);
    case 8: return split_bytes<8>(items, n, planes, stride);
    default:
      for (std::size_t b = 0; b < width; ++b)
        for (std::size_t i = 0; i < n; ++i) planes[b * stride + i] = items[width * i + b];
  }
}

constexpr std::size_t group = 64;         // bytes a kernel takes at a time
constexpr std::size_t tile_items = 2048;  // rows of one tile stay in the first-level cache for numbers

// One row of a tile, n bytes of one significance, to and from eight bit planes. The last, incomplete group goes
// through a padded copy.
void split_row(const Byte* row, std::size_t n, Byte* planes, std::size_t plane_bytes) {
  const BitPlaneKernels& kernels = bit_plane_kernels();
  const std::size_t n_groups = n / group, rest = n % group;
  kernels.split(row, n_groups, planes, plane_bytes);
  if (rest == 0) return;
  std::array<Byte, group> bytes{}, bits;
  std::memcpy(bytes.data(), row + group * n_groups, rest);
  kernels.split(bytes.data(), 1, bits.data(), 8);
  for (std::size_t k = 0; k < 8; ++k) std::memcpy(planes + k * plane_bytes + 8 * n_groups, bits.data() + 8 * k, (rest + 7) / 8);
}

void join_row(const Byte* planes, std::size_t plane_bytes, std::size_t n, Byte* row) {
  const BitPlaneKernels& kernels = bit_plane_kernels();
  const std::size_t n_groups = n / group, rest = n % group;
  kernels.join(planes, plane_bytes, n_groups, row);
  if (rest == 0) return;
  std::array<Byte, group> bytes, bits{};
  for (std::size_t k = 0; k < 8; ++k) std::memcpy(bits.data() + 8 * k, planes + k * plane_bytes + 8 * n_groups, (rest + 7) / 8);
  kernels.join(bits.data(), 8, 1, bytes.data());
  std::memcpy(row + group * n_groups, bytes.data(), rest);
}

void split_bits(const Byte* items, std::size_t n_items, std::size_t width, Byte* out) {
  const std::size_t plane_bytes = (n_items + 7) / 8;
  std::vector<Byte> tile(tile_items * width);
  for (std::size_t first = 0; first < n_items; first += tile_items) {
    const std::size_t n = std::min(tile_items, n_items - first);
    split_bytes(items + first * width, n, width, tile.data(), tile_items);
    for (std::size_t b = 0; b < width; ++b)
      split_row(tile.data() + b * tile_items, n, out + 8 * b * plane_bytes + first / 8, plane_bytes);
  }
}

void join_bits(const Byte* planes, std::size_t n_items, std::size_t width, Byte* items) {
  const std::size_t plane_bytes = (n_items + 7) / 8;
  std::vector<Byte> tile(tile_items * width);
  for (std::size_t first = 0; first < n_items; first += tile_items) {
    const std::size_t n = std::min(tile_items, n_items - first);
    for (std::size_t b = 0; b < width; ++b)
      join_row(planes + 8 * b * plane_bytes + first / 8, plane_bytes, n, tile.data() + b * tile_items);
    join_bytes(tile.data(), tile_items, n, width, items + first * width);
  }
}

}  // namespace

std::size_t shuffled_bytes(Shuffle shuffle, std::size_t n_items, std::size_t item_bytes) {
  return shuffle == Shuffle::bits ? (n_items + 7) / 8 * 8 * item_bytes : n_items * item_bytes;
}

void shuffle_items(Shuffle shuffle, std::span<const std::byte> items, std::size_t item_bytes, std::vector<std::byte>& out) {
  const std::size_t n_items = items.size() / item_bytes;
  out.resize(shuffled_bytes(shuffle, n_items, item_bytes));
  switch (shuffle) {
    case Shuffle::none: std::copy(items.begin(), items.end(), out.begin()); break;
    case Shuffle::bytes: split_bytes(bytes_of(items.data()), n_items, item_bytes, bytes_of(out.data()), n_items); break;
    case Shuffle::bits: split_bits(bytes_of(items.data()), n_items, item_bytes, bytes_of(out.data())); break;
  }
}

void unshuffle_items(Shuffle shuffle, std::span<const std::byte> shuffled, std::size_t item_bytes, std::span<std::byte> items) {
  const std::size_t n_items = items.size() / item_bytes;
  switch (shuffle) {
    case Shuffle::none: std::copy(shuffled.begin(), shuffled.end(), items.begin()); break;
    case Shuffle::bytes: join_bytes(bytes_of(shuffled.data()), n_items, n_items, item_bytes, bytes_of(items.data())); break;
    case Shuffle::bits: join_bits(bytes_of(shuffled.data()), n_items, item_bytes, bytes_of(items.data())); break;
  }
}

}  // namespace esieve::codec
