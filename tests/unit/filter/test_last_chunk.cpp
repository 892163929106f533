// SPDX-License-Identifier: Apache-2.0
#include "filter/last_chunk.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace esieve::filter {
namespace {

using Bytes = std::vector<std::byte>;

Bytes filled(std::size_t n_bytes, int with) { return Bytes(n_bytes, static_cast<std::byte>(with)); }

class LastChunkTest : public testing::Test {
 protected:
  /// What a filter does: from memory, or decoded to `dense` and remembered.
  bool read(const Bytes& chunk, const Bytes& dense) {
    Bytes out(dense.size());
    if (last_.copy(parameters_, chunk, out)) {
      EXPECT_EQ(out, dense);
      return true;
    }
    last_.remember(parameters_, chunk, dense);
    return false;
  }

  ChunkParameters parameters_{.n_frames = 2, .det_y = 4, .det_x = 4, .scan_row_frames = 2, .dataset_id = 7};
  LastChunk last_;
};

TEST_F(LastChunkTest, keeps_what_was_asked_for_twice_running) {
  const Bytes a = filled(50, 1), b = filled(60, 2), dense_a = filled(64, 3), dense_b = filled(64, 4);
  EXPECT_FALSE(read(a, dense_a));
  EXPECT_FALSE(read(b, dense_b));
  EXPECT_FALSE(read(a, dense_a));  // not running
  EXPECT_FALSE(read(a, dense_a));
  EXPECT_TRUE(read(a, dense_a));
  EXPECT_FALSE(read(b, dense_b));
  EXPECT_TRUE(read(a, dense_a));  // still
  EXPECT_FALSE(read(b, dense_b));
  EXPECT_TRUE(read(b, dense_b));
  EXPECT_FALSE(read(a, dense_a));
}

TEST_F(LastChunkTest, is_told_by_all_bytes_and_by_the_parameters) {
  const Bytes chunk = filled(50, 1), dense = filled(64, 3);
  for (int i = 0; i < 2; ++i) read(chunk, dense);
  Bytes out(64);
  for (std::size_t i = 0; i < chunk.size(); ++i) {  // the checksum at the end included
    Bytes forged = chunk;
    forged[i] = std::byte{9};
    EXPECT_FALSE(last_.copy(parameters_, forged, out)) << i;
  }
  EXPECT_FALSE(last_.copy(parameters_, std::span(chunk).first(49), out));
  ChunkParameters others = parameters_;
  others.dataset_id = 8;
  EXPECT_FALSE(last_.copy(others, chunk, out));
  EXPECT_FALSE(last_.copy(parameters_, chunk, std::span(out).first(63)));
  EXPECT_TRUE(last_.copy(parameters_, chunk, out));
}

TEST_F(LastChunkTest, huge_chunks_are_not_kept) {
  const Bytes chunk = filled(50, 1), dense = filled((std::size_t{32} << 20) + 1, 3);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(read(chunk, dense));
}

TEST_F(LastChunkTest, chunks_too_short_for_a_checksum_do_no_harm) {
  for (int i = 0; i < 3; ++i) {
    read({}, filled(8, 1));
    read(filled(3, 5), filled(8, 2));
  }
}

TEST_F(LastChunkTest, threads_never_get_half_of_one) {
  std::atomic<int> n_wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 3000; ++i) {
        const int which = (i / 7 + t) % 3;
        const Bytes chunk = filled(400, which), dense = filled(4096, which);
        Bytes out(4096);
        if (last_.copy(parameters_, chunk, out))
          n_wrong += out != dense;
        else
          last_.remember(parameters_, chunk, dense);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(n_wrong, 0);
}

}  // namespace
}  // namespace esieve::filter
