// SPDX-License-Identifier: Apache-2.0
//
// esieve verify: prove that an event file holds what it should.
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
  SourceArguments source;
  std::filesystem::path report;
  int threads = 0;
  bool no_baseline = false;
};

ExitCode run(const Arguments& arguments) {
  const Reader events(arguments.events);
  const std::unique_ptr<Source> source = arguments.source.path.empty() ? nullptr : arguments.source.open();
  Report report;
  report.file = events.info();
  {
    ProgressBar bar("verifying");
    report.verification = verify(events, source.get(), {.threads = arguments.threads, .progress = bar.callback()});
  }
  // Dense storage of damaged frames would say nothing.
  if (!arguments.no_baseline && report.verification->damaged_chunks.empty()) {
    ProgressBar bar("measuring dense Blosc");
    BaselineOptions options;
    options.threads = arguments.threads;
    options.progress = bar.callback();
    report.baseline = measure_dense_baseline(events, options);
  }
  if (!arguments.report.empty()) write_text(arguments.report, to_json(report));
  if (arguments.report != "-") std::fputs(to_text(report).c_str(), stdout);
  return report.verification->okay() ? ExitCode::okay : ExitCode::differs;
}

}  // namespace

void add_verify(CLI::App& app, Run& run_later) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("verify", "Prove that an event file holds what it should");
  command->add_option("EVENTS", arguments->events, "Event file")->required();
  command->add_option("SOURCE", arguments->source.path, "Dense source to compare every frame with");
  arguments->source.add_options(*command);
  command->add_option("--report", arguments->report, "Write a JSON report; - for standard output")->type_name("FILE");
  command->add_flag("--no-baseline", arguments->no_baseline, "Do not measure the size in dense Blosc storage");
  command->add_option("--threads", arguments->threads, "0: all")->type_name("N")->check(CLI::NonNegativeNumber);
  command->footer(
      "Without SOURCE: every checksum, every count, and the digest of the dense content.\n"
      "With it: every frame is rebuilt and compared bit for bit.\n"
      "Exit code 0: everything holds; 1: something differs or is damaged.\n"
      "Examples:\n"
      "  esieve verify scan.hdf5\n"
      "  esieve verify scan.hdf5 scan.h5 --report proof.json");
  command->callback([arguments, &run_later] { run_later = [arguments] { return run(*arguments); }; });
}

}  // namespace esieve::tools
