// SPDX-License-Identifier: Apache-2.0
//
// Work on whole files: convert, verify, recover, bench. Results are the library's JSON.
#include <pybind11/stl/filesystem.h>

#include <esieve/bench.hpp>
#include <esieve/convert.hpp>
#include <esieve/recover.hpp>
#include <esieve/regrid.hpp>
#include <esieve/report.hpp>
#include <esieve/verify.hpp>

#include "bindings.hpp"
#include "options.hpp"
#include "watched.hpp"

namespace py = pybind11;

namespace esieve::python {
namespace {

using Path = std::filesystem::path;

SourceOptions take_source(Options& options) {
  SourceOptions to;
  std::optional<std::array<std::uint64_t, 2>> scan;
  options.take("dataset", to.dataset);
  options.take("scan_shape", scan);
  options.take("shape", to.shape);
  options.take("dtype", to.dtype);
  options.take("offset_bytes", to.offset_bytes);
  if (scan) to.scan_shape = ScanShape{(*scan)[0], (*scan)[1]};
  return to;
}

/// Reports the part of some work that follows `n_before` of `n_parts` parts alike.
ProgressCallback part(const ProgressCallback& whole, std::uint64_t n_before, std::uint64_t n_parts) {
  return [=](Progress p) {
    p.frames_done += n_before * p.frames_total;
    p.frames_total *= n_parts;
    return whole(p);
  };
}

std::string convert_file(const Path& source_path, const Path& output, const py::dict& given, const py::object& progress) {
  Options options(given);
  const SourceOptions source_options = take_source(options);
  ConvertOptions convert_options;
  int threads = 0;
  bool check = true;
  options.take_level("level", convert_options.level);
  options.take("frames_per_chunk", convert_options.frames_per_chunk);
  options.take("threads", threads);
  options.take("overwrite", convert_options.overwrite);
  options.take("verify", check);
  options.take_threshold(convert_options.threshold);
  options.finish();
  convert_options.threads = threads;
  return watched(progress, [&](const ProgressCallback& callback) {
    const std::unique_ptr<Source> source = open_source(source_path, source_options);
    convert_options.progress = part(callback, 0, check ? 2 : 1);
    convert(*source, output, convert_options);
    const Reader reader(output);
    Report report;
    report.file = reader.info();
    if (check) report.verification = verify(reader, source.get(), {.threads = threads, .progress = part(callback, 1, 2)});
    return to_json(report);
  });
}

std::string verify_file(const Path& events, const std::optional<Path>& source_path, const py::dict& given,
                        const py::object& progress) {
  Options options(given);
  const SourceOptions source_options = take_source(options);
  int threads = 0;
  options.take("threads", threads);
  options.finish();
  return watched(progress, [&](const ProgressCallback& callback) {
    const Reader reader(events);
    const std::unique_ptr<Source> source = source_path ? open_source(*source_path, source_options) : nullptr;
    Report report;
    report.file = reader.info();
    report.verification = verify(reader, source.get(), {.threads = threads, .progress = callback});
    return to_json(report);
  });
}

std::string recover_file(const Path& damaged, const Path& output, bool overwrite, int threads, const py::object& progress) {
  return watched(progress, [&](const ProgressCallback& callback) {
    return to_json(recover(damaged, output, {.overwrite = overwrite, .threads = threads, .progress = callback}));
  });
}

py::dict regrid_file(const Path& original, const Path& output, const py::dict& given, const py::object& progress) {
  Options options(given);
  ScanGeometry geometry;
  RegridOptions how;
  options.take_scan(geometry);
  options.take("overwrite", how.overwrite);
  options.take("threads", how.threads);
  options.finish();
  const Regridding done = watched(progress, [&](const ProgressCallback& callback) {
    how.progress = callback;
    return regrid(original, output, geometry, how);
  });
  py::dict d;
  d["scan_shape"] = py::make_tuple(done.scan.scan_y, done.scan.scan_x);
  d["n_frames"] = done.n_frames;
  d["n_left_out"] = done.n_left_out;
  d["n_missing"] = done.n_missing;
  return d;
}

std::vector<Level> to_levels(const std::vector<std::string>& words) {
  std::vector<Level> levels;
  for (const std::string& word : words)
    levels.push_back(
        Options::choose<Level>("level", word, {{"fast", Level::fast}, {"default", Level::standard}, {"max", Level::max}}));
  return levels;
}

std::string bench_file(const Path& source_path, const py::dict& given, const py::object& progress) {
  Options options(given);
  const SourceOptions source_options = take_source(options);
  BenchOptions bench;
  std::optional<std::vector<std::string>> levels;
  options.take("methods", bench.methods,
               {{"paper", BenchMethods::paper}, {"strong", BenchMethods::strong}, {"all", BenchMethods::all}});
  options.take("chunks", bench.chunks, {{"all", BenchChunks::all}, {"best", BenchChunks::best}});
  options.take("levels", levels);
  options.take("runs", bench.runs);
  options.take("threads", bench.threads);
  options.take("max_bytes", bench.max_bytes);
  options.finish();
  if (levels) bench.levels = to_levels(*levels);
  return watched(progress, [&](const ProgressCallback& callback) {
    bench.progress = callback;
    return to_json(run_bench(*open_source(source_path, source_options), bench));
  });
}

}  // namespace

void bind_files(py::module_& m) {
  m.def("convert", &convert_file);
  m.def("verify", &verify_file);
  m.def("recover", &recover_file);
  m.def("regrid", &regrid_file);
  m.def("bench", &bench_file);
}

}  // namespace esieve::python
