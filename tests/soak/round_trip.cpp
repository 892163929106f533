// SPDX-License-Identifier: Apache-2.0
//
// Scans of any shape, type and pattern, converted and read back as frames and as events until the time is over. Unit tests
// stay small; what goes wrong only in frames of millions of pixels, or in rows of one, is found here.
//
//     round_trip SECONDS [SEED [MOST_MIB]]
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <random>
#include <string>

#include "esieve/convert.hpp"
#include "esieve/reader.hpp"
#include "support/memory_source.hpp"

namespace esieve {
namespace {

enum class Pattern { ones, counts, tracks, disc, leaves, noise };
constexpr std::uint64_t n_patterns = 6;

/// All that a round is made of, from its seed.
struct Round {
  std::uint64_t seed;
  ScanShape scan;
  DetectorShape detector;
  DType dtype;
  Pattern pattern;
  double density;
  ConvertOptions options;

  Round(std::uint64_t from, double most_bytes) : seed(from) {
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t n) { return random() % n; };
    const auto uniform = [&] { return static_cast<double>(below(1000)) / 1000; };
    constexpr DType dtypes[] = {DType::u8, DType::u16, DType::u32, DType::i16, DType::f32};
    dtype = dtypes[below(std::size(dtypes))];
    const double most_pixels = most_bytes / static_cast<double>(item_bytes(dtype));
    const double n_pixels = std::exp2(uniform() * std::log2(most_pixels));
    const double aspect = std::exp2((2 * uniform() - 1) * (below(3) == 0 ? std::log2(n_pixels + 1) : 2));
    detector.det_y = static_cast<std::uint32_t>(std::clamp(std::sqrt(n_pixels * aspect), 1.0, n_pixels));
    detector.det_x = static_cast<std::uint32_t>(std::max(1.0, n_pixels / detector.det_y));
    if (below(3) == 0) detector = {std::max(1U, detector.det_y / 16 * 16), std::max(1U, detector.det_x / 16 * 16)};
    const double most_frames = std::clamp(most_pixels / static_cast<double>(detector.n_pixels()), 1.0, below(8) == 0 ? 3e6 : 3e3);
    scan = {1, 1 + below(static_cast<std::uint64_t>(most_frames))};
    if (scan.scan_x % 2 == 0 && below(2) == 0) scan = {2, scan.scan_x / 2};
    pattern = static_cast<Pattern>(below(n_patterns));
    density = std::exp2(-static_cast<double>(below(16)));
    options.level = static_cast<Level>(1 + below(3));
    options.frames_per_chunk = below(3) == 0 ? static_cast<std::uint32_t>(1 + below(scan.n_frames())) : 0;
    options.threads = 1 + static_cast<int>(below(2));
    options.overwrite = true;
    options.durable = false;
  }

  [[nodiscard]] std::string text() const {
    return "seed " + std::to_string(seed) + ": " + std::to_string(scan.n_frames()) + " x " + std::to_string(detector.det_y) +
           " x " + std::to_string(detector.det_x) + ' ' + std::string(dtype_name(dtype)) + ", pattern " +
           std::to_string(static_cast<int>(pattern)) + ", level " + std::to_string(static_cast<int>(options.level)) + ", " +
           std::to_string(options.frames_per_chunk) + " frames a chunk";
  }
};

template <class T>
void fill(std::span<T> values, const Round& round) {
  std::mt19937_64 random(round.seed + 1);
  const std::size_t n = values.size(), height = round.detector.det_y, width = round.detector.det_x, n_pixels = height * width;
  const auto below = [&](std::size_t most) { return most == 0 ? 0 : static_cast<std::size_t>(random() % most); };
  const auto sprinkle = [&](double density, std::size_t most) {
    std::geometric_distribution<std::size_t> gap(std::min(density, 0.999));
    for (std::size_t i = gap(random); i < n; i += 1 + gap(random)) values[i] = static_cast<T>(1 + below(most));
  };
  switch (round.pattern) {
    case Pattern::ones: return sprinkle(round.density, 1);
    case Pattern::counts: return sprinkle(round.density, 1 + below(300));
    case Pattern::tracks:
      for (auto left = static_cast<std::size_t>(static_cast<double>(n) * round.density / 20); left > 0; --left) {
        const std::size_t step = below(2) == 0 ? 1 : width;
        std::size_t at = below(n);
        for (std::size_t i = below(9); i < 9 && at < n; ++i, at += step + below(2)) values[at] = static_cast<T>(20 + below(200));
      }
      return;
    case Pattern::disc: {
      const auto y0 = static_cast<double>(below(height)), x0 = static_cast<double>(below(width));
      const double radius = 1 + static_cast<double>(below(std::max(height, width) / 4));
      for (std::size_t i = 0; i < n; ++i) {
        const std::size_t pixel = i % n_pixels;
        const double y = static_cast<double>(pixel / width) - y0, x = static_cast<double>(pixel % width) - x0;
        const double distance = (y * y + x * x) / (radius * radius);
        if (distance < 9) values[i] = static_cast<T>(std::poisson_distribution<int>(4 * std::exp(-distance))(random));
      }
      return;
    }
    case Pattern::leaves: {  // as many in each square, the last row and column among them: few classes of many pixels
      const std::size_t side = std::size_t{1} << below(6), n_each = 1 + below(4), n_frames = n / n_pixels;
      for (std::size_t y = 0; y < height; y += side)
        for (std::size_t x = 0; x < width; x += side)
          for (std::size_t i = 0; i < n_each; ++i) {
            const std::size_t row = y + side >= height ? height - 1 : y + below(side);
            const std::size_t column = x + side >= width ? width - 1 : x + below(side);
            values[below(n_frames) * n_pixels + row * width + column] = 1;
          }
      return;
    }
    case Pattern::noise:
      for (T& value : values) value = static_cast<T>(below(7));
  }
}

/// What differs between the source and what is read back, or nothing.
template <class T>
std::string difference(MemorySource& source, const Reader& reader) {
  const std::uint64_t n_frames = source.info().scan.n_frames();
  std::vector<std::byte> frames(source.info().dense_bytes());
  reader.frames(FrameRange{0, n_frames}, frames);
  if (!std::ranges::equal(frames, source.bytes())) return "other frames";
  const auto events = reader.events<double>(FrameRange{0, n_frames});
  const T* frame = source.values<T>().data();
  const std::size_t n_pixels = source.info().detector.n_pixels();
  for (std::size_t f = 0; f < n_frames; ++f, frame += n_pixels) {
    auto at = static_cast<std::size_t>(events.offsets[f]);
    const auto end = static_cast<std::size_t>(events.offsets[f + 1]);
    for (std::size_t pixel = 0; pixel < n_pixels; ++pixel) {
      if (frame[pixel] == T{}) continue;
      if (at == end || static_cast<std::size_t>(events.pixels[at]) != pixel ||
          events.counts[at] != static_cast<double>(frame[pixel]))
        return "another event in frame " + std::to_string(f) + ", pixel " + std::to_string(pixel);
      ++at;
    }
    if (at != end) return "more events in frame " + std::to_string(f);
  }
  return "";
}

std::string run(const Round& round, const std::filesystem::path& path) {
  MemorySource source(round.scan, round.detector, round.dtype);
  return visit_dtype(round.dtype, [&]<class T>(T) -> std::string {
    fill<T>(source.values<T>(), round);
    convert(source, path, round.options);
    return difference<T>(source, Reader(path));
  });
}

}  // namespace
}  // namespace esieve

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) {
    std::fputs("usage: round_trip SECONDS [SEED [MOST_MIB]]\n", stderr);
    return 2;
  }
  const double seconds = std::atof(argv[1]), most_bytes = (argc > 3 ? std::atof(argv[3]) : 64) * (1 << 20);
  std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : std::random_device{}();
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("round_trip_" + std::to_string(getpid()) + ".hdf5");
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t n_rounds = 0;
  std::string wrong;
  for (; wrong.empty() && std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < seconds;
       ++seed, ++n_rounds) {
    const esieve::Round round(seed, most_bytes);
    std::fprintf(stderr, "\r%s        ", round.text().c_str());  // first, so that it is known where a crash happens
    try {
      wrong = esieve::run(round, path);
    } catch (const std::exception& error) {
      wrong = error.what();
    }
    if (!wrong.empty()) std::fprintf(stderr, "\n%s: %s\n", round.text().c_str(), wrong.c_str());
  }
  std::filesystem::remove(path);
  std::fprintf(stderr, "\n%llu rounds, %s\n", static_cast<unsigned long long>(n_rounds),
               wrong.empty() ? "all alike" : "the last differs");
  return wrong.empty() ? 0 : 1;
}
