// SPDX-License-Identifier: Apache-2.0
//
// The C header before any other, as C++ with warnings that are errors.
#include "esieve/c/esieve.h"

#include <gtest/gtest.h>

#include "esieve/version.hpp"

TEST(CHeader, gives_the_version_of_the_library) { EXPECT_EQ(esieve_version(), esieve::library_version); }
