// SPDX-License-Identifier: Apache-2.0
//
// esieve convert: dense frames become an event file, which is then verified against them.
#include <chrono>
#include <cstdio>
#include <memory>

#include "command.hpp"
#include "esieve/convert.hpp"
#include "esieve/report.hpp"
#include "options.hpp"
#include "progress_bar.hpp"

namespace esieve::tools {
namespace {

struct Arguments {
  SourceArguments source;
  ThresholdArguments threshold;
  std::filesystem::path output;
  std::string level = "default";
  std::filesystem::path report;
  std::uint32_t frames_per_chunk = 0;
  int threads = 0;
  bool no_verify = false;
  bool force = false;
};

double timed_convert(const Source& source, const Arguments& arguments) {
  const auto started = std::chrono::steady_clock::now();
  ProgressBar bar("converting");
  convert(source, arguments.output,
          {.level = parse_level(arguments.level),
           .frames_per_chunk = arguments.frames_per_chunk,
           .threads = arguments.threads,
           .overwrite = arguments.force,
           .threshold = arguments.threshold.read(source.info().detector),
           .progress = bar.callback()});
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

ExitCode run(const Arguments& arguments) {
  parse_level(arguments.level);
  const std::unique_ptr<Source> source = arguments.source.open();
  Report report;
  report.convert_seconds = timed_convert(*source, arguments);
  const Reader events(arguments.output);
  report.file = events.info();
  if (!arguments.no_verify) {
    ProgressBar bar("verifying");
    report.verification = verify(events, source.get(), {.threads = arguments.threads, .progress = bar.callback()});
  }
  if (!arguments.report.empty()) {
    ProgressBar bar("measuring dense Blosc");
    BaselineOptions options;
    options.threads = arguments.threads;
    options.progress = bar.callback();
    report.baseline = measure_dense_baseline(events, options);
    write_text(arguments.report, to_json(report));
  }
  if (arguments.report != "-") std::fputs(to_text(report).c_str(), stdout);
  return report.verification && !report.verification->okay() ? ExitCode::differs : ExitCode::okay;
}

}  // namespace

void add_convert(CLI::App& app, Run& run_later) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("convert", "Dense frames to a compressed event file, verified");
  command->add_option("SOURCE", arguments->source.path, "HDF5, .npy, Merlin .mib, stempy, or raw binary with --shape and --dtype")
      ->required();
  command->add_option("OUTPUT", arguments->output, "Event file; .hdf5 opens everywhere")->required();
  arguments->source.add_options(*command);
  command->add_option("--level", arguments->level, "fast, default or max: smaller files take longer")->type_name("LEVEL");
  command->add_option("--frames-per-chunk", arguments->frames_per_chunk, "Frames that are encoded together (0: chosen)")
      ->type_name("N");
  command->add_option("--threads", arguments->threads, "0: all")->type_name("N")->check(CLI::NonNegativeNumber);
  command->add_flag("--no-verify", arguments->no_verify, "Do not read everything back and compare");
  command->add_option("--report", arguments->report, "Write a JSON report, dense Blosc size included; - for standard output")
      ->type_name("FILE");
  command->add_flag("--force", arguments->force, "Replace an existing output");
  arguments->threshold.add_options(*command);
  command->footer(
      "Without thresholding options every non-zero value is an event and nothing is lost.\n"
      "Examples:\n"
      "  esieve convert scan.h5 scan.hdf5\n"
      "  esieve convert stack.npy scan.hdf5 --scan-shape 256,256 --level max\n"
      "  esieve convert frames.raw scan.hdf5 --shape 256,256,128,128 --dtype u2\n"
      "  esieve convert camera.mib scan.hdf5 --threshold 3 --mask dead_pixels.npy");
  command->callback([arguments, &run_later] { run_later = [arguments] { return run(*arguments); }; });
}

}  // namespace esieve::tools
