// SPDX-License-Identifier: Apache-2.0
//
// A recording of many small blocks, some frames of which are lost, and the check of what is left of it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "esieve/error.hpp"
#include "esieve/recover.hpp"
#include "unit/record/recordings.hpp"

namespace esieve {

inline constexpr std::uint64_t recorded_rows = 65, recorded_columns = 32;
inline constexpr std::uint32_t frames_a_block = 4;  // 520 blocks
inline constexpr std::uint64_t flush_every = 117;   // frames: most flushes find an unfinished block

/// A process that dies leaves what it wrote wherever it was; thousands of syncs of a disk would prove nothing more.
inline void use_memory_for_files() {
  if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", /*overwrite=*/0);
}

inline MemorySource& recorded_source() {
  static MemorySource source = counted_source({recorded_rows, recorded_columns}, {8, 8});
  return source;
}

inline bool is_lost(std::uint64_t frame) { return frame % 97 == 13; }

/// Records all frames. `flushed(n)` is called when the first n are flushed.
inline void record_blocks(
    const std::filesystem::path& path, const std::function<void(std::uint64_t)>& flushed,
    const std::function<void(Writer&)>& before_close = [](Writer&) {}) {
  MemorySource& source = recorded_source();
  WriterOptions options = options_for(source);
  options.frames_per_chunk = frames_a_block;
  options.queue_bytes = 1 << 20;
  options.threads = 1;
  Writer writer(path, options);
  for (std::uint64_t i = 0; i < source.info().scan.n_frames(); ++i) {
    if (is_lost(i))
      writer.drop();
    else
      writer.push(source.frame(i));
    if ((i + 1) % flush_every != 0) continue;
    writer.flush();
    flushed(i + 1);
  }
  before_close(writer);
  writer.close();
}

/// The first `n_flushed` frames are there, and no frame that says it is data is wrong.
inline void expect_recovered(const std::filesystem::path& file, std::uint64_t n_flushed) {
  MemorySource& source = recorded_source();
  const Reader reader(file);
  ASSERT_TRUE(verify(reader, nullptr, {}).okay());
  const std::vector<FrameStatus> status = reader.frame_status();
  const std::vector<std::byte> dense = all_frames(reader);
  ASSERT_EQ(status.size(), source.info().scan.n_frames());
  const std::size_t frame_bytes = source.info().frame_bytes();
  std::uint64_t n_missing = 0, n_wrong = 0;
  for (std::uint64_t i = 0; i < status.size(); ++i) {
    const FrameStatus expected = is_lost(i) ? FrameStatus::dropped : FrameStatus::okay;
    if (status[i] == FrameStatus::missing)
      n_missing += i < n_flushed;
    else
      n_wrong += status[i] != expected;
    if (is_data(status[i]) &&
        !std::equal(source.frame(i).begin(), source.frame(i).end(), dense.begin() + static_cast<std::ptrdiff_t>(i * frame_bytes)))
      ++n_wrong;
  }
  EXPECT_EQ(n_missing, 0U) << "of " << n_flushed << " flushed frames";
  EXPECT_EQ(n_wrong, 0U);
}

}  // namespace esieve
