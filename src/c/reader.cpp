// SPDX-License-Identifier: Apache-2.0
//
// esieve_reader: the C++ reader behind a handle.
#include "esieve/reader.hpp"

#include <algorithm>
#include <span>

#include "c/guard.hpp"
#include "c/span.hpp"
#include "c/versioned.hpp"

struct esieve_reader {
  explicit esieve_reader(const char* path) : reader(path) {}

  const esieve::Reader reader;
  esieve::c::Message message;
};

namespace {

using namespace esieve;
using namespace esieve::c;

static_assert(offsetof(esieve_file_info, stored_bytes) + sizeof(std::uint64_t) == sizeof(esieve_file_info));
static_assert(ESIEVE_FRAME_MISSING == static_cast<int>(FrameStatus::missing) &&
              ESIEVE_FRAME_OKAY == static_cast<int>(FrameStatus::okay) &&
              ESIEVE_FRAME_DROPPED == static_cast<int>(FrameStatus::dropped) &&
              ESIEVE_FRAME_PARTIAL == static_cast<int>(FrameStatus::partial) &&
              ESIEVE_FRAME_SUMMED == static_cast<int>(FrameStatus::summed));

template <class Work>
esieve_status with_reader(esieve_reader* handle, const Work& work) noexcept {
  return guarded_with(handle, "reader", [&] { work(handle->reader); });
}

/// The part of `all`, one entry a frame of the scan. \throws UsageError  it is not inside
template <class T>
std::span<const T> part_of(std::span<const T> all, std::uint64_t first, std::uint64_t n_frames) {
  if (first > all.size() || n_frames > all.size() - first)
    throw UsageError("frames " + std::to_string(first) + " and " + std::to_string(n_frames) + " on are not all in the scan of " +
                     std::to_string(all.size()));
  return all.subspan(first, n_frames);
}

template <class Count>
void copy_events(const Reader& reader, FrameRange range, std::int64_t* offsets, std::uint32_t* pixels, Count* counts,
                 std::uint64_t capacity) {
  const Events<Count> events = reader.events<Count>(range);
  if (events.n_events() > capacity)
    throw UsageError("there are " + std::to_string(events.n_events()) + " events, and room for " + std::to_string(capacity) +
                     " (esieve_reader_count_events tells how many)");
  std::copy(events.offsets.begin(), events.offsets.end(), &deref(offsets, "offsets"));
  if (events.n_events() == 0) return;
  std::copy(events.pixels.begin(), events.pixels.end(), &deref(pixels, "pixels"));
  std::copy(events.counts.begin(), events.counts.end(), &deref(counts, "counts"));
}

}  // namespace

esieve_status esieve_reader_open(const char* path, esieve_reader** reader) {
  return guarded(nullptr, [&]() -> esieve_status {
    deref(reader, "reader") = nullptr;
    *reader = new esieve_reader(&deref(path, "path"));
    return ESIEVE_OKAY;
  });
}

const char* esieve_reader_message(const esieve_reader* reader) { return reader == nullptr ? "" : reader->message.get(); }

esieve_status esieve_reader_info(esieve_reader* reader, esieve_file_info* info) {
  return with_reader(reader, [&](const Reader& r) {
    const FileInfo& f = r.info();
    const esieve_file_info result = {.struct_bytes = sizeof(esieve_file_info),
                                     .scan_y = f.scan.scan_y,
                                     .scan_x = f.scan.scan_x,
                                     .frames_per_position = f.frames_per_position,
                                     .det_y = f.detector.det_y,
                                     .det_x = f.detector.det_x,
                                     .dtype = static_cast<std::int32_t>(f.dtype),
                                     .is_lossless = f.fidelity == Fidelity::lossless,
                                     .frame_bytes = f.frame_bytes(),
                                     .n_events = f.n_events,
                                     .n_electrons = f.n_electrons,
                                     .stored_bytes = f.stored_bytes};
    write_struct(result, info, "info");
  });
}

esieve_status esieve_reader_frames(esieve_reader* reader, uint64_t first, uint64_t n_frames, void* frames, size_t bytes) {
  return with_reader(reader, [&](const Reader& r) { r.frames(FrameRange{first, n_frames}, bytes_of(frames, bytes, "frames")); });
}

esieve_status esieve_reader_frame_status(esieve_reader* reader, uint64_t first, uint64_t n_frames, uint8_t* status) {
  return with_reader(reader, [&](const Reader& r) {
    std::vector<FrameStatus> all = r.frame_status();
    all.resize(r.info().scan.n_frames(), FrameStatus::okay);  // files that say nothing
    const auto part = part_of(std::span<const FrameStatus>(all), first, n_frames);
    const std::span out = span_of(status, part.size(), "status");
    std::transform(part.begin(), part.end(), out.begin(), [](FrameStatus s) { return static_cast<std::uint8_t>(s); });
  });
}

esieve_status esieve_reader_count_events(esieve_reader* reader, uint64_t first, uint64_t n_frames, uint64_t* n_events) {
  return with_reader(reader, [&](const Reader& r) {
    std::uint64_t& sum = deref(n_events, "n_events");
    sum = 0;
    for (const FrameTotals& frame : part_of(r.frame_totals(), first, n_frames)) sum += frame.n_events;
  });
}

esieve_status esieve_reader_events(esieve_reader* reader, uint64_t first, uint64_t n_frames, int64_t* offsets, uint32_t* pixels,
                                   void* counts, int32_t count_dtype, uint64_t capacity) {
  return with_reader(reader, [&](const Reader& r) {
    const auto copy = [&]<class Count>(Count) {
      copy_events(r, {first, n_frames}, offsets, pixels, static_cast<Count*>(counts), capacity);
    };
    switch (count_dtype) {
      case ESIEVE_UINT32: return copy(std::uint32_t{});
      case ESIEVE_UINT64: return copy(std::uint64_t{});
      case ESIEVE_INT64: return copy(std::int64_t{});
      case ESIEVE_FLOAT32: return copy(float{});
      case ESIEVE_FLOAT64: return copy(double{});
      default:
        throw UsageError("count_dtype " + std::to_string(count_dtype) +
                         " is not ESIEVE_UINT32, ESIEVE_UINT64, ESIEVE_INT64, ESIEVE_FLOAT32 or ESIEVE_FLOAT64");
    }
  });
}

void esieve_reader_close(esieve_reader* reader) { delete reader; }
