// SPDX-License-Identifier: Apache-2.0
#include "codec/dense/bit_planes.hpp"

#include <array>
#include <cstring>

#include "base/cpu.hpp"

namespace esieve::codec {
namespace {

// Transposes an 8 x 8 bit matrix, rows being bytes (Hacker's Delight, 7-3).
constexpr std::uint64_t transpose_bits(std::uint64_t x) {
  std::uint64_t t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aaULL;
  x ^= t ^ (t << 7);
  t = (x ^ (x >> 14)) & 0x0000cccc0000ccccULL;
  x ^= t ^ (t << 14);
  t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0ULL;
  return x ^ t ^ (t << 28);
}

void transpose_bytes(const std::array<std::uint64_t, 8>& in, std::array<std::uint64_t, 8>& out) {
  std::array<std::uint8_t, 64> rows, columns;
  std::memcpy(rows.data(), in.data(), 64);
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t k = 0; k < 8; ++k) columns[8 * k + i] = rows[8 * i + k];
  std::memcpy(out.data(), columns.data(), 64);
}

void split(const std::uint8_t* bytes, std::size_t n_groups, std::uint8_t* planes, std::size_t plane_bytes) {
  std::array<std::uint64_t, 8> words, columns;
  for (std::size_t g = 0; g < n_groups; ++g) {
    std::memcpy(words.data(), bytes + 64 * g, 64);
    for (std::uint64_t& word : words) word = transpose_bits(word);
    transpose_bytes(words, columns);
    for (std::size_t k = 0; k < 8; ++k) std::memcpy(planes + k * plane_bytes + 8 * g, &columns[k], 8);
  }
}

void join(const std::uint8_t* planes, std::size_t plane_bytes, std::size_t n_groups, std::uint8_t* bytes) {
  std::array<std::uint64_t, 8> words, columns;
  for (std::size_t g = 0; g < n_groups; ++g) {
    for (std::size_t k = 0; k < 8; ++k) std::memcpy(&columns[k], planes + k * plane_bytes + 8 * g, 8);
    transpose_bytes(columns, words);
    for (std::uint64_t& word : words) word = transpose_bits(word);
    std::memcpy(bytes + 64 * g, words.data(), 64);
  }
}

}  // namespace

const BitPlaneKernels bit_planes_baseline = {split, join};

const BitPlaneKernels& bit_plane_kernels() {
#if defined(__x86_64__)
  switch (instruction_set()) {
    case InstructionSet::avx512: return bit_planes_avx512;
    case InstructionSet::avx2: return bit_planes_avx2;
    case InstructionSet::baseline: break;
  }
#endif
  return bit_planes_baseline;
}

}  // namespace esieve::codec
