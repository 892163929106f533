// SPDX-License-Identifier: Apache-2.0
//
// Files that contradict themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "container/layout.hpp"
#include "esieve/error.hpp"
#include "event_file.hpp"
#include "h5/h5.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

MemorySource some_source() {
  MemorySource source({4, 6}, {8, 8}, DType::u16);
  fill_with_counts(source, 1.0, 5);
  return source;
}

TEST(VerifyDamage, lists_a_chunk_with_a_flipped_bit_and_goes_on_with_the_others) {
  MemorySource source = some_source();
  const StoredFrames file(source, 6);
  const Reader reader(file.path);
  const FrameRange damaged = reader.info().grid.frames(1, reader.info().scan);
  file.flip_bit(file.chunk_offset(1) + reader.chunk(1).size() - 1);
  source.values<std::uint16_t>()[0] += 1;                       // in a sound chunk
  source.values<std::uint16_t>()[damaged.first * 64 + 3] += 1;  // where nothing can be compared

  const VerifyResult result = file.verify_with(&source);
  EXPECT_FALSE(result.okay());
  ASSERT_EQ(result.damaged_chunks.size(), 1U);
  EXPECT_EQ(result.damaged_chunks[0].chunk, 1U);
  EXPECT_EQ(result.damaged_chunks[0].frames, damaged);
  EXPECT_THAT(result.damaged_chunks[0].reason, testing::HasSubstr("checksum"));
  EXPECT_EQ(result.n_different, 1U);
  EXPECT_EQ(result.n_frames, 24U - damaged.count);
  EXPECT_FALSE(result.digest_checked);
  EXPECT_EQ(result.digest, "");
}

TEST(VerifyDamage, never_misses_a_flipped_bit_of_any_chunk) {
  const std::uint64_t seed = test_seed(21);
  SCOPED_TRACE("ESIEVE_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  MemorySource source = some_source();
  const StoredFrames file(source, 6);
  const std::uint64_t n_chunks = Reader(file.path).info().grid.n_chunks();
  for (int trial = 0; trial < 150; ++trial) {
    const std::uint64_t chunk = random() % n_chunks;
    const std::uint64_t at = file.chunk_offset(chunk) + random() % Reader(file.path).chunk(chunk).size();
    const auto bit = static_cast<unsigned>(random() % 8);
    file.flip_bit(at, bit);
    const VerifyResult result = file.verify_with();
    EXPECT_FALSE(result.okay()) << "bit " << bit << " of byte " << at;
    EXPECT_EQ(result.damaged_chunks.size(), 1U);
    file.flip_bit(at, bit);
  }
  EXPECT_TRUE(file.verify_with(&source).okay());
}

TEST(VerifyDamage, counts_frames_whose_totals_are_wrong) {
  MemorySource source = some_source();
  StoredFrames file;
  write_with_lies(source, file.path, 6, [](std::uint64_t chunk, Written& written) {
    if (chunk == 0) written.totals[2].n_events += 1;
    if (chunk == 1) written.totals[0].electrons += 1;
  });
  const VerifyResult result = file.verify_with(&source);
  EXPECT_FALSE(result.okay());
  EXPECT_EQ(result.n_wrong_totals, 2U);
  EXPECT_FALSE(result.sums_equal);
  EXPECT_TRUE(result.digest_equal);
  EXPECT_EQ(result.n_different, 0U);
}

/// Puts an index of 5 frames where that of all was.
void break_index(const std::filesystem::path& path) {
  const std::string name = std::string(layout::own_path) + "/" + layout::frame_events;
  const h5::Lock lock;
  const h5::Id file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
  h5::check(H5Ldelete(file.get(), name.c_str(), H5P_DEFAULT), "remove the index");
  const std::vector<hsize_t> dims = {5};
  const h5::Id space = h5::simple_space(dims);
  const h5::Id dataset(H5Dcreate2(file.get(), name.c_str(), H5T_STD_U32LE, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                       H5Dclose);
  h5::check(dataset.get(), "make another");
}

TEST(VerifyDamage, finds_a_damaged_index_and_checks_the_frames_all_the_same) {
  MemorySource source = some_source();
  StoredFrames file;
  write_with_lies(source, file.path, 6, [](std::uint64_t, Written&) {});
  break_index(file.path);
  const VerifyResult result = file.verify_with(&source);
  EXPECT_FALSE(result.okay());
  EXPECT_THAT(result.index_damage, testing::HasSubstr("index of other frames (5 of 24)"));
  EXPECT_TRUE(result.damaged_chunks.empty());
  EXPECT_EQ(result.n_frames, 24U);
  EXPECT_EQ(result.n_different, 0U);
  EXPECT_TRUE(result.digest_checked && result.digest_equal && result.sums_equal);
}

TEST(VerifyDamage, notices_frames_that_are_not_those_of_the_digest) {
  MemorySource source = some_source();
  StoredFrames file;
  write_with_lies(source, file.path, 6, [](std::uint64_t chunk, Written& written) {
    if (chunk == 2) written.hashes[0] ^= 1;
  });
  const VerifyResult result = file.verify_with(&source);
  EXPECT_FALSE(result.okay());
  EXPECT_TRUE(result.digest_checked);
  EXPECT_FALSE(result.digest_equal);
  EXPECT_EQ(result.n_wrong_totals, 0U);
}

TEST(VerifyDamage, does_not_take_a_sound_chunk_from_elsewhere) {
  MemorySource source = some_source();
  StoredFrames file;
  std::vector<std::byte> first;
  write_with_lies(source, file.path, 6, [&](std::uint64_t chunk, Written& written) {
    if (chunk == 0) first = written.chunk;
    if (chunk == 2) written.chunk = first;
  });
  const VerifyResult result = file.verify_with();
  EXPECT_FALSE(result.okay());
  ASSERT_EQ(result.damaged_chunks.size(), 1U);
  EXPECT_EQ(result.damaged_chunks[0].chunk, 2U);
}

TEST(VerifyDamage, of_a_truncated_file_is_an_error_or_a_result_but_never_okay) {
  MemorySource source = some_source();
  const StoredFrames file(source, 6);
  const std::uint64_t size = std::filesystem::file_size(file.path);
  for (std::uint64_t kept = size - 1; kept > size / 2; kept -= 1 + size / 20) {
    std::filesystem::resize_file(file.path, kept);
    try {
      EXPECT_FALSE(file.verify_with().okay()) << kept << " of " << size << " bytes";
    } catch (const Error&) {
      SUCCEED();
    }
  }
}

}  // namespace
}  // namespace esieve
