// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "container/digest.hpp"
#include "esieve/container.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

TEST(Digest, IsTheValueThatXxhashGives) {
  // python3 -c "import xxhash; print(xxhash.xxh3_128_hexdigest(b''.join(i.to_bytes(8, 'little') for i in (1, 2, 3))))"
  const std::vector<std::uint64_t> hashes = {1, 2, 3};
  EXPECT_EQ(dense_digest(hashes), "d0d66ae2837a0117026f21f9c50dcf1f");
  EXPECT_EQ(dense_digest({}), "99aa06d3014798d86001c324468d497f");
}

TEST(Digest, DependsOnTheOrderOfFrames) {
  const std::vector<std::uint64_t> hashes = {1, 2}, swapped = {2, 1};
  EXPECT_NE(dense_digest(hashes), dense_digest(swapped));
}

TEST(Digest, IsTheSameInWhateverOrderPartsArrive) {
  const std::uint64_t seed = test_seed(7);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<std::uint64_t> hashes(1 + random() % 300);
    std::generate(hashes.begin(), hashes.end(), std::ref(random));
    std::vector<FrameRange> parts;
    for (std::uint64_t at = 0; at < hashes.size();) {
      const std::uint64_t n = std::min<std::uint64_t>(1 + random() % 9, hashes.size() - at);
      parts.push_back({at, n});
      at += n;
    }
    std::shuffle(parts.begin(), parts.end(), random);
    DigestStream stream;
    for (const FrameRange part : parts) stream.add(part, std::span(hashes).subspan(part.first, part.count));
    ASSERT_EQ(stream.hex(), dense_digest(hashes));
  }
}

}  // namespace
}  // namespace esieve
