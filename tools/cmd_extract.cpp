// SPDX-License-Identifier: Apache-2.0
//
// esieve extract: dense frames out of an event file.
#include <memory>

#include "command.hpp"
#include "esieve/error.hpp"
#include "esieve/extract.hpp"
#include "options.hpp"
#include "progress_bar.hpp"

namespace esieve::tools {
namespace {

struct Arguments {
  std::filesystem::path events, output;
  std::string frames;
  bool force = false;
};

DenseFormat format_of(const std::filesystem::path& output) {
  const std::string extension = output.extension().string();
  if (extension == ".npy") return DenseFormat::npy;
  if (extension == ".hdf5" || extension == ".h5") return DenseFormat::hdf5;
  if (extension == ".raw" || extension == ".bin") return DenseFormat::raw;
  throw UsageError(output.string() + " has an extension that names no format (.npy, .hdf5, .h5, .raw or .bin)");
}

ExitCode run(const Arguments& arguments) {
  const DenseFormat format = format_of(arguments.output);
  const Reader events(arguments.events);
  ProgressBar bar("extracting");
  ExtractOptions options{.frames = std::nullopt, .overwrite = arguments.force, .progress = bar.callback()};
  if (!arguments.frames.empty()) options.frames = parse_frames(arguments.frames, events.info().scan.n_frames());
  extract_frames(events, arguments.output, format, options);
  return ExitCode::okay;
}

}  // namespace

void add_extract(CLI::App& app, Run& run_later) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("extract", "Dense frames out of an event file");
  command->add_option("EVENTS", arguments->events, "Event file")->required();
  command->add_option("OUTPUT", arguments->output, ".npy, .hdf5/.h5 (gzip) or .raw/.bin")->required();
  command->add_option("--frames", arguments->frames, "Frames A to B-1 in scan order (default: all)")->type_name("A:B");
  command->add_flag("--force", arguments->force, "Replace an existing output");
  command->footer(
      "Examples:\n"
      "  esieve extract scan.hdf5 scan.npy\n"
      "  esieve extract scan.hdf5 first_row.h5 --frames 0:256");
  command->callback([arguments, &run_later] { run_later = [arguments] { return run(*arguments); }; });
}

}  // namespace esieve::tools
