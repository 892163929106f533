// SPDX-License-Identifier: Apache-2.0
//
// Stands between the library and the operating system's writes: counts them, dies or fails at one of them, or keeps all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace esieve {

struct TracedWrite {
  enum class Kind : std::uint8_t { write, sync, mark } kind = Kind::write;
  std::string path;
  std::uint64_t offset = 0;
  std::vector<std::byte> bytes;
  std::size_t began = 0;  ///< Of a sync: how many entries there were when it began.
  std::uint64_t mark = 0;
};

/// The process kills itself instead of making its `n`-th write from now on (0: the first); half of that write is made if asked.
void die_at_write(std::uint64_t n, bool half);

/// The disk is full from the `n`-th write, or reservation of space, on (0: the first), until `empty_disk`.
enum class FullFor : std::uint8_t { writes, reservations };
void fill_disk_at(std::uint64_t n, FullFor what);
/// \returns whether anything failed
bool empty_disk();

/// Keeps what is written from now on.
void start_trace();
void mark_trace(std::uint64_t mark);
std::vector<TracedWrite> take_trace();

}  // namespace esieve
