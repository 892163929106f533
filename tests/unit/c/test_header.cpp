// SPDX-License-Identifier: Apache-2.0
//
// The C header before any other, as C++ with warnings that are errors; and what of it may never change.
#include "esieve/c/esieve.h"

#include <gtest/gtest.h>

#include "esieve/version.hpp"

TEST(CHeader, gives_the_version_of_the_library) { EXPECT_EQ(esieve_version(), esieve::library_version); }

// The ABI of libesieve.so.0. Append lines; a line that has to change means another soname.
TEST(CHeader, keeps_its_numbers) {
  EXPECT_EQ(ESIEVE_OKAY, 0);
  EXPECT_EQ(ESIEVE_DIFFERS, 1);
  EXPECT_EQ(ESIEVE_USAGE, 2);
  EXPECT_EQ(ESIEVE_BAD_DATA, 3);
  EXPECT_EQ(ESIEVE_IO, 4);
  EXPECT_EQ(ESIEVE_UNSUPPORTED, 5);
  EXPECT_EQ(ESIEVE_NO_MEMORY, 6);
  EXPECT_EQ(ESIEVE_INTERNAL, 70);
  EXPECT_EQ(ESIEVE_PARTIAL, 1);
  EXPECT_EQ(ESIEVE_NEXT, UINT64_MAX);
  EXPECT_EQ(ESIEVE_NEVER, -1);
}

TEST(CHeader, keeps_its_structs_but_for_their_ends) {
  static_assert(sizeof(void*) == 8, "give the offsets of this machine");
  EXPECT_EQ(sizeof(esieve_axis), 24U);  // an array of it lies in the options: it cannot grow at all
  EXPECT_EQ(offsetof(esieve_writer_options, positions), 56U);
  EXPECT_EQ(offsetof(esieve_writer_options, threshold), 120U);
  EXPECT_EQ(offsetof(esieve_writer_options, axes), 160U);
  EXPECT_EQ(offsetof(esieve_writer_options, queue_bytes), 280U);
  EXPECT_EQ(offsetof(esieve_writer_options, reserved), 348U);
  EXPECT_EQ(offsetof(esieve_stats, n_frames_expected), 96U);
  EXPECT_EQ(offsetof(esieve_stats, elapsed_s), 144U);
  EXPECT_EQ(offsetof(esieve_snapshot, scan_image), 24U);
  EXPECT_EQ(offsetof(esieve_snapshot, det_x), 76U);
  EXPECT_EQ(offsetof(esieve_file_info, frame_bytes), 48U);
  EXPECT_EQ(offsetof(esieve_file_info, stored_bytes), 72U);
}
