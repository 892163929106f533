// SPDX-License-Identifier: Apache-2.0
//
// Runs of one law: the places of a class's events, and their counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/gaps/cdf16.hpp"
#include "codec/gaps/laws.hpp"
#include "codec/gaps/numbers.hpp"
#include "codec/gaps/rans.hpp"
#include "codec/gaps/run_stream.hpp"

namespace esieve::codec::gaps {

/// Rare counts outside every range; shared by the classes of a block.
using OutlierModel = NumberModel;

/// Writes the gaps before each of `positions`, which ascend.
void write_positions(RunWriter& runs, const GapLaw& law, std::span<const std::uint32_t> positions);

/// Reads `n` positions, ascending, none twice.
/// \param positions  room for n + run_spare
/// \returns false if one of them is not below `n_slots`; what is written then is unspecified
[[nodiscard]] bool read_positions(RunReader& runs, const GapLaw& law, std::size_t n, std::uint64_t n_slots,
                                  std::uint32_t* positions);

/// Writes counts in their order, and to `side` the numbers of those outside `range`.
/// \param cdf  of the range's intervals
void write_values(RunWriter& runs, TokenList& side, const Cdf16& cdf, const ValueRange& range, OutlierModel& outliers,
                  std::span<const std::uint32_t> values);

/// Reads `n` counts. Those of a damaged stream may be anything.
/// \param values  room for n + run_spare
/// \returns false if the stream ends before
[[nodiscard]] bool read_values(RunReader& runs, StreamReader& side, const Cdf16& cdf, const ValueRange& range,
                               OutlierModel& outliers, std::size_t n, std::uint32_t* values);

}  // namespace esieve::codec::gaps
