// SPDX-License-Identifier: Apache-2.0
//
// How long work reports itself and is stopped.
#pragma once

#include <cstdint>
#include <functional>

namespace esieve {

struct Progress {
  std::uint64_t frames_done = 0;
  std::uint64_t frames_total = 0;
  std::uint64_t dense_bytes_done = 0;   ///< Dense bytes handled so far.
  std::uint64_t stored_bytes_done = 0;  ///< Bytes written or read in the event file so far.
};

enum class Continue : std::uint8_t { yes, stop };

/// Called from one thread at a time, at most a few times a second per stage of work. `Continue::stop` ends the work
/// with `Interrupted`.
using ProgressCallback = std::function<Continue(const Progress&)>;

}  // namespace esieve
