// SPDX-License-Identifier: Apache-2.0
//
// Runs, encoder's half.
#include "codec/gaps/runs.hpp"

namespace esieve::codec::gaps {
namespace {

constexpr std::uint32_t last_symbol = n_symbols - 1;

}  // namespace

void write_positions(RunWriter& runs, const GapLaw& law, std::span<const std::uint32_t> positions) {
  const unsigned n_low_bits = law.n_low_bits;
  const std::uint32_t low_mask = (1U << n_low_bits) - 1;
  // Each of the last symbol stands for so many slots.
  const std::size_t most_long = positions.empty() ? 0 : (positions.back() >> n_low_bits) / last_symbol;
  const RunWriter::Room room = runs.begin(law.cdf, n_low_bits, positions.size() + most_long);
  std::size_t n = 0;
  std::uint32_t next = 0;
  for (const std::uint32_t position : positions) {
    const std::uint32_t gap = position - next;
    std::uint32_t symbol = gap >> n_low_bits;
    for (; symbol >= last_symbol; symbol -= last_symbol, ++n) {
      room.symbols[n] = last_symbol;
      room.low[n] = 0;
    }
    room.symbols[n] = static_cast<std::uint8_t>(symbol);
    room.low[n++] = static_cast<std::uint16_t>(gap & low_mask);
    next = position + 1;
  }
  runs.end(n);
}

void write_values(RunWriter& runs, TokenList& side, const Cdf16& cdf, const ValueRange& range, OutlierModel& outliers,
                  std::span<const std::uint32_t> values) {
  const unsigned n_low_bits = range.n_low_bits;
  const std::uint32_t low_mask = (1U << n_low_bits) - 1, width = last_symbol << n_low_bits;
  const RunWriter::Room room = runs.begin(cdf, n_low_bits, values.size());
  std::size_t n_outliers = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint32_t offset = values[i] - range.first;  // wraps below the range
    const bool is_outside = offset >= width;
    room.symbols[i] = static_cast<std::uint8_t>(is_outside ? last_symbol : offset >> n_low_bits);
    room.low[i] = static_cast<std::uint16_t>(is_outside ? 0 : offset & low_mask);
    n_outliers += is_outside ? 1U : 0U;
  }
  runs.end(values.size());
  if (n_outliers == 0) return;
  for (const std::uint32_t value : values) {
    if (value - range.first < width) continue;
    outliers.code(side, value < range.first ? value : value - width);
  }
}

}  // namespace esieve::codec::gaps
