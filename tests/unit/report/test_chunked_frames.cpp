// SPDX-License-Identifier: Apache-2.0
#include "report/chunked_frames.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "support/test_data.hpp"

namespace esieve {
namespace {

/// Chunk `i` element by element.
std::vector<std::byte> naive_chunk(const std::vector<std::byte>& dense, const ChunkedShape& shape, std::uint64_t i) {
  const auto first = shape.origin(i);
  std::vector<std::byte> chunk;
  for (std::uint64_t y = first[0]; y < first[0] + shape.chunk[0]; ++y)
    for (std::uint64_t x = first[1]; x < first[1] + shape.chunk[1]; ++x)
      for (std::uint64_t r = first[2]; r < first[2] + shape.chunk[2]; ++r)
        for (std::uint64_t c = first[3]; c < first[3] + shape.chunk[3]; ++c)
          for (std::uint64_t b = 0; b < shape.item_bytes; ++b) {
            const bool inside = y < shape.dims[0] && x < shape.dims[1] && r < shape.dims[2] && c < shape.dims[3];
            const std::uint64_t at = ((y * shape.dims[1] + x) * shape.dims[2] + r) * shape.dims[3] + c;
            chunk.push_back(inside ? dense[at * shape.item_bytes + b] : std::byte{0});
          }
  return chunk;
}

TEST(ChunkedFrames, are_what_a_plain_loop_finds_in_random_shapes_and_pieces) {
  const std::uint64_t seed = test_seed(32);
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int trial = 0; trial < 60; ++trial) {
    ChunkedShape shape{.dims = {}, .chunk = {}, .item_bytes = std::uint64_t{1} << random() % 4};
    std::uint64_t n_bytes = shape.item_bytes;
    for (std::size_t axis = 0; axis < 4; ++axis) {
      shape.dims[axis] = 1 + random() % 6;
      shape.chunk[axis] = 1 + random() % shape.dims[axis];
      n_bytes *= shape.dims[axis];
    }
    std::vector<std::byte> dense(n_bytes);
    for (std::byte& byte : dense) byte = static_cast<std::byte>(random());
    TemporaryFile file;
    file.append(dense);
    for (std::uint64_t i = 0; i < shape.n_chunks(); ++i) {
      const std::vector<std::byte> expected = naive_chunk(dense, shape, i);
      ASSERT_EQ(expected.size(), shape.chunk_bytes());
      const std::uint64_t cut = random() % (expected.size() + 1);
      std::vector<std::byte> chunk(expected.size(), std::byte{0xee});
      read_chunk_bytes(file, shape, i, 0, std::span(chunk).first(cut));
      read_chunk_bytes(file, shape, i, cut, std::span(chunk).subspan(cut));
      EXPECT_EQ(chunk, expected);
    }
  }
}

TEST(TemporaryFile, gives_back_what_was_appended_and_knows_its_size) {
  TemporaryFile file;
  const std::vector<std::byte> bytes = {std::byte{1}, std::byte{2}, std::byte{3}};
  file.append(bytes);
  file.append(bytes);
  EXPECT_EQ(file.size_bytes(), 6U);
  std::vector<std::byte> out(2);
  file.read(2, out);
  EXPECT_EQ(out, (std::vector{std::byte{3}, std::byte{1}}));
}

}  // namespace
}  // namespace esieve
