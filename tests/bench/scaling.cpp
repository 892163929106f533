// SPDX-License-Identifier: Apache-2.0
//
// Cost against size: conversion, reading to dense frames and reading to events, one thread, from a hundred frames upwards.
//
// scaling FIGURE.svg [MOST_FRAMES]; the figures go to standard output as CSV.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "bench/chart.hpp"
#include "bench/machine.hpp"
#include "bench/scratch_folder.hpp"
#include "esieve/convert.hpp"
#include "esieve/error.hpp"
#include "esieve/reader.hpp"
#include "parallel/parallel.hpp"
#include "simulated_frames.hpp"

namespace esieve {
namespace {

constexpr std::uint64_t scan_x = 100;

/// As many rows as wanted of a scan that repeats some simulated ones, so that any size fits into memory.
class RepeatedFrames final : public Source {
 public:
  RepeatedFrames(const SimulatedFrames& frames, std::uint64_t n_rows) : Source(frames.info), frames_(frames) {
    info_.scan.scan_y = n_rows;
  }

  void read(FrameRange range, std::span<std::byte> out) const override {
    const auto bytes = std::as_bytes(std::span(frames_.counts));
    const std::uint64_t n_there = frames_.info.scan.n_frames();
    for (std::uint64_t frame = range.first; frame < range.end(); ++frame, out = out.subspan(info_.frame_bytes()))
      std::memcpy(out.data(), bytes.data() + frame % n_there * info_.frame_bytes(), info_.frame_bytes());
  }

 private:
  const SimulatedFrames& frames_;
};

struct Cost {
  double n_frames = 0, n_events = 0, convert_seconds = 0, dense_seconds = 0, events_seconds = 0;
};

/// Dense frames are read row by row, so that memory does not grow with the size.
double time_dense(const std::filesystem::path& path) {
  const bench::Stopwatch watch;
  const Reader reader(path);
  const FileInfo& info = reader.info();
  const std::uint64_t step = std::max(info.grid.scan_rows, 1024 / scan_x) * scan_x;
  std::vector<std::byte> dense(step * info.frame_bytes());
  for (std::uint64_t first = 0; first < info.scan.n_frames(); first += step) {
    const std::uint64_t n = std::min(step, info.scan.n_frames() - first);
    reader.frames(FrameRange{first, n}, std::span(dense).first(n * info.frame_bytes()));
  }
  return watch.seconds();
}

double time_events(const std::filesystem::path& path, double& n_events) {
  const bench::Stopwatch watch;
  const Reader reader(path);
  const FileInfo& info = reader.info();
  const std::uint64_t step = std::max(info.grid.scan_rows, 1024 / scan_x) * scan_x;
  n_events = 0;
  for (std::uint64_t first = 0; first < info.scan.n_frames(); first += step)
    n_events += static_cast<double>(
        reader.events<std::uint32_t>(FrameRange{first, std::min(step, info.scan.n_frames() - first)}).n_events());
  return watch.seconds();
}

/// Least of three: what disturbs a measurement makes it longer.
Cost measure(const SimulatedFrames& frames, std::uint64_t n_rows, const std::filesystem::path& path) {
  const RepeatedFrames source(frames, n_rows);
  Cost least;
  for (int i = 0; i < 3; ++i) {
    Cost cost{.n_frames = static_cast<double>(n_rows * scan_x)};
    const bench::Stopwatch watch;
    convert(source, path, {.threads = 1, .overwrite = true, .durable = false, .threshold = {}, .progress = {}});
    cost.convert_seconds = watch.seconds();
    cost.dense_seconds = time_dense(path);
    cost.events_seconds = time_events(path, cost.n_events);
    if (i == 0) least = cost;
    least.convert_seconds = std::min(least.convert_seconds, cost.convert_seconds);
    least.dense_seconds = std::min(least.dense_seconds, cost.dense_seconds);
    least.events_seconds = std::min(least.events_seconds, cost.events_seconds);
  }
  return least;
}

struct Series {
  const char* name;
  double Cost::*seconds;
  Colour colour;
};

constexpr std::array<Series, 3> all_series = {{{"convert", &Cost::convert_seconds, {200, 60, 20, 1}},
                                               {"read to dense frames", &Cost::dense_seconds, {30, 90, 170, 1}},
                                               {"read to events", &Cost::events_seconds, {60, 130, 60, 1}}}};

/// Points joined by lines, and dashed from the last point of each series what strict proportion to x would be.
void draw_panel(Drawing& drawing, bench::Frame frame, const char* title, const char* x_title, const std::vector<Cost>& costs,
                double Cost::*x) {
  std::vector<double> xs, seconds;
  for (const Cost& cost : costs) {
    xs.push_back(cost.*x);
    for (const Series& series : all_series) seconds.push_back(cost.*series.seconds);
  }
  bench::Chart chart(drawing, frame, title, bench::logarithmic_axis(x_title, xs), bench::logarithmic_axis("seconds", seconds));
  for (const Series& series : all_series) {
    std::vector<Point> points;
    for (const Cost& cost : costs) points.push_back({cost.*x, cost.*series.seconds});
    const Point last = points.back();
    chart.curve({{points.front().x, last.y * points.front().x / last.x}, last}, series.colour, 1, 4);
    chart.curve(points, series.colour, 2);
    for (const Point& point : points)
      chart.mark({.x = point.x, .y = point.y, .name = point.x == last.x ? series.name : "", .colour = series.colour});
  }
  chart.finish();
}

void print(const char* kind, const Cost& cost) {
  std::printf("%s,%.0f,%.0f,%.6f,%.6f,%.6f\n", kind, cost.n_frames, cost.n_events, cost.convert_seconds, cost.dense_seconds,
              cost.events_seconds);
  std::fflush(stdout);
}

void run(const std::filesystem::path& figure, std::uint64_t most_frames) {
  const ThreadLimit one_thread(1);
  const bench::ScratchFolder folder(std::uint64_t{1} << 30);
  const std::filesystem::path file = folder.path() / "scaling.hdf5";
  std::puts("series,frames,events,convert_seconds,dense_seconds,events_seconds");

  std::vector<Cost> by_frames, by_events;
  const SimulatedFrames frames = simulate_frames({20, scan_x}, 1000);
  for (const std::uint64_t n_rows : std::array<std::uint64_t, 7>{1, 3, 10, 30, 100, 300, 1000}) {
    if (n_rows * scan_x > most_frames) break;
    by_frames.push_back(measure(frames, n_rows, file));
    print("frames", by_frames.back());
  }
  for (const double dose : {30.0, 100.0, 300.0, 1000.0, 3000.0, 10'000.0}) {
    by_events.push_back(measure(simulate_frames({20, scan_x}, dose), 20, file));
    print("events", by_events.back());
  }
  Drawing drawing{.width_px = 1280, .height_px = 560, .shapes = {}};
  draw_panel(drawing, {70, 50, 540, 440}, "1000 electrons a frame of 128 x 128, level default, one thread", "frames", by_frames,
             &Cost::n_frames);
  draw_panel(drawing, {710, 50, 540, 440}, "2000 frames, 30 to 10,000 electrons a frame", "events", by_events, &Cost::n_events);
  std::ofstream out(figure, std::ios::binary);
  out << to_svg(drawing);
  if (!out.flush()) throw IoError("cannot write " + figure.string());
}

}  // namespace
}  // namespace esieve

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: scaling FIGURE.svg [MOST_FRAMES]\n", stderr);
    return 2;
  }
  try {
    esieve::run(argv[1], argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "scaling: %s\n", error.what());
    return 1;
  }
}
