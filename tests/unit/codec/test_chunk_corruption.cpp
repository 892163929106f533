// SPDX-License-Identifier: Apache-2.0
//
// Hostile chunks: a status, never a crash. Run under the sanitizers, these tests also prove the absence of stray reads.
#include <gtest/gtest.h>

#include <random>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "codec/chunk/header.hpp"
#include "support/test_data.hpp"
#include "unit/codec/chunk_blocks.hpp"

namespace esieve {
namespace {

// Makes the checksum fit again, so that damage reaches what lies behind it.
void repair_checksum(std::vector<std::byte>& chunk) {
  if (chunk.size() < codec::frame_bytes) return;
  const std::size_t at = chunk.size() - codec::checksum_bytes;
  store_le(std::span(chunk), at, hash64(std::span(chunk).first(at)));
}

void set_length(std::vector<std::byte>& chunk) {
  if (chunk.size() >= codec::frame_bytes) store_le(std::span(chunk), 4, static_cast<std::uint32_t>(chunk.size()));
}

class ChunkCorruption : public testing::TestWithParam<Content> {
 protected:
  // Decodes both ways from a copy of exactly its size, so that a sanitizer sees the first byte read beyond.
  ChunkStatus decode(const std::vector<std::byte>& chunk, const ChunkParameters& parameters) {
    const std::vector<std::byte> exact(chunk.begin(), chunk.end());
    std::vector<std::byte> dense(parameters.dense_bytes());
    ChunkEvents events;
    (void)codec_.decode_events(exact, parameters, events);
    if (codec_.decode_events(exact, parameters, events, EventOrder::any) == ChunkStatus::okay) {
      const std::uint64_t n_slots = std::uint64_t{parameters.n_frames} * parameters.det_y * parameters.det_x;
      for (const std::uint32_t slot : events.slots) EXPECT_LT(slot, n_slots);
    }
    return codec_.decode(exact, parameters, dense);
  }

  template <class Check>
  void for_chunks(int n, const Check& check) {
    const std::uint64_t seed = test_seed(21);
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (const DType dtype : {DType::u8, DType::u16, DType::u32, DType::i16, DType::u64, DType::f32, DType::f64})
      for (int i = 0; i < n; ++i) {
        const Block block = random_block(random, dtype, GetParam(), i % 2 == 0 ? 0.02 : 0.5);
        SCOPED_TRACE(block.description());
        std::vector<std::byte> chunk;
        codec_.encode(block.dense, block.parameters, 0, chunk);
        check(block, chunk, random);
        if (HasFailure()) return;
      }
  }

  ChunkCodec codec_;
};

TEST_P(ChunkCorruption, any_flipped_bit_is_found_by_the_checksum) {
  for_chunks(2, [&](const Block& block, std::vector<std::byte> chunk, std::mt19937_64& random) {
    for (int i = 0; i < 100; ++i) {
      const std::size_t bit = random() % (8 * chunk.size());
      chunk[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
      EXPECT_NE(decode(chunk, block.parameters), ChunkStatus::okay) << "bit " << bit;
      chunk[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    }
  });
}

TEST_P(ChunkCorruption, flipped_bits_behind_a_right_checksum_do_no_harm) {
  for_chunks(4, [&](const Block& block, const std::vector<std::byte>& chunk, std::mt19937_64& random) {
    for (int i = 0; i < 60; ++i) {
      std::vector<std::byte> mutant = chunk;
      const std::size_t first_byte = i % 3 == 0 ? 0 : codec::header_bytes;
      for (std::uint64_t flips = 1 + random() % 4; flips > 0; --flips) {
        // Early bytes steer the decoders, so they are hit more often.
        const std::size_t reach = random() % 2 == 0 ? std::min<std::size_t>(chunk.size(), 96) : chunk.size();
        const std::size_t at = first_byte + random() % (reach - first_byte);
        mutant[at] ^= static_cast<std::byte>(1 << random() % 8);
      }
      repair_checksum(mutant);
      (void)decode(mutant, block.parameters);
    }
  });
}

TEST_P(ChunkCorruption, every_truncation_is_an_error) {
  for_chunks(1, [&](const Block& block, const std::vector<std::byte>& chunk, std::mt19937_64&) {
    const std::size_t step = std::max<std::size_t>(1, chunk.size() / 300);
    for (std::size_t n = 0; n < chunk.size(); n += n < 200 ? 1 : step) {
      std::vector<std::byte> shorter(chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(n));
      EXPECT_NE(decode(shorter, block.parameters), ChunkStatus::okay) << n << " bytes";
      set_length(shorter);
      repair_checksum(shorter);
      (void)decode(shorter, block.parameters);
    }
  });
}

TEST_P(ChunkCorruption, extreme_header_fields_do_no_harm) {
  for_chunks(1, [&](const Block& block, const std::vector<std::byte>& chunk, std::mt19937_64&) {
    for (std::size_t at = 0; at + 4 <= codec::header_bytes; at += 2)
      for (const std::uint32_t value : {0u, 1u, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
        std::vector<std::byte> mutant = chunk;
        store_le(std::span(mutant), at, value);
        repair_checksum(mutant);
        (void)decode(mutant, block.parameters);
      }
  });
}

TEST_P(ChunkCorruption, payloads_of_other_modes_do_no_harm) {
  for_chunks(2, [&](const Block& block, const std::vector<std::byte>& chunk, std::mt19937_64&) {
    for (int mode = 0; mode < 256; ++mode) {
      std::vector<std::byte> mutant = chunk;
      mutant[22] = static_cast<std::byte>(mode);
      repair_checksum(mutant);
      const ChunkStatus status = decode(mutant, block.parameters);
      EXPECT_TRUE(mode <= 3 || status == ChunkStatus::unknown_version) << "mode " << mode;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Blocks, ChunkCorruption,
                         testing::Values(Content::zero, Content::counts, Content::wide, Content::noise, Content::quarters,
                                         Content::masked, Content::specials),
                         [](const auto& test) { return name_of(test.param); });

}  // namespace
}  // namespace esieve
