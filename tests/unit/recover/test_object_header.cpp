// SPDX-License-Identifier: Apache-2.0
#include "recover/object_header.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "unit/record/recordings.hpp"

namespace esieve {
namespace {

TEST(ObjectHeader, says_what_a_file_holds_without_its_end) {
  TemporaryFolder folder;
  MemorySource source = counted_source({5, 9}, {12, 10}, DType::f32);
  convert(source, folder / "a.hdf5");
  auto bytes = read_small_file(folder / "a.hdf5", 1 << 20);
  const auto found = find_object_header(std::span(bytes).first(1024));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->scan, (ScanShape{5, 9}));
  EXPECT_EQ(found->parameters, Reader(folder / "a.hdf5").info().chunk_parameters);
}

TEST(ObjectHeader, an_impossible_scan_is_none) {
  TemporaryFolder folder;
  MemorySource source = counted_source({5, 9}, {12, 10});
  convert(source, folder / "a.hdf5");
  auto bytes = read_small_file(folder / "a.hdf5", 1 << 20);
  const auto with_rows = [&](std::uint64_t n_rows) {
    std::vector<std::byte> shape;
    for (const std::uint64_t n : {std::uint64_t{5}, std::uint64_t{9}, std::uint64_t{12}}) append_le(shape, n);
    auto changed = bytes;
    store_le(std::span(std::ranges::search(changed, shape)), 0, n_rows);
    return find_object_header(std::span(changed).first(1024));
  };
  EXPECT_EQ(with_rows(7)->scan, (ScanShape{7, 9}));
  for (const std::uint64_t n_rows : {std::uint64_t{0}, std::uint64_t{1} << 60, ~std::uint64_t{0}})
    EXPECT_FALSE(with_rows(n_rows));
}

TEST(ObjectHeader, damaged_bytes_are_no_danger) {
  TemporaryFolder folder;
  MemorySource source = counted_source({2, 2}, {4, 4});
  convert(source, folder / "a.hdf5");
  const auto bytes = read_small_file(folder / "a.hdf5", 1 << 20);
  std::mt19937_64 random(1);
  for (int trial = 0; trial < 5000; ++trial) {
    auto damaged = std::vector(bytes.begin(), bytes.begin() + std::min<std::ptrdiff_t>(600, std::ssize(bytes)));
    for (int k = 0; k < 3; ++k) damaged[random() % damaged.size()] = static_cast<std::byte>(random());
    if (trial % 3 == 0) damaged.resize(random() % damaged.size());
    static_cast<void>(find_object_header(damaged));
  }
}

}  // namespace
}  // namespace esieve
