// SPDX-License-Identifier: Apache-2.0
//
// esieve_writer: the C++ writer behind a handle.
#include "esieve/writer.hpp"

#include <algorithm>
#include <memory>
#include <span>

#include "c/guard.hpp"
#include "c/span.hpp"
#include "c/versioned.hpp"
#include "c/writer_options.hpp"

struct esieve_writer {
  esieve_writer(const char* path, const esieve::WriterOptions& options) : writer(path, options) {}

  esieve::Writer writer;
  esieve::c::Message message;
};

namespace {

using namespace esieve;
using namespace esieve::c;

static_assert(offsetof(esieve_stats, elapsed_s) + sizeof(double) == sizeof(esieve_stats));
static_assert(offsetof(esieve_snapshot, det_x) + sizeof(std::uint32_t) == sizeof(esieve_snapshot));

template <class Work>
esieve_status with_writer(esieve_writer* handle, const Work& work) noexcept {
  return guarded_with(handle, "writer", [&] { work(handle->writer); });
}

Placement to_placement(std::uint64_t scan_index, std::uint32_t flags) {
  if ((flags & ~std::uint32_t{ESIEVE_PARTIAL}) != 0)
    throw UsageError("flags " + std::to_string(flags) + " have a bit that means nothing (ESIEVE_PARTIAL does)");
  Placement at{.scan_index = {}, .partial = (flags & ESIEVE_PARTIAL) != 0};
  if (scan_index != ESIEVE_NEXT) at.scan_index = scan_index;
  return at;
}

esieve_stats to_c(const WriterStats& s) {
  return {.struct_bytes = sizeof(esieve_stats),
          .n_pushed = s.n_pushed,
          .n_flyback = s.n_flyback,
          .n_stored = s.n_stored,
          .n_durable = s.n_durable,
          .n_dropped = s.n_dropped,
          .n_spilled = s.n_spilled,
          .n_events = s.n_events,
          .dense_bytes = s.dense_bytes,
          .stored_bytes = s.stored_bytes,
          .queue_bytes = s.queue_bytes,
          .queue_capacity_bytes = s.queue_capacity_bytes,
          .n_frames_expected = s.n_frames_expected,
          .frames_per_s = s.frames_per_s,
          .in_bytes_per_s = s.in_bytes_per_s,
          .out_bytes_per_s = s.out_bytes_per_s,
          .events_per_s = s.events_per_s,
          .lag_s = s.lag_s,
          .elapsed_s = s.elapsed_s};
}

template <class T>
void copy_what_fits(const std::vector<T>& from, T* to, std::uint64_t capacity) {
  if (to != nullptr) std::copy_n(from.begin(), std::min<std::uint64_t>(from.size(), capacity), to);
}

}  // namespace

esieve_status esieve_writer_open(const char* path, const esieve_writer_options* options, esieve_writer** writer) {
  return guarded(nullptr, [&]() -> esieve_status {
    deref(writer, "writer") = nullptr;
    *writer = new esieve_writer(&deref(path, "path"), to_writer_options(options));
    return ESIEVE_OKAY;
  });
}

const char* esieve_writer_message(const esieve_writer* writer) { return writer == nullptr ? "" : writer->message.get(); }

esieve_status esieve_writer_push(esieve_writer* writer, const void* frame, size_t bytes, uint64_t scan_index, uint32_t flags) {
  return with_writer(writer, [&](Writer& w) { w.push(bytes_of(frame, bytes, "frame"), to_placement(scan_index, flags)); });
}

esieve_status esieve_writer_push_frames(esieve_writer* writer, const void* frames, size_t bytes, uint64_t scan_index,
                                        uint32_t flags) {
  return with_writer(writer,
                     [&](Writer& w) { w.push_frames(bytes_of(frames, bytes, "frames"), to_placement(scan_index, flags)); });
}

esieve_status esieve_writer_push_events(esieve_writer* writer, const uint32_t* pixels, const uint32_t* counts, size_t n_events,
                                        uint64_t scan_index, uint32_t flags) {
  return with_writer(writer, [&](Writer& w) {
    w.push_events(span_of(pixels, n_events, "pixels"), span_of(counts, n_events, "counts"), to_placement(scan_index, flags));
  });
}

esieve_status esieve_writer_push_csr(esieve_writer* writer, const int64_t* offsets, size_t n_frames, const uint32_t* pixels,
                                     const uint32_t* counts, size_t n_events, uint64_t scan_index, uint32_t flags) {
  return with_writer(writer, [&](Writer& w) {
    w.push_csr(span_of(offsets, n_frames + 1, "offsets"), span_of(pixels, n_events, "pixels"),
               span_of(counts, n_events, "counts"), to_placement(scan_index, flags));
  });
}

esieve_status esieve_writer_push_hits(esieve_writer* writer, const uint64_t* frames, const uint16_t* x, const uint16_t* y,
                                      size_t n_hits) {
  return with_writer(writer, [&](Writer& w) {
    w.push_hits(span_of(frames, n_hits, "frames"), span_of(x, n_hits, "x"), span_of(y, n_hits, "y"));
  });
}

esieve_status esieve_writer_push_timed_hits(esieve_writer* writer, const double* times_us, const uint16_t* x, const uint16_t* y,
                                            size_t n_hits) {
  return with_writer(writer, [&](Writer& w) {
    w.push_timed_hits(span_of(times_us, n_hits, "times_us"), span_of(x, n_hits, "x"), span_of(y, n_hits, "y"));
  });
}

esieve_status esieve_writer_finish_hits(esieve_writer* writer) {
  return with_writer(writer, [](Writer& w) { w.finish_hits(); });
}

esieve_status esieve_writer_drop(esieve_writer* writer, uint64_t n_frames, uint64_t scan_index) {
  return with_writer(writer, [&](Writer& w) { w.drop(n_frames, to_placement(scan_index, 0)); });
}

esieve_status esieve_writer_flush(esieve_writer* writer) {
  return with_writer(writer, [](Writer& w) { w.flush(); });
}

esieve_status esieve_writer_stats(esieve_writer* writer, esieve_stats* stats) {
  return with_writer(writer, [&](Writer& w) { write_struct(to_c(w.stats()), stats, "stats"); });
}

esieve_status esieve_writer_snapshot(esieve_writer* writer, esieve_snapshot* snapshot) {
  return with_writer(writer, [&](Writer& w) {
    esieve_snapshot result = read_struct(snapshot, "snapshot");
    const Snapshot seen = w.snapshot();
    copy_what_fits(seen.scan_image, result.scan_image, result.scan_capacity);
    copy_what_fits(seen.frame_status, result.frame_status, result.scan_capacity);
    copy_what_fits(seen.mean_pattern, result.mean_pattern, result.det_capacity);
    copy_what_fits(seen.last_frame, result.last_frame, result.det_capacity);
    result.scan_y = seen.scan.scan_y;
    result.scan_x = seen.scan.scan_x;
    result.det_y = seen.detector.det_y;
    result.det_x = seen.detector.det_x;
    write_struct(result, snapshot, "snapshot");
  });
}

esieve_status esieve_writer_close(esieve_writer* writer) {
  return with_writer(writer, [](Writer& w) { w.close(); });
}

void esieve_writer_free(esieve_writer* writer) { delete writer; }
