// SPDX-License-Identifier: Apache-2.0
//
// esieve simulate: a 4D-STEM scan whose noise-free rates, and so the least size of its counts, are known.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>

#include "command.hpp"
#include "esieve/simulate.hpp"
#include "options.hpp"
#include "progress_bar.hpp"

namespace esieve::tools {
namespace {

struct Arguments {
  std::filesystem::path output, truth;
  std::string scan, detector;
  SimulateOptions options;
  int threads = 0;
  bool force = false;
};

// The library refuses lengths this large itself.
std::uint32_t saturated(std::uint64_t length) { return static_cast<std::uint32_t>(std::min<std::uint64_t>(length, UINT32_MAX)); }

ExitCode run(const Arguments& arguments) {
  SimulateOptions options = arguments.options;
  const auto scan = parse_shape(arguments.scan, "--scan", 2, 2);
  const auto detector = parse_shape(arguments.detector, "--detector", 2, 2);
  options.scan = {scan[0], scan[1]};
  options.detector = {saturated(detector[0]), saturated(detector[1])};
  options.threads = arguments.threads;

  WriteSimulationOptions write{.overwrite = arguments.force, .threads = arguments.threads};
  if (!arguments.truth.empty()) write.truth = arguments.truth;
  const Simulation simulation(options);
  ProgressBar bar("simulating");
  write.progress = bar.callback();
  const SimulationSummary summary = write_simulation(simulation, arguments.output, write);

  const double frames = static_cast<double>(options.scan.n_frames());
  const double dense_bytes = frames * static_cast<double>(options.detector.n_pixels()) * 2;
  std::printf("%s: %.0f frames, %.1f electrons per frame, entropy floor %.0f bytes (ratio %.1f)\n", arguments.output.c_str(),
              frames, static_cast<double>(summary.electrons) / frames, summary.floor_bits / 8,
              dense_bytes * 8 / summary.floor_bits);
  return ExitCode::okay;
}

}  // namespace

void add_simulate(CLI::App& app, Run& run_later) {
  auto arguments = std::make_shared<Arguments>();
  SimulateOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand("simulate", "A simulated scan whose least possible size is known");
  command->add_option("OUTPUT", arguments->output, "Dense HDF5 file to write")->required();
  command->add_option("--scan", arguments->scan, "Scan positions")->type_name("Y,X")->required();
  command->add_option("--detector", arguments->detector, "Detector pixels")->type_name("Y,X")->required();
  command->add_option("--dose", options.dose_electrons, "Mean electrons in the probe per frame")->required();
  command->add_option("--seed", options.seed, "Of counts and specimen")->capture_default_str();
  command->add_option("--truth", arguments->truth, "Also keep the noise-free rates, float32, in this file");
  command->add_option("--energy", options.energy_kev, "keV")->capture_default_str();
  command->add_option("--semi-angle", options.semi_angle_mrad, "Of the probe, mrad")->capture_default_str();
  command->add_option("--defocus", options.defocus_nm, "Focus below the entrance face, nm")->capture_default_str();
  command->add_option("--cs", options.cs_um, "Spherical aberration, um")->capture_default_str();
  command->add_option("--thickness", options.thickness_nm, "Of the crystal at mid-scan, nm")->capture_default_str();
  command->add_option("--scan-step", options.scan_step_nm, "nm")->capture_default_str();
  command->add_option("--threads", arguments->threads, "0: all")->type_name("N")->check(CLI::NonNegativeNumber);
  command->add_flag("--force", arguments->force, "Replace existing outputs");
  command->footer(
      "Examples:\n"
      "  esieve simulate dense.h5 --scan 64,64 --detector 128,128 --dose 3000\n"
      "  esieve simulate dense.h5 --scan 64,64 --detector 128,128 --dose 300 --truth rates.h5");
  command->callback([arguments, &run_later] { run_later = [arguments] { return run(*arguments); }; });
}

}  // namespace esieve::tools
