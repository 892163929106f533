// SPDX-License-Identifier: Apache-2.0
//
// Reader and the analysis of its events.
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <array>
#include <esieve/analysis.hpp>
#include <esieve/reader.hpp>

#include "arrays.hpp"
#include "bindings.hpp"
#include "watched.hpp"

namespace py = pybind11;

namespace esieve::python {
namespace {

/// (scan_y, scan_x), or (scan_y, scan_x, frame) where several are kept at a position.
Shape scan_shape(const Reader& reader) {
  const FileInfo& info = reader.info();
  const auto kept = static_cast<py::ssize_t>(info.frames_per_position);
  Shape shape = {static_cast<py::ssize_t>(info.scan.scan_y), static_cast<py::ssize_t>(info.scan.scan_x) / kept};
  if (kept > 1) shape.push_back(kept);
  return shape;
}

Shape detector_shape(const Reader& reader) { return {reader.info().detector.det_y, reader.info().detector.det_x}; }

/// `where` is a FrameRange or a ScanRegion.
template <class Where>
py::array frames_of(const Reader& reader, std::uint64_t n_frames, Where where) {
  const FileInfo& info = reader.info();
  py::array out(numpy_dtype(info.dtype), Shape{static_cast<py::ssize_t>(n_frames), info.detector.det_y, info.detector.det_x});
  const std::span bytes(static_cast<std::byte*>(out.mutable_data()), n_frames * info.frame_bytes());
  const py::gil_scoped_release release;
  reader.frames(where, bytes);
  return out;
}

template <class Count, class Where>
py::tuple events_as(const Reader& reader, Where where) {
  Events<Count> events;
  {
    const py::gil_scoped_release release;
    events = reader.events<Count>(where);
  }
  return py::make_tuple(to_array(std::move(events.offsets)), to_array(std::move(events.pixels)),
                        to_array(std::move(events.counts)), to_array(std::move(events.scan_indices)));
}

template <class Where>
py::tuple events_of(const Reader& reader, Where where) {
  const DType dtype = reader.info().dtype;
  if (is_float(dtype)) return events_as<double>(reader, where);
  if (is_signed(dtype)) return events_as<std::int64_t>(reader, where);
  if (dtype == DType::u64) return events_as<std::uint64_t>(reader, where);
  return events_as<std::uint32_t>(reader, where);
}

using Region = std::array<std::uint64_t, 4>;

ScanRegion to_region(const Region& r) { return {.first_y = r[0], .n_y = r[1], .first_x = r[2], .n_x = r[3]}; }

py::object frame_status(const Reader& reader) {
  const std::vector<FrameStatus> status = reader.frame_status();
  if (status.empty()) return py::none();
  std::vector<std::uint8_t> codes;
  codes.reserve(status.size());
  for (const FrameStatus s : status) codes.push_back(static_cast<std::uint8_t>(s));
  return to_array(std::move(codes), scan_shape(reader));
}

py::dict info(const Reader& reader) {
  const FileInfo& file = reader.info();
  py::list axes;
  for (const Axis& axis : file.axes) axes.append(py::make_tuple(axis.name, axis.offset, axis.scale, axis.units));
  py::dict d;
  d["axes"] = axes;
  d["title"] = file.title;
  d["units"] = file.units;
  d["metadata_json"] = file.metadata_json;
  d["digest"] = file.digest;
  d["lossless"] = file.fidelity == Fidelity::lossless;
  d["recording"] = file.recording == Recording::complete  ? "complete"
                   : file.recording == Recording::running ? "running"
                                                          : "interrupted";
  d["n_events"] = file.n_events;
  d["stored_bytes"] = file.stored_bytes;
  d["frames_per_chunk"] = file.chunk_parameters.n_frames;
  return d;
}

// Analysis. `progress` is None or a callable.

py::array virtual_images(const Reader& reader, const Values<double>& weights, const py::object& progress) {
  Shape shape = scan_shape(reader);
  if (weights.ndim() == 3) shape.insert(shape.begin(), weights.shape(0));
  const std::span<const double> values = span_of(weights);
  return to_array(watched(progress, [&](const ProgressCallback& p) { return virtual_image(reader, values, {.progress = p}); }),
                  shape);
}

py::array image(const Reader& reader, const py::object& progress) {
  return to_array(watched(progress, [&](const ProgressCallback& p) { return scan_image(reader, {.progress = p}); }),
                  scan_shape(reader));
}

py::array mean(const Reader& reader, const py::object& progress) {
  return to_array(watched(progress, [&](const ProgressCallback& p) { return mean_pattern(reader, {.progress = p}); }),
                  detector_shape(reader));
}

py::array centers(const Reader& reader, const std::optional<Values<double>>& weights, const py::object& progress) {
  const std::span<const double> values = weights ? span_of(*weights) : std::span<const double>();
  const auto positions =
      watched(progress, [&](const ProgressCallback& p) { return center_of_mass(reader, values, {.progress = p}); });
  std::vector<double> flat;
  flat.reserve(2 * positions.size());
  for (const auto& position : positions) flat.insert(flat.end(), position.begin(), position.end());
  Shape shape = scan_shape(reader);
  shape.push_back(2);
  return to_array(std::move(flat), shape);
}

}  // namespace

void bind_reader(py::module_& m) {
  py::class_<Reader>(m, "Reader")
      .def(py::init<const std::filesystem::path&>(), py::call_guard<py::gil_scoped_release>())
      .def_property_readonly("scan_shape", [](const Reader& r) { return py::tuple(py::cast(scan_shape(r))); })
      .def_property_readonly("detector_shape", [](const Reader& r) { return py::tuple(py::cast(detector_shape(r))); })
      .def_property_readonly("dtype", [](const Reader& r) { return numpy_dtype(r.info().dtype); })
      .def_property_readonly("info", &info)
      .def("refresh", &Reader::refresh, py::call_guard<py::gil_scoped_release>())
      .def("frames",
           [](const Reader& r, std::uint64_t first, std::uint64_t n) {
             return frames_of(r, n, FrameRange{first, n});
           })
      .def("frames_of_region", [](const Reader& r, const Region& at) { return frames_of(r, at[1] * at[3], to_region(at)); })
      .def("events",
           [](const Reader& r, std::uint64_t first, std::uint64_t n) {
             return events_of(r, FrameRange{first, n});
           })
      .def("events_of_region", [](const Reader& r, const Region& at) { return events_of(r, to_region(at)); })
      .def("frame_status", &frame_status)
      .def("virtual_image", &virtual_images)
      .def("scan_image", &image)
      .def("mean_pattern", &mean)
      .def("center_of_mass", &centers);
}

}  // namespace esieve::python
