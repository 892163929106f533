// SPDX-License-Identifier: Apache-2.0
//
// The events of a whole file, chunk by chunk in scan order, as pixels and whole numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/progress_meter.hpp"
#include "esieve/reader.hpp"

namespace esieve {

struct EventValues {
  std::vector<std::uint32_t> pixels;
  std::vector<std::uint64_t> values;  ///< Counts in units of `quantum`; bit patterns where negative.
  double quantum = 1;
  bool has_negative = false;
};

/// \throws UnsupportedError  values that are neither counts nor integers
/// \throws DataError, IoError, Interrupted, and what `use` throws
void for_each_chunk_of_values(const Reader& events, int threads, ProgressMeter& meter,
                              const std::function<void(const EventValues&)>& use);

}  // namespace esieve
