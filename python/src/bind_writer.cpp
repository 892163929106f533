// SPDX-License-Identifier: Apache-2.0
//
// Writer. Every call that may wait releases the GIL; arrays of the right type are handed on without a copy.
#include <pybind11/stl/filesystem.h>

#include <esieve/writer.hpp>

#include "arrays.hpp"
#include "bindings.hpp"
#include "options.hpp"

namespace py = pybind11;

namespace esieve::python {
namespace {

py::dict to_dict(const WriterStats& s) {
  py::dict d;
  d["n_pushed"] = s.n_pushed;
  d["n_flyback"] = s.n_flyback;
  d["n_stored"] = s.n_stored;
  d["n_durable"] = s.n_durable;
  d["n_dropped"] = s.n_dropped;
  d["n_spilled"] = s.n_spilled;
  d["n_events"] = s.n_events;
  d["dense_bytes"] = s.dense_bytes;
  d["stored_bytes"] = s.stored_bytes;
  d["queue_bytes"] = s.queue_bytes;
  d["queue_capacity_bytes"] = s.queue_capacity_bytes;
  d["frames_per_s"] = s.frames_per_s;
  d["in_bytes_per_s"] = s.in_bytes_per_s;
  d["out_bytes_per_s"] = s.out_bytes_per_s;
  d["events_per_s"] = s.events_per_s;
  d["lag_s"] = s.lag_s;
  d["elapsed_s"] = s.elapsed_s;
  d["n_frames_expected"] = s.n_frames_expected;
  return d;
}

py::dict to_dict(Snapshot s) {
  const Shape scan = {static_cast<py::ssize_t>(s.scan.scan_y), static_cast<py::ssize_t>(s.scan.scan_x)};
  const Shape detector = {s.detector.det_y, s.detector.det_x};
  py::dict d;
  d["scan_image"] = to_array(std::move(s.scan_image), scan);
  d["frame_status"] = to_array(std::move(s.frame_status), scan);
  d["mean_pattern"] = to_array(std::move(s.mean_pattern), detector);
  d["last_frame"] = to_array(std::move(s.last_frame), detector);
  d["stats"] = to_dict(s.stats);
  return d;
}

void take_detector(Options& options, WriterOptions& to) {
  options.take("det_y", to.detector.det_y);
  options.take("det_x", to.detector.det_x);
  std::optional<std::array<std::uint32_t, 4>> crop;
  options.take("crop", crop);
  if (crop) to.crop = DetectorRegion{.first_y = (*crop)[0], .n_y = (*crop)[1], .first_x = (*crop)[2], .n_x = (*crop)[3]};
  std::string dtype = "uint16";
  options.take("dtype", dtype);
  const auto known = parse_dtype(dtype);
  if (!known) throw UsageError("dtype is " + dtype + " (integers of 8 to 64 bits, float32 or float64)");
  to.dtype = *known;
}

void take_queue(Options& options, WriterOptions& to) {
  options.take("when_full", to.when_full, {{"block", WhenFull::block}, {"drop", WhenFull::drop}, {"spill", WhenFull::spill}});
  options.take("threads", to.threads);
  options.take("queue_bytes", to.queue_bytes);
  options.take("spill_bytes", to.spill_bytes);
  options.take("flush_bytes", to.flush_bytes);
  options.take("block_timeout_s", to.block_timeout);
  options.take("flush_interval_s", to.flush_interval);
  options.take("snapshot_interval_s", to.snapshot_interval);
}

void take_axes(Options& options, std::array<Axis, 4>& to) {
  std::optional<std::array<std::tuple<std::string, double, double, std::string>, 4>> axes;
  options.take("axes", axes);
  for (std::size_t i = 0; axes && i < to.size(); ++i) std::tie(to[i].name, to[i].offset, to[i].scale, to[i].units) = (*axes)[i];
}

std::unique_ptr<Writer> make_writer(const std::filesystem::path& path, const py::dict& given) {
  Options options(given);
  WriterOptions o;
  options.take_scan(o.scan);
  take_detector(options, o);
  take_queue(options, o);
  take_axes(options, o.axes);
  options.take_level("level", o.level);
  options.take("when_repeated", o.when_repeated,
               {{"error", WhenRepeated::error}, {"sum", WhenRepeated::sum}, {"keep", WhenRepeated::keep}});
  options.take_threshold(o.threshold);
  options.take("frames_per_chunk", o.frames_per_chunk);
  options.take("title", o.title);
  options.take("units", o.units);
  options.take("metadata_json", o.metadata_json);
  options.take("overwrite", o.overwrite);
  options.take("dwell_us", o.dwell_us);
  options.finish();
  o.while_blocked = [] {
    const py::gil_scoped_acquire acquire;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  };
  const py::gil_scoped_release release;
  return std::make_unique<Writer>(path, o);
}

using ScanIndex = std::optional<std::uint64_t>;
using Numbers = Values<std::uint32_t>;
using Coordinates = Values<std::uint16_t>;

Placement placement(ScanIndex at, bool partial = false) { return {.scan_index = at, .partial = partial}; }

void push_frames(Writer& w, const py::array& frames, ScanIndex at, bool partial) {
  const auto bytes = bytes_of(frames);
  const py::gil_scoped_release release;
  w.push_frames(bytes, placement(at, partial));
}

void push_events(Writer& w, const Numbers& pixels, const Numbers& counts, ScanIndex at, bool partial) {
  const py::gil_scoped_release release;
  w.push_events(span_of(pixels), span_of(counts), placement(at, partial));
}

void push_csr(Writer& w, const Values<std::int64_t>& offsets, const Numbers& pixels, const Numbers& counts, ScanIndex at) {
  const py::gil_scoped_release release;
  w.push_csr(span_of(offsets), span_of(pixels), span_of(counts), placement(at));
}

void push_hits(Writer& w, const Values<std::uint64_t>& frames, const Coordinates& x, const Coordinates& y) {
  const py::gil_scoped_release release;
  w.push_hits(span_of(frames), span_of(x), span_of(y));
}

void push_timed_hits(Writer& w, const Values<double>& times_us, const Coordinates& x, const Coordinates& y) {
  const py::gil_scoped_release release;
  w.push_timed_hits(span_of(times_us), span_of(x), span_of(y));
}

template <class Get>
py::dict dict_of(const Get& get) {
  return to_dict([&] {
    const py::gil_scoped_release release;
    return get();
  }());
}

}  // namespace

void bind_writer(py::module_& m) {
  const py::call_guard<py::gil_scoped_release> released;
  // Its destructor closes the file, which may take a while; other threads go on meanwhile.
  struct Destroy {
    void operator()(Writer* writer) const {
      const py::gil_scoped_release release;
      delete writer;
    }
  };
  py::class_<Writer, std::unique_ptr<Writer, Destroy>>(m, "Writer")
      .def(py::init([](const std::filesystem::path& path, const py::dict& options) {
        return std::unique_ptr<Writer, Destroy>(make_writer(path, options).release());
      }))
      .def("push_frames", &push_frames)
      .def("push_events", &push_events)
      .def("push_csr", &push_csr)
      .def("push_hits", &push_hits)
      .def("push_timed_hits", &push_timed_hits)
      .def("finish_hits", &Writer::finish_hits, released)
      .def(
          "drop", [](Writer& w, std::uint64_t n, ScanIndex at) { w.drop(n, placement(at)); }, released)
      .def("flush", &Writer::flush, released)
      .def("stats", [](const Writer& w) { return dict_of([&] { return w.stats(); }); })
      .def("snapshot", [](const Writer& w) { return dict_of([&] { return w.snapshot(); }); })
      .def("close", [](Writer& w) { return dict_of([&] { return w.close(); }); });
}

}  // namespace esieve::python
