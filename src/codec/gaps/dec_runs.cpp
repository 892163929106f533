// SPDX-License-Identifier: Apache-2.0
//
// Runs, decoder's half.
#include "codec/gaps/runs.hpp"

namespace esieve::codec::gaps {

bool read_positions(RunReader& runs, const GapLaw& law, std::size_t n, std::uint64_t n_slots, std::uint32_t* positions) {
  return runs.positions(RunLaw(law.cdf, law.n_low_bits), n, n_slots, positions);
}

bool read_values(RunReader& runs, StreamReader& side, const Cdf16& cdf, const ValueRange& range, OutlierModel& outliers,
                 std::size_t n, std::uint32_t* values) {
  if (!runs.values(RunLaw(cdf, range.n_low_bits), n, range.first, values)) return false;
  const std::uint32_t width = (n_symbols - 1U) << range.n_low_bits, outside = range.first + width;
  for (std::size_t i = 0; i < n; ++i) {
    if (values[i] != outside) continue;
    const std::uint32_t number = outliers.code(side, 0);
    values[i] = number < range.first ? number : number + width;
  }
  return true;
}

}  // namespace esieve::codec::gaps
