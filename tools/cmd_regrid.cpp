// SPDX-License-Identifier: Apache-2.0
//
// esieve regrid: corrects the geometry of a scan without writing its events again.
#include <cstdio>
#include <fstream>
#include <memory>

#include "command.hpp"
#include "esieve/error.hpp"
#include "esieve/regrid.hpp"
#include "options.hpp"
#include "progress_bar.hpp"

namespace esieve::tools {
namespace {

struct Arguments {
  std::filesystem::path original, output, positions;
  std::string scan_shape;
  ScanGeometry geometry;
  bool force = false;
  int threads = 0;
};

/// Whole numbers, as numpy.savetxt(..., fmt="%d") writes them.
std::vector<std::uint64_t> read_positions(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw IoError("cannot open " + path.string());
  std::vector<std::uint64_t> positions;
  for (std::int64_t position = 0; file >> position;) {
    if (position < -1)
      throw DataError(path.string() + " has position " + std::to_string(position) + " (a scan index, or -1 for none)");
    positions.push_back(position < 0 ? ScanGeometry::outside : static_cast<std::uint64_t>(position));
  }
  if (!file.eof())
    throw DataError(path.string() + " has something after " + std::to_string(positions.size()) +
                    " positions that is no whole number");
  if (positions.empty()) throw DataError(path.string() + " has no positions");
  return positions;
}

ExitCode run(Arguments arguments) {
  const auto shape = parse_shape(arguments.scan_shape, "--scan-shape", 2, 2);
  arguments.geometry.scan_y = static_cast<std::int64_t>(shape[0]);
  arguments.geometry.scan_x = static_cast<std::int64_t>(shape[1]);
  if (!arguments.positions.empty()) arguments.geometry.positions = read_positions(arguments.positions);
  Regridding done;
  {
    ProgressBar bar("regridding");
    RegridOptions options;
    options.overwrite = arguments.force;
    options.threads = arguments.threads;
    options.progress = bar.callback();
    done = regrid(arguments.original, arguments.output, arguments.geometry, options);
  }
  std::printf("%s: (%llu, %llu), %llu frames of %s, %llu left out, %llu positions without a frame\n", arguments.output.c_str(),
              static_cast<unsigned long long>(done.scan.scan_y), static_cast<unsigned long long>(done.scan.scan_x),
              static_cast<unsigned long long>(done.n_frames), arguments.original.c_str(),
              static_cast<unsigned long long>(done.n_left_out), static_cast<unsigned long long>(done.n_missing));
  return ExitCode::okay;
}

}  // namespace

void add_regrid(CLI::App& app, Run& run_later) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("regrid", "Correct the geometry of a scan without writing its events again");
  command->add_option("EVENTS", arguments->original, "Event file; it is only read")->required();
  command->add_option("OUT", arguments->output, "Small file that shows its frames as another scan")->required();
  command->add_option("--scan-shape", arguments->scan_shape, "Of the new scan")->type_name("Y,X")->required();
  command->add_option("--flyback-pixels", arguments->geometry.flyback_frames, "Frames after each line that belong to no position")
      ->type_name("N");
  command->add_option("--flyback-lines", arguments->geometry.flyback_lines, "Lines after each line that belong to no position")
      ->type_name("N");
  command->add_flag("--serpentine", arguments->geometry.serpentine, "Every second line runs backwards");
  command
      ->add_option("--offset", arguments->geometry.offset,
                   "Frames before the first position; negative: positions before the first frame")
      ->type_name("N");
  command->add_option("--positions", arguments->positions, "Scan index of each frame instead, -1 for none: a text file")
      ->type_name("FILE");
  command->add_flag("--force", arguments->force, "Replace OUT if it exists");
  command->add_option("--threads", arguments->threads, "0: all")->type_name("N")->check(CLI::NonNegativeNumber);
  command->footer(
      "Frames are counted in the scan order of EVENTS. OUT has the frames of EVENTS only while that stays where it is, seen "
      "from\n"
      "OUT; 'esieve convert OUT NEW.hdf5' makes a file of its own.\n"
      "Examples:\n"
      "  esieve regrid scan.hdf5 corrected.hdf5 --scan-shape 256,256 --flyback-pixels 1\n"
      "  esieve regrid scan.hdf5 corrected.hdf5 --scan-shape 256,256 --serpentine --offset 3");
  command->callback([arguments, &run_later] { run_later = [arguments] { return run(*arguments); }; });
}

}  // namespace esieve::tools
