// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "bench/chunkings.hpp"
#include "bench/hdf5_contender.hpp"
#include "bench_data.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"

namespace esieve::bench {
namespace {

Contenders on_one_thread() { return all_contenders({Level::fast, Level::standard, Level::max}, 1); }

/// Writes and reads back in every way, and compares.
void expect_round_trip(const Contender& contender, const DenseData& data, const Chunking& chunking) {
  const TemporaryFolder folder;
  contender.write(data, chunking, folder / "file");
  for (const BenchReadAs as : contender.read_ways()) {
    std::vector<std::byte> dense(data.bytes().size(), std::byte{0x77});
    ReadBack out{.dtype = data.info().dtype, .dense = dense, .n_events = 0};
    contender.read(folder / "file", as, out);
    if (as == BenchReadAs::events)
      EXPECT_EQ(out.n_events, data.n_nonzero());
    else
      EXPECT_TRUE(std::equal(dense.begin(), dense.end(), data.bytes().begin())) << static_cast<int>(as);
  }
}

TEST(Contenders, give_back_what_they_were_given_whatever_its_type) {
  const std::uint64_t seed = test_seed(1);
  SCOPED_TRACE(seed);
  for (int code = 1; code <= 10; ++code) {
    const DenseData data = random_data(static_cast<DType>(code), {3, 5}, {17, 20}, 0.9, seed + static_cast<unsigned>(code));
    for (const auto& contender : on_one_thread()) {
      if (!contender->missing().empty()) continue;
      SCOPED_TRACE(contender->row().label + ", " + std::string(dtype_name(data.info().dtype)));
      expect_round_trip(*contender, data, {"some", {2, 3, 17, 11}});
    }
  }
}

TEST(Contenders, can_store_frames_without_events) {
  const DenseData data = random_data(DType::u16, {2, 2}, {8, 8}, 1, 1);
  for (const auto& contender : on_one_thread()) {
    if (!contender->missing().empty()) continue;
    SCOPED_TRACE(contender->row().label);
    expect_round_trip(*contender, data, {"single frame", {1, 1, 8, 8}});
  }
}

TEST(Contenders, have_names_of_their_own) {
  std::set<std::string> methods, labels;
  for (const auto& contender : on_one_thread()) {
    EXPECT_TRUE(methods.insert(contender->row().method).second) << contender->row().method;
    EXPECT_TRUE(labels.insert(contender->row().label).second) << contender->row().label;
  }
}

TEST(Contenders, include_the_papers_thirteen) {
  std::size_t n = 0;
  for (const auto& contender : on_one_thread()) n += contender->row().in_paper ? 1U : 0U;
  EXPECT_EQ(n, 13U);
}

TEST(Contenders, take_48_bits_for_an_event_of_the_csr_list) {
  const DenseData data = random_data(DType::u16, {16, 16}, {32, 32}, 0.8, 3);
  Contenders list;
  add_csr(list);
  const TemporaryFolder folder;
  list.front()->write(data, {}, folder / "file");
  const std::uint64_t expected = 6 * data.n_nonzero() + 8 * 257;
  const std::uint64_t size = std::filesystem::file_size(folder / "file");
  EXPECT_GE(size, expected);
  EXPECT_LE(size, expected + 8192);  // HDF5's own
}

TEST(MissingFilter, says_what_to_install) {
  const std::string text = missing_filter(65000, "quantum", "hdf5-quantum");
  EXPECT_NE(text.find("missing"), std::string::npos);
  EXPECT_NE(text.find("quantum filter (65000)"), std::string::npos);
  EXPECT_NE(text.find("apt install hdf5-quantum"), std::string::npos);
  EXPECT_EQ(missing_filter(H5Z_FILTER_DEFLATE, "gzip", "none"), "");
}

TEST(PaperChunkings, are_clipped_to_the_data) {
  const auto list = paper_chunkings({64, 20}, {300, 100});
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].shape, (std::array<std::uint64_t, 4>{32, 20, 256, 100}));
  EXPECT_EQ(list[1].shape, (std::array<std::uint64_t, 4>{16, 16, 128, 100}));
  EXPECT_EQ(list[2].shape, (std::array<std::uint64_t, 4>{1, 1, 300, 100}));
}

TEST(PaperChunkings, are_not_measured_twice_where_they_become_equal) {
  EXPECT_EQ(paper_chunkings({1, 1}, {64, 64}).size(), 1U);
  EXPECT_EQ(paper_chunkings({8, 8}, {64, 64}).size(), 2U);
}

}  // namespace
}  // namespace esieve::bench
