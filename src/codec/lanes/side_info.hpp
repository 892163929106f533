// SPDX-License-Identifier: Apache-2.0
//
// The side information of a block in bits: rate map, weights, symbol tables. [§5]
#pragma once

#include "codec/lanes/layout.hpp"
#include "codec/lanes/model.hpp"
#include "codec/lanes/side_coder.hpp"

namespace esieve::codec::lanes {

/// A level's 16 frequencies, by logarithms in 1/8 octave (0: never), and how its counts are cut into symbols.
struct LevelTable {
  std::uint16_t offset = 0;
  std::uint8_t shift = 0;
  std::array<std::uint8_t, n_symbols> log_frequency{};
};

/// Tables of the levels [first, first + levels.size()); levels outside use the nearest.
struct LevelTables {
  std::uint16_t first = 0;
  std::vector<LevelTable> levels;
};

inline constexpr unsigned most_shift = 12;
/// Logarithms go from 1 (a frequency of 2^0 before scaling) to this (2^15).
inline constexpr unsigned most_log_frequency = 121;
/// Weights are multiples of 1/512.
inline constexpr int weight_step = 8;
inline constexpr int most_weight = 32760;

void encode_classes(const std::vector<std::uint8_t>& classes, std::size_t width, SideEncoder& side);
/// Fills `classes` (already sized).
void decode_classes(SideDecoder& side, std::size_t width, std::vector<std::uint8_t>& classes);

void encode_weights(const Weights& weights, std::size_t n_features, SideEncoder& side);
void decode_weights(SideDecoder& side, std::size_t n_features, Weights& weights);

void encode_tables(const LevelTables& tables, SideEncoder& side);
/// \returns false if the bits contradict themselves.
[[nodiscard]] bool decode_tables(SideDecoder& side, LevelTables& tables);

/// Frequencies of a level: at least 1 where the logarithm is not 0, their sum probability_one.
std::array<std::uint16_t, n_symbols> frequencies(const LevelTable& level);
/// The tables as the kernels use them.
/// \param split as Kernels::split_tables
void expand_tables(const LevelTables& from, Profile profile, bool split, SymbolTables& to);

}  // namespace esieve::codec::lanes
