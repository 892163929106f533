// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <vector>

#include "base/progress_meter.hpp"
#include "esieve/error.hpp"
#include "esieve/simulate.hpp"
#include "parallel/parallel.hpp"
#include "simulate/dense_file.hpp"

namespace esieve {

using simulate::DenseFile;

namespace {

/// Dense bytes under way at once, rates and counts together.
constexpr std::uint64_t bytes_under_way = std::uint64_t{48} << 20;

struct Item {
  std::vector<float> rates;
  std::vector<std::uint16_t> counts;
  SimulationSummary summary;
};

void compute(const Simulation& simulation, FrameRange range, Item& item) {
  const std::uint64_t n_values = range.count * simulation.options().detector.n_pixels();
  item.rates.resize(n_values);
  item.counts.resize(n_values);
  simulation.rates(range, item.rates);
  item.summary = {};
  item.summary.floor_bits = simulation.draw(range, item.rates, item.counts);
  for (const std::uint16_t count : item.counts) {
    item.summary.electrons += count;
    item.summary.n_events += count != 0 ? 1 : 0;
  }
}

}  // namespace

SimulationSummary write_simulation(const Simulation& simulation, const std::filesystem::path& output,
                                   const WriteSimulationOptions& options) {
  if (options.truth && *options.truth == output)
    throw UsageError(output.string() + " cannot hold both counts and rates. Give the rates another name.");
  const auto if_exists = options.overwrite ? PendingFile::IfExists::replace : PendingFile::IfExists::refuse;
  DenseFile counts(output, if_exists, simulation, DType::u16, "simulated counts");
  std::optional<DenseFile> rates;
  if (options.truth) rates.emplace(*options.truth, if_exists, simulation, DType::f32, "simulated rates");

  const std::uint64_t n_frames = simulation.options().scan.n_frames();
  const std::uint64_t batch = simulation.batch_frames();
  const std::uint64_t batch_bytes = batch * simulation.options().detector.n_pixels() * 6;
  const int threads = resolve_threads(options.threads);
  const std::uint64_t n_slots =
      std::clamp<std::uint64_t>(bytes_under_way / batch_bytes, 2, static_cast<std::uint64_t>(threads) + 1);
  std::vector<Item> items(n_slots);

  SimulationSummary total;
  ProgressMeter meter(options.progress, n_frames);
  const auto range_of = [&](std::uint64_t i) { return FrameRange{i * batch, std::min(batch, n_frames - i * batch)}; };
  ordered_pipeline((n_frames + batch - 1) / batch, threads, n_slots,
                   [&](std::uint64_t i, std::size_t slot) { compute(simulation, range_of(i), items[slot]); },
                   [&](std::uint64_t i, std::size_t slot) {
                     const Item& item = items[slot];
                     const std::span bytes = std::as_bytes(std::span(item.counts));
                     counts.write(range_of(i), bytes);
                     if (rates) rates->write(range_of(i), std::as_bytes(std::span(item.rates)));
                     total.floor_bits += item.summary.floor_bits;
                     total.electrons += item.summary.electrons;
                     total.n_events += item.summary.n_events;
                     meter.add(range_of(i).count, bytes.size(), bytes.size());
                   });

  counts.set_attribute("floor_bits", total.floor_bits);
  if (rates) rates->commit();
  counts.commit();
  return total;
}

}  // namespace esieve
