// SPDX-License-Identifier: Apache-2.0
#include "simulated_frames.hpp"

#include <algorithm>

#include "esieve/simulate.hpp"

namespace esieve {

SimulatedFrames simulate_frames(ScanShape scan, double dose_electrons) {
  SimulateOptions options;
  options.scan = scan;
  options.detector = {128, 128};
  options.dose_electrons = dose_electrons;
  const Simulation simulation(options);
  const std::uint64_t n_pixels = options.detector.n_pixels();
  SimulatedFrames frames;
  frames.info.path = "simulated";
  frames.info.shape = {scan.scan_y, scan.scan_x, options.detector.det_y, options.detector.det_x};
  frames.info.scan = scan;
  frames.info.detector = options.detector;
  frames.info.dtype = DType::u16;
  frames.info.axes = simulation.axes();
  frames.counts.resize(scan.n_frames() * n_pixels);
  std::vector<float> rates;
  for (std::uint64_t first = 0; first < scan.n_frames(); first += simulation.batch_frames()) {
    const FrameRange range{first, std::min(simulation.batch_frames(), scan.n_frames() - first)};
    rates.resize(range.count * n_pixels);
    simulation.rates(range, rates);
    simulation.draw(range, rates, std::span(frames.counts).subspan(first * n_pixels, range.count * n_pixels));
  }
  frames.n_events = static_cast<std::uint64_t>(
      std::count_if(frames.counts.begin(), frames.counts.end(), [](std::uint16_t count) { return count != 0; }));
  return frames;
}

}  // namespace esieve
