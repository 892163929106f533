// SPDX-License-Identifier: Apache-2.0
//
// The two diagrams of a result.
#include <algorithm>
#include <array>
#include <cmath>

#include "bench/chart.hpp"
#include "bench/paper.hpp"
#include "esieve/bench.hpp"
#include "report/words.hpp"

namespace esieve {
namespace bench {
namespace {

constexpr Colour ours{200, 60, 20, 1};
constexpr Colour blosc{30, 90, 170, 1};
constexpr Colour other_dense{90, 110, 120, 1};
constexpr Colour list{130, 90, 40, 1};
constexpr Colour paper{60, 130, 60, 1};

Colour colour_of(const BenchRow& row) {
  if (row.level) return ours;
  if (row.method == "csr") return list;
  return row.method.starts_with("blosc") ? blosc : other_dense;
}

/// One row a method: in its best chunks, read as it is read first.
std::vector<const BenchRow*> one_a_method(const BenchResult& result) {
  std::vector<const BenchRow*> rows;
  for (const BenchRow& row : result.rows) {
    if (!row.unavailable.empty() || !row.best_chunking) continue;
    if (std::none_of(rows.begin(), rows.end(), [&](const BenchRow* other) { return other->method == row.method; }))
      rows.push_back(&row);
  }
  return rows;
}

void draw_speed(Drawing& drawing, Frame frame, const BenchResult& result) {
  std::vector<double> speeds, ratios;
  const auto rows = one_a_method(result);
  for (const BenchRow* row : rows) {
    speeds.push_back(result.gib_per_second(row->write));
    ratios.push_back(result.ratio(*row));
  }
  if (rows.empty()) speeds = ratios = {1};
  Chart chart(drawing, frame, "Size against write speed", logarithmic_axis("write speed, GiB/s of dense data", speeds),
              logarithmic_axis("ratio: dense bytes / file bytes", ratios));
  for (const BenchRow* row : rows)
    chart.mark({.x = result.gib_per_second(row->write),
                .y = result.ratio(*row),
                .name = row->label,
                .colour = colour_of(*row),
                .hollow = false,
                .strong = row->level.has_value()});
  chart.finish();
}

/// Zeros as the nonzero fraction that is left: logarithmic, falling to the right.
Axis sparsity_axis(double nonzero) {
  Axis axis{"zeros", 1, std::min(0.03, nonzero / 2.5), true, {}};
  for (const auto& [value, text] : std::array<Tick, 9>{{{1, "0"},
                                                        {0.5, "50 %"},
                                                        {0.2, "80 %"},
                                                        {0.1, "90 %"},
                                                        {0.05, "95 %"},
                                                        {0.02, "98 %"},
                                                        {0.01, "99 %"},
                                                        {0.001, "99.9 %"},
                                                        {0.0001, "99.99 %"}}})
    if (value >= axis.high) axis.ticks.push_back({value, text});
  return axis;
}

std::vector<Point> curve_of(double from_nonzero, double to_nonzero, double (*ratio)(double)) {
  constexpr int n = 100;
  std::vector<Point> points;
  for (int i = 0; i <= n; ++i) {
    const double nonzero = from_nonzero * std::pow(to_nonzero / from_nonzero, static_cast<double>(i) / n);
    points.push_back({nonzero, ratio(1 - nonzero)});
  }
  return points;
}

void draw_sparsity(Drawing& drawing, Frame frame, const BenchResult& result) {
  const double nonzero = std::max(1 - result.zeros(), 1e-6);
  std::vector<double> ratios = {1};
  for (const PaperDataset& dataset : paper_datasets) ratios.push_back(dataset.best_ratio);
  std::vector<const BenchRow*> rows;
  bool dense_shown = false;
  for (const BenchRow* row : one_a_method(result)) {
    const bool best_dense = !row->level && row->method != "csr" && !dense_shown;
    dense_shown = dense_shown || best_dense;
    if (!best_dense && !row->level && row->method != "csr" && row->method != "blosc-zstd-3") continue;
    rows.push_back(row);
    ratios.push_back(result.ratio(*row));
  }
  const Axis x = sparsity_axis(nonzero);
  Chart chart(drawing, frame, "Size against sparsity", x, logarithmic_axis("ratio: dense bytes / file bytes", ratios));
  chart.curve(curve_of(1, x.high, &paper_law), paper, 1, 5);
  chart.curve(curve_of(1 - paper_datasets.front().zeros, 1 - paper_datasets.back().zeros, &paper_law), paper, 2.5);
  for (const PaperDataset& dataset : paper_datasets)
    chart.mark({.x = 1 - dataset.zeros, .y = dataset.best_ratio, .name = dataset.name, .colour = paper, .hollow = true});
  for (const BenchRow* row : rows)
    chart.mark({.x = nonzero,
                .y = result.ratio(*row),
                .name = row->label,
                .colour = colour_of(*row),
                .hollow = false,
                .strong = row->level.has_value()});
  chart.remark(0.02, 0.95, "arXiv 2604.06221, best dense method: " + std::string(paper_law_text), paper);
  chart.remark(0.02, 0.905, "(dashed where it is extended beyond its data)", paper);
  chart.finish();
}

}  // namespace
}  // namespace bench

Drawing draw(const BenchResult& result) {
  Drawing drawing{.width_px = 1280, .height_px = 600, .shapes = {}};
  const std::string name = end_of(result.path, 80);
  drawing.shapes.push_back(Label{.at = {70, 26},
                                 .text = name + ": " + size_in_words(result.dense_bytes) + ", " +
                                         std::string(dtype_name(result.dtype)) + ", " + percent(result.zeros()) + " zeros" +
                                         (result.sampled() ? " (part of the scan)" : ""),
                                 .size_px = 13});
  bench::draw_speed(drawing, {70, 70, 540, 460}, result);
  bench::draw_sparsity(drawing, {710, 70, 540, 460}, result);
  return drawing;
}

}  // namespace esieve
