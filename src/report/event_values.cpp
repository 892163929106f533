// SPDX-License-Identifier: Apache-2.0
#include "report/event_values.hpp"

#include <algorithm>

#include "esieve/error.hpp"
#include "parallel/parallel.hpp"

namespace esieve {
namespace {

struct Slot {
  ChunkCodec codec;
  ChunkEvents events;
  EventValues values;
};

void decode(const Reader& reader, std::uint64_t chunk, Slot& slot) {
  const FileInfo& info = reader.info();
  const ChunkStatus status = slot.codec.decode_events(reader.chunk(chunk), info.chunk_parameters, slot.events);
  if (status != ChunkStatus::okay)
    throw DataError("cannot read chunk " + std::to_string(chunk) + " of " + info.path.string() + " (" + describe(status) +
                    "); verify the file");
  const ChunkEvents& events = slot.events;
  const bool are_counts = events.bits.empty();
  if (!are_counts && is_float(info.dtype))
    throw UnsupportedError("the values of " + info.path.string() + " are not counts (" + std::string(dtype_name(info.dtype)) +
                           " without a common quantum); no entropy is estimated");
  slot.values.quantum = are_counts ? events.quantum : 1;
  slot.values.pixels = events.pixels;
  if (are_counts)
    slot.values.values.assign(events.counts.begin(), events.counts.end());
  else
    slot.values.values = events.bits;
  const std::uint64_t sign = std::uint64_t{1} << (8 * item_bytes(info.dtype) - 1);
  slot.values.has_negative =
      !are_counts && is_signed(info.dtype) &&
      std::any_of(events.bits.begin(), events.bits.end(), [&](std::uint64_t bits) { return (bits & sign) != 0; });
}

}  // namespace

void for_each_chunk_of_values(const Reader& events, int threads, ProgressMeter& meter,
                              const std::function<void(const EventValues&)>& use) {
  const FileInfo& info = events.info();
  std::vector<Slot> slots(static_cast<std::size_t>(resolve_threads(threads)) + 1);
  ordered_pipeline(
      info.grid.n_chunks(), threads, slots.size(),
      [&](std::uint64_t chunk, std::size_t slot) { decode(events, chunk, slots[slot]); },
      [&](std::uint64_t chunk, std::size_t slot) {
        use(slots[slot].values);
        const FrameRange frames = info.grid.frames(chunk, info.scan);
        meter.add(frames.count, frames.count * info.frame_bytes(), 0);
      });
}

}  // namespace esieve
