// SPDX-License-Identifier: Apache-2.0
//
// The power fails: of what was written since the last sync of a file each sector of 512 bytes is on the disk or not.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>

#include "unit/recover/recording_of_blocks.hpp"
#include "unit/recover/write_trace.hpp"

namespace esieve {
namespace {

constexpr std::size_t sector = 512;
#ifdef __SANITIZE_ADDRESS__
constexpr int n_replays = 25;  // ten times slower
#else
constexpr int n_replays = 1200;
#endif

using Image = std::vector<std::byte>;

void apply(Image& image, const TracedWrite& write) {
  image.resize(std::max<std::size_t>(image.size(), write.offset + write.bytes.size()));
  std::ranges::copy(write.bytes, image.begin() + static_cast<std::ptrdiff_t>(write.offset));
}

void apply_torn(Image& image, const TracedWrite& write, std::mt19937_64& random) {
  for (std::size_t at = 0; at < write.bytes.size();) {
    const std::size_t n = std::min(write.bytes.size() - at, sector - (write.offset + at) % sector);
    if ((random() & 1) != 0)
      apply(image,
            {TracedWrite::Kind::write,
             "",
             write.offset + at,
             {write.bytes.begin() + static_cast<std::ptrdiff_t>(at), write.bytes.begin() + static_cast<std::ptrdiff_t>(at + n)},
             0,
             0});
    at += n;
  }
}

/// The files as a failure of power after the first `n` entries may leave them. \returns the number of flushed frames
std::uint64_t replay(const std::vector<TracedWrite>& trace, std::size_t n, std::mt19937_64& random,
                     std::map<std::string, Image>& images) {
  std::map<std::string, std::size_t> synced;
  std::uint64_t n_flushed = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (trace[i].kind == TracedWrite::Kind::sync) synced[trace[i].path] = std::max(synced[trace[i].path], trace[i].began);
    if (trace[i].kind == TracedWrite::Kind::mark) n_flushed = trace[i].mark;
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (trace[i].kind != TracedWrite::Kind::write) continue;
    if (i < synced[trace[i].path])
      apply(images[trace[i].path], trace[i]);
    else
      apply_torn(images[trace[i].path], trace[i], random);
  }
  return n_flushed;
}

TEST(TornSectors, lose_nothing_that_was_flushed) {
  use_memory_for_files();
  TemporaryFolder recorded;
  start_trace();
  record_blocks(recorded / "scan.hdf5", mark_trace);
  const std::vector<TracedWrite> trace = take_trace();
  ASSERT_GT(trace.size(), 1000U);
  std::mt19937_64 random(5);
  int n_recovered = 0;
  for (int trial = 0; trial < n_replays; ++trial) {
    const std::size_t n = 1 + random() % trace.size();
    std::map<std::string, Image> images;
    const std::uint64_t n_flushed = replay(trace, n, random, images);
    TemporaryFolder folder;
    std::filesystem::create_directory(folder / "scan.hdf5.recording");
    for (const auto& [path, image] : images) {
      if (std::filesystem::path(path).parent_path().extension() != ".recording") continue;
      std::ofstream file((folder / "scan.hdf5.recording") / std::filesystem::path(path).filename().string(), std::ios::binary);
      file.write(reinterpret_cast<const char*>(image.data()), static_cast<std::streamsize>(image.size()));
    }
    try {
      recover(folder / "scan.hdf5.recording", folder / "recovered.hdf5");
    } catch (const Error& error) {
      ASSERT_EQ(n_flushed, 0U) << "trial " << trial << ", entry " << n << ": " << error.what();
      continue;
    }
    expect_recovered(folder / "recovered.hdf5", n_flushed);
    if (::testing::Test::HasFailure()) FAIL() << "trial " << trial << ", entry " << n << " of " << trace.size();
    ++n_recovered;
  }
  EXPECT_GT(n_recovered, n_replays * 8 / 10);
}

}  // namespace
}  // namespace esieve
