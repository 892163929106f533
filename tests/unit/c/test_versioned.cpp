// SPDX-License-Identifier: Apache-2.0
//
// Structs of callers that are older or newer than the library.
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "c/versioned.hpp"

namespace esieve::c {
namespace {

struct Old {
  std::size_t struct_bytes;
  std::uint64_t a;
};
struct Now {
  std::size_t struct_bytes;
  std::uint64_t a, b;
};
struct Later {
  std::size_t struct_bytes;
  std::uint64_t a, b, c;
};

/// A later or older struct as the library sees it.
template <class T>
const Now* as_now(const T& given) {
  return reinterpret_cast<const Now*>(&given);
}
template <class T>
Now* as_now(T& given) {
  return reinterpret_cast<Now*>(&given);
}

TEST(CVersioned, what_an_older_struct_lacks_is_zero) {
  const struct {
    Old given;
    std::uint64_t behind;
  } memory = {{sizeof(Old), 5}, 99};
  const Now read = read_struct(as_now(memory), "options");
  EXPECT_EQ(read.a, 5U);
  EXPECT_EQ(read.b, 0U);
  EXPECT_EQ(read.struct_bytes, sizeof(Now));
}

TEST(CVersioned, a_newer_struct_may_ask_for_nothing_new) {
  Later given = {sizeof(Later), 5, 6, 0};
  EXPECT_EQ(read_struct(as_now(given), "options").b, 6U);
  given.c = 1;
  try {
    read_struct(as_now(given), "options");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("update libesieve"), std::string::npos) << error.what();
  }
}

TEST(CVersioned, sizes_that_cannot_be_are_refused) {
  for (const std::size_t size :
       {std::size_t{0}, sizeof(std::size_t) - 1, most_struct_bytes + 1, std::numeric_limits<std::size_t>::max()}) {
    Now given = {size, 1, 2};
    EXPECT_THROW(read_struct(&given, "options"), UsageError);
    EXPECT_THROW(write_struct(Now{sizeof(Now), 3, 4}, &given, "stats"), UsageError);
    EXPECT_EQ(given.a, 1U);
  }
  EXPECT_THROW(read_struct<Now>(nullptr, "options"), UsageError);
  EXPECT_THROW(write_struct<Now>({}, nullptr, "stats"), UsageError);
}

TEST(CVersioned, only_the_callers_bytes_are_written) {
  const Now result = {sizeof(Now), 3, 4};
  struct {
    Old given;
    std::uint64_t behind;
  } older = {{sizeof(Old), 0}, 99};
  write_struct(result, as_now(older), "stats");
  EXPECT_EQ(older.given.a, 3U);
  EXPECT_EQ(older.behind, 99U);
  EXPECT_EQ(older.given.struct_bytes, sizeof(Old));

  Later newer = {sizeof(Later), 0, 0, 77};
  write_struct(result, as_now(newer), "stats");
  EXPECT_EQ(newer.b, 4U);
  EXPECT_EQ(newer.c, 0U);
  EXPECT_EQ(newer.struct_bytes, sizeof(Later));
}

}  // namespace
}  // namespace esieve::c
