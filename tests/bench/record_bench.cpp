// SPDX-License-Identifier: Apache-2.0
//
// How fast a recording can go: frames of 256 × 256 u16 pushed as fast as they are taken, at several occupancies.
//
//   record_bench FOLDER [SECONDS [LEVEL]], levels being 1 (fast) to 3
// prints one line an occupancy: share of zeros, frames/s, dense MB/s, push median, 99.9 % and maximum in microseconds, ratio.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <vector>

#include "esieve/esieve.hpp"

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t side = 256, n_pixels = side * side, n_frames = 1024;

double seconds_since(Clock::time_point then) { return std::chrono::duration<double>(Clock::now() - then).count(); }

/// Frames with a bright disc, `occupancy` of whose pixels are not zero.
std::vector<std::uint16_t> make_frames(double occupancy) {
  std::mt19937_64 random(1);
  std::vector<double> rates(n_pixels);
  double sum = 0;
  for (std::size_t i = 0; i < n_pixels; ++i) {
    const double y = static_cast<double>(i / side) - 127.5, x = static_cast<double>(i % side) - 127.5;
    sum += rates[i] = 1 / (1 + (x * x + y * y) / 900);
  }
  std::vector<std::uint16_t> frames(n_frames * n_pixels);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const double rate = rates[i % n_pixels] * occupancy * static_cast<double>(n_pixels) / sum;
    frames[i] = static_cast<std::uint16_t>(std::poisson_distribution<int>(rate)(random));
  }
  return frames;
}

esieve::WriterOptions bench_options(esieve::Level level) {
  esieve::WriterOptions options;
  options.scan.scan_x = 256;
  options.detector = {side, side};
  options.level = level;
  options.overwrite = true;
  return options;
}

/// Pushes frame `n`, the frames over and over. \returns microseconds
double push(esieve::Writer& writer, const std::vector<std::uint16_t>& frames, std::uint64_t n) {
  const auto before = Clock::now();
  writer.push(std::as_bytes(std::span(frames).subspan(n % n_frames * n_pixels, n_pixels)));
  return seconds_since(before) * 1e6;
}

void run(const std::filesystem::path& folder, double seconds, esieve::Level level, double occupancy) {
  const std::vector<std::uint16_t> frames = make_frames(occupancy);
  const auto n_zeros = std::count(frames.begin(), frames.end(), 0);
  const std::filesystem::path path = folder / "record_bench.hdf5";
  esieve::Writer writer(path, bench_options(level));
  std::vector<double> push_us;
  push_us.reserve(1 << 20);
  const auto began = Clock::now();
  std::uint64_t n = 0;
  for (; seconds_since(began) < seconds; ++n) push_us.push_back(push(writer, frames, n));
  writer.flush();
  const double elapsed = seconds_since(began);
  const esieve::WriterStats stats = writer.close();
  std::sort(push_us.begin(), push_us.end());
  const auto quantile = [&](double q) { return push_us[static_cast<std::size_t>(q * static_cast<double>(push_us.size() - 1))]; };
  const double dense = static_cast<double>(n * n_pixels * 2);
  std::printf("%7.3f %% zeros  %8.0f frames/s  %6.0f MB/s  push %5.1f us median, %6.1f at 99.9 %%, %7.1f most  ratio %.1f\n",
              100.0 * static_cast<double>(n_zeros) / static_cast<double>(frames.size()), static_cast<double>(n) / elapsed,
              dense / elapsed / 1e6, quantile(0.5), quantile(0.999), push_us.back(),
              dense / static_cast<double>(std::max<std::uint64_t>(1, stats.stored_bytes)));
  std::fflush(stdout);
  std::filesystem::remove(path);
}

/// How often the system has taken the processor from this thread, or the thread has waited.
long n_switches() {
  ::rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw + usage.ru_nivcsw;
}

/// Frames that come at a set rate, so that the queue never fills: what a push costs the camera then. A push that takes long
/// though its thread had the processor throughout, as the system sees it, tells of the machine below the system.
void run_paced(const std::filesystem::path& folder, double seconds, esieve::Level level, double rate_hz) {
  const std::vector<std::uint16_t> frames = make_frames(0.01);
  const std::filesystem::path path = folder / "record_bench.hdf5";
  esieve::Writer writer(path, bench_options(level));
  std::vector<double> push_us;
  double longest_pause = 0;
  int n_slow = 0, n_slow_without_switch = 0;
  const auto began = Clock::now();
  for (std::uint64_t n = 0; seconds_since(began) < seconds; ++n) {
    for (double last = seconds_since(began), now = last; now * rate_hz < static_cast<double>(n); last = now) {
      now = seconds_since(began);
      longest_pause = std::max(longest_pause, now - last);
    }
    const long before = n_switches();
    push_us.push_back(push(writer, frames, n));
    if (push_us.back() <= 1000) continue;
    ++n_slow;
    if (n_switches() == before) ++n_slow_without_switch;
  }
  writer.close();
  std::sort(push_us.begin(), push_us.end());
  std::printf(
      "paced at %.0f frames/s, 99 %% zeros: push %.1f us median, %.1f most, %d of %zu above 1 ms (%d of these without a switch "
      "of "
      "threads); the loop that waits between them stood still for %.1f us at most\n",
      rate_hz, push_us[push_us.size() / 2], push_us.back(), n_slow, push_us.size(), n_slow_without_switch, longest_pause * 1e6);
  std::filesystem::remove(path);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: record_bench FOLDER [SECONDS [LEVEL]]\n");
    return 2;
  }
  const double seconds = argc > 2 ? std::atof(argv[2]) : 3;
  const auto level = static_cast<esieve::Level>(argc > 3 ? std::atoi(argv[3]) : 1);
  for (const double occupancy : {0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.3}) run(argv[1], seconds, level, occupancy);
  for (const double rate : {1000.0, 4000.0}) run_paced(argv[1], seconds, level, rate);
}
