// SPDX-License-Identifier: Apache-2.0
//
// What the commands of the program share: exit codes, and how a command registers what it will do.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>

namespace esieve::tools {

/// Documented in docs/cli.md; never renumbered.
enum class ExitCode : int {
  okay = 0,
  differs = 1,       ///< The verifier found a difference or damage.
  usage = 2,         ///< Wrong options, output exists, shapes that do not fit.
  bad_data = 3,      ///< A file is damaged or not of the kind it should be.
  io = 4,            ///< Missing file, no permission, disk full.
  internal = 70,     ///< A mistake in the program.
  interrupted = 130  ///< Ctrl-C.
};

/// The work of the command that was chosen. Parsing stores it; `main` runs it inside the one `try`.
using Run = std::function<ExitCode()>;

void add_convert(CLI::App& app, Run& run);
void add_verify(CLI::App& app, Run& run);
void add_info(CLI::App& app, Run& run);
void add_extract(CLI::App& app, Run& run);
void add_events(CLI::App& app, Run& run);
void add_simulate(CLI::App& app, Run& run);
void add_recover(CLI::App& app, Run& run);
void add_regrid(CLI::App& app, Run& run);
void add_watch(CLI::App& app, Run& run);
void add_bench(CLI::App& app, Run& run);
void add_doctor(CLI::App& app, Run& run);
void add_plugin_path(CLI::App& app, Run& run);

}  // namespace esieve::tools
