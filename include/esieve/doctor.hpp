// SPDX-License-Identifier: Apache-2.0
//
// Finds out why a file might not open elsewhere: is the HDF5 filter plugin where HDF5 looks for it?
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "esieve/export.hpp"

namespace esieve {

/// One thing looked at.
struct Finding {
  enum class Verdict : std::uint8_t { good, note, bad };
  Verdict verdict = Verdict::good;
  std::string what;    ///< One line.
  std::string advice;  ///< What to do; empty if nothing.
};

/// Looks at the environment, the plugin directories and what HDF5 makes of them, in this process.
ESIEVE_API std::vector<Finding> examine_installation();

/// The directory that holds the filter plugin: the installed one, else the one of a build tree the library runs from.
/// Nothing if there is none.
ESIEVE_API std::optional<std::filesystem::path> plugin_directory();

}  // namespace esieve
