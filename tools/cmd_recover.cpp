// SPDX-License-Identifier: Apache-2.0
//
// esieve recover: a sound file of what a killed recording or a damaged file still holds.
#include "esieve/recover.hpp"

#include <cstdio>
#include <memory>

#include "command.hpp"
#include "options.hpp"
#include "progress_bar.hpp"

namespace esieve::tools {
namespace {

struct Arguments {
  std::filesystem::path damaged, output, report;
  bool force = false;
  int threads = 0;
};

ExitCode run(const Arguments& arguments) {
  Recovery recovery;
  {
    ProgressBar bar("recovering");
    recovery = recover(arguments.damaged, arguments.output,
                       {.overwrite = arguments.force, .threads = arguments.threads, .progress = bar.callback()});
  }
  if (!arguments.report.empty()) write_text(arguments.report, to_json(recovery));
  if (arguments.report != "-") std::fputs(to_text(recovery).c_str(), stdout);
  return recovery.lost_something() ? ExitCode::differs : ExitCode::okay;
}

}  // namespace

void add_recover(CLI::App& app, Run& run_later) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("recover", "Make a sound file of what a killed recording or a damaged file holds");
  command->add_option("DAMAGED", arguments->damaged, "Folder PATH.recording, or an event file; it is only read")->required();
  command->add_option("OUT", arguments->output, "Event file to write")->required();
  command->add_flag("--force", arguments->force, "Replace OUT if it exists");
  command->add_option("--report", arguments->report, "Write what was found as JSON; - for standard output")->type_name("FILE");
  command->add_option("--threads", arguments->threads, "0: all")->type_name("N")->check(CLI::NonNegativeNumber);
  command->footer(
      "Every chunk is found by its own header and checksum. Frames that are not found are marked as missing.\n"
      "Do not run 'h5clear -s' on a damaged file: it may cut off what is still there.\n"
      "Exit code 0: all that was there; 1: something the file had is lost.\n"
      "Examples:\n"
      "  esieve recover scan.hdf5.recording scan.hdf5\n"
      "  esieve recover broken.hdf5 repaired.hdf5 --report found.json");
  command->callback([arguments, &run_later] { run_later = [arguments] { return run(*arguments); }; });
}

}  // namespace esieve::tools
