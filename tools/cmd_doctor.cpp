// SPDX-License-Identifier: Apache-2.0
//
// esieve doctor and esieve plugin-path: will other programs find the HDF5 filter?
#include <cstdio>

#include "command.hpp"
#include "esieve/doctor.hpp"
#include "esieve/error.hpp"

namespace esieve::tools {
namespace {

ExitCode examine() {
  bool sound = true;
  for (const Finding& finding : examine_installation()) {
    const bool bad = finding.verdict == Finding::Verdict::bad;
    const char* mark = bad ? "BAD " : finding.verdict == Finding::Verdict::note ? "note" : "good";
    std::printf("%s  %s\n", mark, finding.what.c_str());
    if (!finding.advice.empty()) std::printf("      -> %s\n", finding.advice.c_str());
    sound = sound && !bad;
  }
  std::puts(sound ? "Event files open in every program that uses this HDF5." : "Event files will not open everywhere.");
  return sound ? ExitCode::okay : ExitCode::bad_data;
}

ExitCode print_plugin_path() {
  const auto folder = plugin_directory();
  if (!folder) throw IoError("the filter plugin is not installed; run cmake --install on the build directory");
  std::printf("%s\n", folder->c_str());
  return ExitCode::okay;
}

}  // namespace

void add_doctor(CLI::App& app, Run& run_later) {
  CLI::App* command = app.add_subcommand("doctor", "Check that other programs will find the HDF5 filter");
  command->callback([&run_later] { run_later = examine; });
}

void add_plugin_path(CLI::App& app, Run& run_later) {
  CLI::App* command = app.add_subcommand("plugin-path", "Print the directory of the HDF5 filter plugin");
  command->footer("Example:\n  export HDF5_PLUGIN_PATH=$(esieve plugin-path)");
  command->callback([&run_later] { run_later = print_plugin_path; });
}

}  // namespace esieve::tools
