// SPDX-License-Identifier: Apache-2.0
//
// esieve info: what an event file holds, from its index alone unless more is asked for.
#include <cstdio>
#include <memory>

#include "command.hpp"
#include "esieve/report.hpp"
#include "options.hpp"
#include "progress_bar.hpp"

namespace esieve::tools {
namespace {

struct Arguments {
  std::filesystem::path events;
  bool json = false;
  bool entropy = false;
};

ExitCode run(const Arguments& arguments) {
  const Reader events(arguments.events);
  Report report;
  report.file = events.info();
  if (arguments.entropy) {
    ProgressBar bar("estimating entropy");
    report.entropy = estimate_entropy(events, {.threads = 0, .progress = bar.callback()});
  }
  write_text("-", arguments.json ? to_json(report) + "\n" : to_text(report));
  return ExitCode::okay;
}

}  // namespace

void add_info(CLI::App& app, Run& run_later) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("info", "What an event file holds");
  command->add_option("EVENTS", arguments->events, "Event file")->required();
  command->add_flag("--json", arguments->json, "As JSON (schemas/report-v1.schema.json)");
  command->add_flag("--entropy", arguments->entropy,
                    "Estimate what a model of each pixel's mean rate would need (reads all events)");
  command->footer("Examples:\n  esieve info scan.hdf5\n  esieve info scan.hdf5 --json | python3 -m json.tool");
  command->callback([arguments, &run_later] { run_later = [arguments] { return run(*arguments); }; });
}

}  // namespace esieve::tools
