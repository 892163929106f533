// SPDX-License-Identifier: Apache-2.0
#include "bench/machine.hpp"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <fstream>

#include "h5/h5.hpp"

namespace esieve::bench {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return {};
}

std::string hdf5_version() {
  const h5::Lock lock;
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

double copy_seconds(std::span<const std::byte> from, std::span<std::byte> to) {
  double best = 0;
  for (int i = 0; i < 3; ++i) {
    const Stopwatch watch;
    std::memcpy(to.data(), from.data(), from.size());
    const double seconds = watch.seconds();
    best = i == 0 ? seconds : std::min(best, seconds);
  }
  return best;
}

}  // namespace esieve::bench
