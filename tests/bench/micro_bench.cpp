// SPDX-License-Identifier: Apache-2.0
//
// Every stage by itself, one thread, beside what copying memory costs: where the time of a conversion goes.
//
// Arguments: electrons per frame of 128 × 128 pixels; level (1 fast, 2 default, 3 max). bytes_per_second is of dense data.
#include <benchmark/benchmark.h>

#include <cstring>
#include <map>

#include "base/hash.hpp"
#include "codec/chunk/scan_events.hpp"
#include "esieve/codec.hpp"
#include "esieve/container.hpp"
#include "esieve/threshold.hpp"
#include "frames/frame_sums.hpp"
#include "simulated_frames.hpp"

namespace esieve {
namespace {

constexpr ScanShape scan{16, 64};

const SimulatedFrames& frames_of(std::int64_t electrons) {
  static std::map<std::int64_t, SimulatedFrames> made;
  auto at = made.find(electrons);
  if (at == made.end()) at = made.emplace(electrons, simulate_frames(scan, static_cast<double>(electrons))).first;
  return at->second;
}

std::span<const std::byte> bytes_of(const SimulatedFrames& frames) { return std::as_bytes(std::span(frames.counts)); }

void account(benchmark::State& state, const SimulatedFrames& frames) {
  const auto dense = static_cast<std::int64_t>(bytes_of(frames).size());
  state.SetBytesProcessed(state.iterations() * dense);
  state.counters["zeros_percent"] = 100 * (1 - static_cast<double>(frames.n_events) / static_cast<double>(frames.counts.size()));
  state.counters["events/s"] =
      benchmark::Counter(static_cast<double>(frames.n_events), benchmark::Counter::kIsIterationInvariantRate);
}

/// The chunks a conversion makes of the frames.
struct Chunks {
  Chunks(const SimulatedFrames& frames, Level level)
      : grid(
            choose_chunk_grid(frames.info.scan, frames.info.frame_bytes(), {.level = level, .threshold = {}, .floor_bits = {}})) {
    parameters.n_frames = static_cast<std::uint32_t>(grid.scan_rows * grid.scan_columns);
    parameters.det_y = frames.info.detector.det_y;
    parameters.det_x = frames.info.detector.det_x;
    parameters.scan_row_frames = static_cast<std::uint32_t>(grid.scan_columns);
    parameters.level = level;
  }

  std::span<const std::byte> dense(const SimulatedFrames& frames, std::uint64_t i) const {
    const FrameRange range = grid.frames(i, frames.info.scan);
    return bytes_of(frames).subspan(range.first * frames.info.frame_bytes(), range.count * frames.info.frame_bytes());
  }

  std::vector<std::vector<std::byte>> encoded(const SimulatedFrames& frames) const {
    ChunkCodec codec;
    std::vector<std::vector<std::byte>> chunks(grid.n_chunks());
    for (std::uint64_t i = 0; i < grid.n_chunks(); ++i)
      codec.encode(dense(frames, i), parameters, grid.frames(i, frames.info.scan).first, chunks[i]);
    return chunks;
  }

  ChunkGrid grid;
  ChunkParameters parameters;
};

void copy(benchmark::State& state) {
  const SimulatedFrames& frames = frames_of(1000);
  std::vector<std::byte> out(bytes_of(frames).size());
  for ([[maybe_unused]] auto _ : state) {
    std::memcpy(out.data(), bytes_of(frames).data(), out.size());
    benchmark::ClobberMemory();
  }
  account(state, frames);
}

void threshold(benchmark::State& state) {
  const SimulatedFrames& frames = frames_of(state.range(0));
  const Threshold stage({.threshold = 2, .threshold_map = {}, .dark = {}, .gain = {}, .mask = {}}, frames.info.detector,
                        DType::u16);
  std::vector<std::byte> out(bytes_of(frames).size());
  std::vector<DroppedFrame> dropped(scan.n_frames());
  for ([[maybe_unused]] auto _ : state) stage.apply(bytes_of(frames), out, dropped);
  account(state, frames);
}

void scan_events(benchmark::State& state) {
  const SimulatedFrames& frames = frames_of(state.range(0));
  const codec::BlockLayout layout{.shape = {static_cast<std::uint32_t>(scan.n_frames()), 128, 128, 64}, .item_bytes = 2};
  ChunkEvents events;
  for ([[maybe_unused]] auto _ : state) codec::scan_events(bytes_of(frames), layout, events);
  account(state, frames);
}

void frame_hashes(benchmark::State& state) {
  const SimulatedFrames& frames = frames_of(1000);
  std::vector<std::uint64_t> hashes(scan.n_frames());
  for ([[maybe_unused]] auto _ : state) hash_frames(bytes_of(frames), frames.info.frame_bytes(), hashes);
  account(state, frames);
}

void mean_pattern(benchmark::State& state) {
  const SimulatedFrames& frames = frames_of(1000);
  PatternSum sum;
  for ([[maybe_unused]] auto _ : state) sum.sum(bytes_of(frames), DType::u16, frames.info.detector);
  account(state, frames);
}

void encode(benchmark::State& state) {
  const SimulatedFrames& frames = frames_of(state.range(0));
  const Chunks chunks(frames, static_cast<Level>(state.range(1)));
  ChunkCodec codec;
  std::vector<std::byte> out;
  std::uint64_t stored = 0;
  for ([[maybe_unused]] auto _ : state) {
    stored = 0;
    for (std::uint64_t i = 0; i < chunks.grid.n_chunks(); ++i) {
      out.clear();
      stored += codec.encode(chunks.dense(frames, i), chunks.parameters, 0, out).chunk_bytes;
    }
  }
  account(state, frames);
  state.counters["ratio"] = static_cast<double>(bytes_of(frames).size()) / static_cast<double>(stored);
}

void decode(benchmark::State& state) {
  const SimulatedFrames& frames = frames_of(state.range(0));
  const Chunks chunks(frames, static_cast<Level>(state.range(1)));
  const auto encoded = chunks.encoded(frames);
  ChunkCodec codec;
  std::vector<std::byte> dense(chunks.parameters.dense_bytes());
  for ([[maybe_unused]] auto _ : state)
    for (const auto& chunk : encoded)
      if (codec.decode(chunk, chunks.parameters, dense) != ChunkStatus::okay) state.SkipWithError("a chunk is damaged");
  account(state, frames);
}

void decode_events(benchmark::State& state) {
  const SimulatedFrames& frames = frames_of(state.range(0));
  const Chunks chunks(frames, static_cast<Level>(state.range(1)));
  const auto encoded = chunks.encoded(frames);
  ChunkCodec codec;
  ChunkEvents events;
  for ([[maybe_unused]] auto _ : state)
    for (const auto& chunk : encoded)
      if (codec.decode_events(chunk, chunks.parameters, events) != ChunkStatus::okay) state.SkipWithError("a chunk is damaged");
  account(state, frames);
}

/// What making dense frames of events costs beside decoding them: clear, then put every count in its place.
void densify(benchmark::State& state) {
  const SimulatedFrames& frames = frames_of(state.range(0));
  const codec::BlockLayout layout{.shape = {static_cast<std::uint32_t>(scan.n_frames()), 128, 128, 64}, .item_bytes = 2};
  ChunkEvents events;
  codec::scan_events(bytes_of(frames), layout, events);
  std::vector<std::uint16_t> dense(frames.counts.size());
  for ([[maybe_unused]] auto _ : state) {
    std::fill(dense.begin(), dense.end(), std::uint16_t{0});
    std::size_t event = 0;
    std::uint16_t* frame = dense.data();
    for (const std::uint32_t n : events.frame_events) {
      for (const std::size_t end = event + n; event < end; ++event)
        frame[events.pixels[event]] = static_cast<std::uint16_t>(events.counts[event]);
      frame += frames.info.detector.n_pixels();
    }
    benchmark::ClobberMemory();
  }
  account(state, frames);
}

void checksum(benchmark::State& state) {
  const SimulatedFrames& frames = frames_of(1000);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(hash64(bytes_of(frames)));
  account(state, frames);
}

void doses(benchmark::internal::Benchmark* bench) { bench->ArgName("electrons")->Arg(100)->Arg(1000)->Arg(20'000); }

void doses_and_levels(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"electrons", "level"})->ArgsProduct({{100, 1000, 20'000}, {1, 2, 3}});
}

BENCHMARK(copy);
BENCHMARK(checksum);
BENCHMARK(frame_hashes);
BENCHMARK(mean_pattern);
BENCHMARK(threshold)->Apply(doses);
BENCHMARK(scan_events)->Apply(doses);
BENCHMARK(densify)->Apply(doses);
BENCHMARK(encode)->Apply(doses_and_levels);
BENCHMARK(decode)->Apply(doses_and_levels);
BENCHMARK(decode_events)->Apply(doses_and_levels);

}  // namespace
}  // namespace esieve
