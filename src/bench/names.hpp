// SPDX-License-Identifier: Apache-2.0
//
// Names as they appear in JSON, in the table and in the diagrams.
#pragma once

#include "esieve/bench.hpp"

namespace esieve::bench {

inline constexpr const char* own_chunking = "own";

constexpr const char* name_of(Level level) {
  switch (level) {
    case Level::fast: return "fast";
    case Level::standard: return "default";
    case Level::max: break;
  }
  return "max";
}

constexpr const char* name_of(BenchReadAs as) {
  switch (as) {
    case BenchReadAs::hdf5: return "hdf5";
    case BenchReadAs::library: return "library";
    case BenchReadAs::events: break;
  }
  return "events";
}

}  // namespace esieve::bench
