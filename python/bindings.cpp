// SPDX-License-Identifier: Apache-2.0
//
// The C++ side of the Python package. What users see is in esieve/__init__.py.
#include <esieve/esieve.hpp>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

namespace py = pybind11;
using namespace esieve;

namespace {

/// The vector's memory as an array that owns it.
template <class T>
py::array_t<T> to_array(std::vector<T> values, std::vector<py::ssize_t> shape = {}) {
  auto* kept = new std::vector<T>(std::move(values));
  py::capsule owner(kept, [](void* p) { delete static_cast<std::vector<T>*>(p); });
  if (shape.empty()) shape = {static_cast<py::ssize_t>(kept->size())};
  return py::array_t<T>(shape, kept->data(), owner);
}

py::dtype numpy_dtype(DType dtype) { return py::dtype(std::string(dtype_name(dtype))); }

std::vector<py::ssize_t> scan_shape(const Reader& reader) {
  return {static_cast<py::ssize_t>(reader.info().scan.scan_y), static_cast<py::ssize_t>(reader.info().scan.scan_x)};
}

py::array frames(const Reader& reader, std::uint64_t first, std::uint64_t count) {
  const FileInfo& info = reader.info();
  py::array out(numpy_dtype(info.dtype), std::vector<py::ssize_t>{static_cast<py::ssize_t>(count), info.detector.det_y, info.detector.det_x});
  const std::span bytes(static_cast<std::byte*>(out.mutable_data()), count * info.frame_bytes());
  const py::gil_scoped_release release;
  reader.frames(FrameRange{first, count}, bytes);
  return out;
}

template <class Count>
py::tuple events_as(const Reader& reader, FrameRange range) {
  Events<Count> events;
  {
    const py::gil_scoped_release release;
    events = reader.events<Count>(range);
  }
  return py::make_tuple(to_array(std::move(events.offsets)), to_array(std::move(events.pixels)), to_array(std::move(events.counts)),
                        to_array(std::move(events.scan_indices)));
}

py::tuple events(const Reader& reader, std::uint64_t first, std::uint64_t count) {
  const DType dtype = reader.info().dtype;
  if (is_float(dtype)) return events_as<double>(reader, {first, count});
  if (is_signed(dtype)) return events_as<std::int64_t>(reader, {first, count});
  if (dtype == DType::u64) return events_as<std::uint64_t>(reader, {first, count});
  return events_as<std::uint32_t>(reader, {first, count});
}

using Weights = py::array_t<double, py::array::c_style | py::array::forcecast>;

std::span<const double> values_of(const Weights& weights) { return {weights.data(), static_cast<std::size_t>(weights.size())}; }

/// Frames of exactly the recording's type and shape, without a copy where they are C-contiguous.
std::span<const std::byte> frame_bytes(const py::array& frame) {
  return {static_cast<const std::byte*>(frame.data()), static_cast<std::size_t>(frame.nbytes())};
}

template <class T>
std::span<const T> span_of(const py::array_t<T, py::array::c_style | py::array::forcecast>& values) {
  return {values.data(), static_cast<std::size_t>(values.size())};
}

template <class T>
using Values = py::array_t<T, py::array::c_style | py::array::forcecast>;

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

Placement placement(std::optional<std::uint64_t> scan_index, bool partial) { return {.scan_index = scan_index, .partial = partial}; }

template <class Choice>
Choice choose(const std::string& text, const char* what, std::initializer_list<std::pair<const char*, Choice>> choices) {
  std::string list;
  for (const auto& [name, value] : choices) {
    if (text == name) return value;
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  throw UsageError(std::string(what) + " is \"" + text + "\" (one of " + list + ")");
}

std::unique_ptr<Writer> make_writer(const std::filesystem::path& path, const py::dict& options) {
  WriterOptions o;
  const auto take = [&](const char* name, auto& to) {
    if (options.contains(name)) to = options[name].cast<std::decay_t<decltype(to)>>();
  };
  take("scan_y", o.scan.scan_y);
  take("scan_x", o.scan.scan_x);
  take("offset", o.scan.offset);
  take("flyback_frames", o.scan.flyback_frames);
  take("flyback_lines", o.scan.flyback_lines);
  take("serpentine", o.scan.serpentine);
  take("frames_per_position", o.scan.frames_per_position);
  take("positions", o.scan.positions);
  take("det_y", o.detector.det_y);
  take("det_x", o.detector.det_x);
  o.dtype = *parse_dtype(options["dtype"].cast<std::string>());
  o.level = choose<Level>(options["level"].cast<std::string>(), "level",
                          {{"fast", Level::fast}, {"default", Level::standard}, {"max", Level::max}});
  o.when_full = choose<WhenFull>(options["when_full"].cast<std::string>(), "when_full",
                                 {{"block", WhenFull::block}, {"drop", WhenFull::drop}, {"spill", WhenFull::spill}});
  o.when_repeated = choose<WhenRepeated>(options["when_repeated"].cast<std::string>(), "when_repeated",
                                         {{"error", WhenRepeated::error}, {"sum", WhenRepeated::sum}, {"keep", WhenRepeated::keep}});
  take("frames_per_chunk", o.frames_per_chunk);
  take("title", o.title);
  take("units", o.units);
  take("metadata_json", o.metadata_json);
  take("overwrite", o.overwrite);
  take("threads", o.threads);
  take("queue_bytes", o.queue_bytes);
  take("dwell_us", o.dwell_us);
  if (options.contains("threshold")) o.threshold.threshold = options["threshold"].cast<double>();
  const auto take_map = [&](const char* name, std::optional<PixelMap>& to) {
    if (options.contains(name)) to = PixelMap{options[name].cast<std::vector<double>>(), ""};
  };
  take_map("threshold_map", o.threshold.threshold_map);
  take_map("dark", o.threshold.dark);
  take_map("gain", o.threshold.gain);
  take_map("mask", o.threshold.mask);
  if (options.contains("crop")) {
    const auto crop = options["crop"].cast<std::array<std::uint32_t, 4>>();
    o.crop = DetectorRegion{.first_y = crop[0], .n_y = crop[1], .first_x = crop[2], .n_x = crop[3]};
  }
  if (options.contains("flush_interval_s"))
    o.flush_interval = std::chrono::milliseconds(static_cast<std::int64_t>(1000 * options["flush_interval_s"].cast<double>()));
  if (options.contains("block_timeout_s"))
    o.block_timeout = std::chrono::milliseconds(static_cast<std::int64_t>(1000 * options["block_timeout_s"].cast<double>()));
  const py::gil_scoped_release release;
  return std::make_unique<Writer>(path, o);
}

py::dict recover_file(const std::filesystem::path& damaged, const std::filesystem::path& output, bool overwrite) {
  std::string json;
  {
    const py::gil_scoped_release release;
    json = to_json(recover(damaged, output, {.overwrite = overwrite}));
  }
  return py::module_::import("json").attr("loads")(json);
}

std::string convert_file(const std::filesystem::path& source_path, const std::filesystem::path& output, const std::string& dataset,
                         std::optional<std::array<std::uint64_t, 2>> shape, const std::string& level, bool overwrite, bool check) {
  SourceOptions source_options;
  source_options.dataset = dataset;
  if (shape) source_options.scan_shape = ScanShape{(*shape)[0], (*shape)[1]};
  ConvertOptions options;
  options.level = choose<Level>(level, "level", {{"fast", Level::fast}, {"default", Level::standard}, {"max", Level::max}});
  options.overwrite = overwrite;
  const py::gil_scoped_release release;
  const std::unique_ptr<Source> source = open_source(source_path, source_options);
  convert(*source, output, options);
  if (!check) return "{}";
  const Reader reader(output);
  Report report;
  report.file = reader.info();
  report.verification = verify(reader, source.get(), {});
  return to_json(report);
}

std::string verify_file(const std::filesystem::path& events, std::optional<std::filesystem::path> source_path, const std::string& dataset) {
  const py::gil_scoped_release release;
  const Reader reader(events);
  SourceOptions options;
  options.dataset = dataset;
  const std::unique_ptr<Source> source = source_path ? open_source(*source_path, options) : nullptr;
  Report report;
  report.file = reader.info();
  report.verification = verify(reader, source.get(), {});
  return to_json(report);
}

}  // namespace

PYBIND11_MODULE(_esieve, m) {
  const auto error = py::register_exception<Error>(m, "Error", PyExc_RuntimeError);
  const auto with = [&](PyObject* other) { return py::make_tuple(error, py::reinterpret_borrow<py::object>(other)); };
  py::register_exception<UsageError>(m, "UsageError", with(PyExc_ValueError).ptr());
  py::register_exception<DataError>(m, "DataError", error);
  py::register_exception<IoError>(m, "IoError", with(PyExc_OSError).ptr());
  m.attr("version") = std::string(library_version);
  m.attr("filter_id") = filter_id;

  py::class_<Reader>(m, "Reader")
      .def(py::init<const std::filesystem::path&>())
      .def_property_readonly("scan_shape", &scan_shape)
      .def_property_readonly("detector_shape", [](const Reader& r) { return py::make_tuple(r.info().detector.det_y, r.info().detector.det_x); })
      .def_property_readonly("dtype", [](const Reader& r) { return numpy_dtype(r.info().dtype); })
      .def_property_readonly("axes", [](const Reader& r) {
        py::list axes;
        for (const Axis& axis : r.info().axes) axes.append(py::make_tuple(axis.name, axis.offset, axis.scale, axis.units));
        return axes;
      })
      .def_property_readonly("title", [](const Reader& r) { return r.info().title; })
      .def_property_readonly("metadata_json", [](const Reader& r) { return r.info().metadata_json; })
      .def_property_readonly("n_events", [](const Reader& r) { return r.info().n_events; })
      .def_property_readonly("stored_bytes", [](const Reader& r) { return r.info().stored_bytes; })
      .def_property_readonly("chunk_frames", [](const Reader& r) { return r.info().chunk_parameters.n_frames; })
      .def("frames", &frames)
      .def("events", &events)
      .def("frame_status", [](const Reader& r) -> py::object {
        const std::vector<FrameStatus> status = r.frame_status();
        if (status.empty()) return py::none();
        std::vector<std::uint8_t> codes(status.size());
        std::transform(status.begin(), status.end(), codes.begin(), [](FrameStatus s) { return static_cast<std::uint8_t>(s); });
        return to_array(std::move(codes), scan_shape(r));
      })
      .def("virtual_image", [](const Reader& r, const Weights& weights) {
        std::vector<double> image;
        {
          const py::gil_scoped_release release;
          image = virtual_image(r, values_of(weights));
        }
        return to_array(std::move(image), scan_shape(r));
      })
      .def("scan_image", [](const Reader& r) { return to_array(scan_image(r), scan_shape(r)); })
      .def("mean_pattern", [](const Reader& r) {
        std::vector<double> mean;
        {
          const py::gil_scoped_release release;
          mean = mean_pattern(r);
        }
        return to_array(std::move(mean), {r.info().detector.det_y, r.info().detector.det_x});
      })
      .def("center_of_mass", [](const Reader& r, const std::optional<Weights>& weights) {
        std::vector<double> flat;
        {
          const py::gil_scoped_release release;
          for (const auto& [y, x] : center_of_mass(r, weights ? values_of(*weights) : std::span<const double>())) {
            flat.push_back(y);
            flat.push_back(x);
          }
        }
        auto shape = scan_shape(r);
        shape.push_back(2);
        return to_array(std::move(flat), shape);
      });

  py::class_<Writer>(m, "Writer")
      .def(py::init(&make_writer))
      .def("push_frames", [](Writer& w, const py::array& frame, std::optional<std::uint64_t> at, bool partial) {
        const auto bytes = frame_bytes(frame);
        const py::gil_scoped_release release;
        w.push_frames(bytes, placement(at, partial));
      })
      .def("push_events", [](Writer& w, const Values<std::uint32_t>& pixels, const Values<std::uint32_t>& counts,
                             std::optional<std::uint64_t> at, bool partial) {
        const py::gil_scoped_release release;
        w.push_events(span_of(pixels), span_of(counts), placement(at, partial));
      })
      .def("push_csr", [](Writer& w, const Values<std::int64_t>& offsets, const Values<std::uint32_t>& pixels,
                          const Values<std::uint32_t>& counts, std::optional<std::uint64_t> at) {
        const py::gil_scoped_release release;
        w.push_csr(span_of(offsets), span_of(pixels), span_of(counts), placement(at, false));
      })
      .def("push_hits", [](Writer& w, const Values<std::uint64_t>& n, const Values<std::uint16_t>& x, const Values<std::uint16_t>& y) {
        const py::gil_scoped_release release;
        w.push_hits(span_of(n), span_of(x), span_of(y));
      })
      .def("push_timed_hits", [](Writer& w, const Values<double>& t, const Values<std::uint16_t>& x, const Values<std::uint16_t>& y) {
        const py::gil_scoped_release release;
        w.push_timed_hits(span_of(t), span_of(x), span_of(y));
      })
      .def("finish_hits", &Writer::finish_hits, py::call_guard<py::gil_scoped_release>())
      .def("drop", [](Writer& w, std::uint64_t n, std::optional<std::uint64_t> at) { w.drop(n, placement(at, false)); })
      .def("flush", &Writer::flush, py::call_guard<py::gil_scoped_release>())
      .def("stats", [](const Writer& w) { return to_dict(w.stats()); })
      .def("snapshot", [](const Writer& w) {
        Snapshot s = w.snapshot();
        const std::vector<py::ssize_t> scan = {static_cast<py::ssize_t>(s.scan.scan_y), static_cast<py::ssize_t>(s.scan.scan_x)};
        const std::vector<py::ssize_t> detector = {s.detector.det_y, s.detector.det_x};
        py::dict d;
        d["scan_image"] = to_array(std::move(s.scan_image), scan);
        d["frame_status"] = to_array(std::move(s.frame_status), scan);
        d["mean_pattern"] = to_array(std::move(s.mean_pattern), detector);
        d["last_frame"] = to_array(std::move(s.last_frame), detector);
        d["stats"] = to_dict(s.stats);
        return d;
      })
      .def("close", [](Writer& w) {
        WriterStats stats;
        {
          const py::gil_scoped_release release;
          stats = w.close();
        }
        return to_dict(stats);
      });

  m.def("recover", &recover_file);
  m.def("convert", &convert_file);
  m.def("verify", &verify_file);
}
