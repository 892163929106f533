// SPDX-License-Identifier: Apache-2.0
//
// How much of a block is a copy of what lies beside it: pictures, test patterns, frames stored twice.
#pragma once

#include <cstddef>
#include <vector>

#include "codec/chunk/elements.hpp"

namespace esieve::codec {

/// Rows that are looked at, spread over the block, and how many of their counts must be lit to tell anything.
inline constexpr std::size_t copied_rows = 48, least_copied_lit = 64;
/// So many times as many where few are lit.
inline constexpr std::size_t most_copied_times = 4;

/// Of the lit counts on those rows, the share that equals the count to the left, that above, the same pixel's in the frame
/// before, or what the two to the left lead to: the largest of the four. 0 where too few are lit.
/// \param n_rows  rows to look at
/// \param rows    memory
template <class Count>
double copied_share(const Elements& elements, const BlockShape& shape, std::size_t n_rows, std::vector<std::byte>& rows);

/// The same of `n_wanted` of a block's events, spread over all frames but the first, which has none before.
double copied_share(const ListedEvents& events, const BlockShape& shape, std::size_t n_wanted);

}  // namespace esieve::codec
