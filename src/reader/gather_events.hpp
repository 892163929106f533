// SPDX-License-Identifier: Apache-2.0
//
// Events of selected frames, decoded chunk by chunk into one answer.
#pragma once

#include <span>

#include "esieve/codec.hpp"
#include "esieve/events.hpp"
#include "reader/chunk_store.hpp"
#include "reader/codec_pool.hpp"
#include "reader/selection.hpp"

namespace esieve {

/// \param totals  of all frames of the file, or empty where they are not known: events are then kept until all are counted
/// \throws UsageError, DataError  as Reader::events
template <class Count>
Events<Count> gather_events(const ChunkStore& store, CodecPool& pool, const Selection& selection,
                            std::span<const FrameTotals> totals);

}  // namespace esieve
