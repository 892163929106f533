// SPDX-License-Identifier: Apache-2.0
//
// Where the real measurements are that are not part of the repository, and the seed of random tests.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace esieve {

/// Folder of real data: $ESIEVE_TEST_DATA, or shared/data beside the source tree.
inline std::filesystem::path test_data_folder() {
  if (const char* folder = std::getenv("ESIEVE_TEST_DATA"); folder != nullptr && *folder != '\0') return folder;
  const char* source = std::getenv("ESIEVE_SOURCE_DIR");
  return std::filesystem::path(source != nullptr ? source : ".") / "../shared/data";
}

/// Seed of randomised tests: $ESIEVE_TEST_SEED or the test's own. Print it with SCOPED_TRACE.
inline std::uint64_t test_seed(std::uint64_t usual) {
  const char* text = std::getenv("ESIEVE_TEST_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 0) : usual;
}

}  // namespace esieve

/// Skips the test, saying so, where `file` of the test data is absent.
#define ESIEVE_NEEDS_DATA(file)                                      \
  if (!std::filesystem::exists(esieve::test_data_folder() / (file))) \
  GTEST_SKIP() << "real data " << (file) << " is not here; set ESIEVE_TEST_DATA to the folder that has it"
