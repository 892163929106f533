// SPDX-License-Identifier: Apache-2.0
//
// The circumstances of a measurement, to be read beside its figures.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>

namespace esieve::bench {

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count(); }

 private:
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

/// The processor's own name; empty where it cannot be found out.
std::string processor_name();

std::string hdf5_version();

/// Now, ISO 8601, UTC.
std::string utc_now();

/// Best of three copies of `from` to `to`, of equal size, in one thread.
double copy_seconds(std::span<const std::byte> from, std::span<std::byte> to);

}  // namespace esieve::bench
