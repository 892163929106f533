// SPDX-License-Identifier: Apache-2.0
//
// esieve bench: size and speed of the usual ways to store dense frames, and of ours, on the user's own data.
#include <cstdio>
#include <map>
#include <memory>
#include <sstream>

#include "command.hpp"
#include "esieve/bench.hpp"
#include "esieve/error.hpp"
#include "options.hpp"
#include "png_writer.hpp"
#include "progress_bar.hpp"

namespace esieve::tools {
namespace {

struct Arguments {
  SourceArguments source;
  BenchMethods methods = BenchMethods::all;
  BenchChunks chunks = BenchChunks::best;
  std::string levels = "fast,default,max";
  int runs = 5;
  int threads = 1;
  std::uint64_t max_bytes = std::uint64_t{1} << 30;
  std::filesystem::path json, plot;
};

const std::map<std::string, BenchMethods> methods_by_name = {
    {"paper", BenchMethods::paper}, {"strong", BenchMethods::strong}, {"all", BenchMethods::all}};
const std::map<std::string, BenchChunks> chunks_by_name = {{"all", BenchChunks::all}, {"best", BenchChunks::best}};

std::vector<Level> parse_levels(const std::string& text) {
  std::vector<Level> levels;
  std::istringstream names(text);
  for (std::string name; std::getline(names, name, ',');) levels.push_back(parse_level(name));
  return levels;
}

/// The function that makes the file's content.
std::string (*plotter(const std::filesystem::path& path))(const Drawing&) {
  if (path.extension() == ".svg") return &to_svg;
  if (path.extension() == ".png") return &to_png;
  throw UsageError(path.string() + " has an extension that names no picture format (.svg or .png)");
}

ExitCode run(const Arguments& arguments) {
  BenchOptions options{.methods = arguments.methods,
                       .chunks = arguments.chunks,
                       .levels = parse_levels(arguments.levels),
                       .runs = arguments.runs,
                       .threads = arguments.threads,
                       .max_bytes = arguments.max_bytes,
                       .progress = nullptr};
  const auto plot = arguments.plot.empty() ? nullptr : plotter(arguments.plot);
  const std::unique_ptr<Source> source = arguments.source.open();
  const BenchResult result = [&] {
    ProgressBar bar("measuring");
    options.progress = bar.callback();
    return run_bench(*source, options);
  }();
  if (!arguments.json.empty()) write_text(arguments.json, to_json(result) + "\n");
  if (plot != nullptr) write_text(arguments.plot, plot(draw(result)));
  if (arguments.json != "-") std::fputs(to_text(result).c_str(), stdout);
  return ExitCode::okay;
}

}  // namespace

void add_bench(CLI::App& app, Run& run_later) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("bench", "Compare sizes and speeds with dense HDF5 storage, on your data");
  command->add_option("SOURCE", arguments->source.path, "Dense frames, as for convert")->required();
  arguments->source.add_options(*command);
  command->add_option("--methods", arguments->methods, "paper: its thirteen; strong: ours and what it left out; all")
      ->transform(CLI::CheckedTransformer(methods_by_name).description(""))
      ->type_name("SET")
      ->default_str("all");
  command
      ->add_option("--chunks", arguments->chunks,
                   "all: every chunk shape in every run; best: in the first run, then each method's smallest")
      ->transform(CLI::CheckedTransformer(chunks_by_name).description(""))
      ->type_name("SET")
      ->default_str("best");
  command->add_option("--levels", arguments->levels, "Of esieve")->type_name("LEVEL,...")->capture_default_str();
  command->add_option("--runs", arguments->runs, "How often everything is written and read")
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "Of esieve, 0: all; HDF5's filters run in one")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--max-bytes", arguments->max_bytes, "Measure a part of data larger than this")
      ->type_name("BYTES")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--json", arguments->json, "Write the result as JSON (schemas/bench-v1.schema.json); - for standard output")
      ->type_name("FILE");
  command->add_option("--plot", arguments->plot, "Draw ratio against write speed and against sparsity")
      ->type_name("FILE.svg|.png");
  command->footer(
      "The experiment of arXiv 2604.06221: each method writes the frames from memory to a file in $TMPDIR (or /tmp) and\n"
      "reads them all back from the page cache. Ratios are dense bytes over bytes of the whole file.\n"
      "Examples:\n"
      "  esieve bench scan.h5\n"
      "  esieve bench scan.h5 --methods strong --runs 10 --json bench.json --plot bench.svg");
  command->callback([arguments, &run_later] { run_later = [arguments] { return run(*arguments); }; });
}

}  // namespace esieve::tools
