// SPDX-License-Identifier: Apache-2.0
//
// Runs a Python script beside a test as a second opinion.
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/wait.h>

namespace esieve {

struct PythonRun {
  int exit_code = 0;
  std::string output;  ///< Standard output and standard error.
};

/// `command` is a script and its arguments, from the root of the sources. The interpreter is $ESIEVE_PYTHON, or Debian's.
inline PythonRun run_python(const std::string& command) {
  const char* chosen = std::getenv("ESIEVE_PYTHON");
  const char* source = std::getenv("ESIEVE_SOURCE_DIR");
  const std::string line = "cd '" + std::string(source != nullptr ? source : ".") + "' && " +
                           (chosen != nullptr ? chosen : "/usr/bin/python3") + " -B " + command + " 2>&1";
  PythonRun run;
  std::FILE* pipe = ::popen(line.c_str(), "r");
  if (pipe == nullptr) return {127, "no shell"};
  std::array<char, 4096> buffer;
  for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) run.output.append(buffer.data(), n);
  const int status = ::pclose(pipe);
  run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return run;
}

}  // namespace esieve

/// Skips the test where the script could not do its work for want of a module (exit code 77) or of Python (127).
#define ESIEVE_NEEDS_PYTHON(run) \
  if ((run).exit_code == 77 || (run).exit_code == 127) GTEST_SKIP() << (run).output
