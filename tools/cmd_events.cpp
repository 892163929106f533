// SPDX-License-Identifier: Apache-2.0
//
// esieve events: events as CSV or .npz.
#include <memory>

#include "command.hpp"
#include "esieve/error.hpp"
#include "esieve/extract.hpp"
#include "options.hpp"
#include "progress_bar.hpp"

namespace esieve::tools {
namespace {

struct Arguments {
  std::filesystem::path events;
  std::filesystem::path output = "-";
  std::string frames;
  bool force = false;
};

EventFormat format_of(const std::filesystem::path& output) {
  if (output == "-" || output.extension() == ".csv") return EventFormat::csv;
  if (output.extension() == ".npz") return EventFormat::npz;
  throw UsageError(output.string() + " has an extension that names no format (.csv or .npz)");
}

ExitCode run(const Arguments& arguments) {
  const EventFormat format = format_of(arguments.output);
  const Reader events(arguments.events);
  ProgressBar bar("extracting");
  ExtractOptions options{.frames = std::nullopt, .overwrite = arguments.force, .progress = bar.callback()};
  if (!arguments.frames.empty()) options.frames = parse_frames(arguments.frames, events.info().scan.n_frames());
  extract_events(events, arguments.output, format, options);
  return ExitCode::okay;
}

}  // namespace

void add_events(CLI::App& app, Run& run_later) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("events", "Events as lines or NumPy arrays: scan index, pixel, count");
  command->add_option("EVENTS", arguments->events, "Event file")->required();
  command->add_option("--frames", arguments->frames, "Frames A to B-1 in scan order (default: all)")->type_name("A:B");
  command->add_option("--output,-o", arguments->output, ".csv or .npz; default: CSV to standard output")->type_name("FILE");
  command->add_flag("--force", arguments->force, "Replace an existing output");
  command->footer(
      "scan index = scan_y * n_scan_x + scan_x; pixel = det_y * n_det_x + det_x.\n"
      "Examples:\n"
      "  esieve events scan.hdf5 --frames 0:10 | head\n"
      "  esieve events scan.hdf5 -o events.npz");
  command->callback([arguments, &run_later] { run_later = [arguments] { return run(*arguments); }; });
}

}  // namespace esieve::tools
