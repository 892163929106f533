// SPDX-License-Identifier: Apache-2.0
//
// A virtual dark-field image from events alone: no dense frame is ever made. The simplest example; begin here.
//
//   virtual_image SCAN.hdf5 INNER_PX OUTER_PX > image.csv
#include <esieve/esieve.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char** argv) try {
  if (argc != 4) {
    std::fprintf(stderr, "usage: virtual_image SCAN.hdf5 INNER_PX OUTER_PX\n");
    return 2;
  }
  const esieve::Reader reader(argv[1]);
  const double inner = std::atof(argv[2]), outer = std::atof(argv[3]);
  const auto [scan_y, scan_x] = reader.info().scan;
  const auto [det_y, det_x] = reader.info().detector;

  std::vector<bool> in_ring(reader.info().detector.n_pixels());
  for (std::uint32_t y = 0; y < det_y; ++y)
    for (std::uint32_t x = 0; x < det_x; ++x) {
      const double radius = std::hypot(y - (det_y - 1) / 2.0, x - (det_x - 1) / 2.0);
      in_ring[y * det_x + x] = inner <= radius && radius < outer;
    }

  for (std::uint64_t row = 0; row < scan_y; ++row) {
    // A scan row at a time bounds the memory, whatever the size of the scan.
    const auto events = reader.events<double>(esieve::FrameRange{row * scan_x, scan_x});
    for (std::size_t x = 0; x < scan_x; ++x) {
      double sum = 0;
      for (auto i = static_cast<std::size_t>(events.offsets[x]); i < static_cast<std::size_t>(events.offsets[x + 1]); ++i)
        if (in_ring[static_cast<std::size_t>(events.pixels[i])]) sum += events.counts[i];
      std::printf("%g%c", sum, x + 1 == scan_x ? '\n' : ',');
    }
  }
} catch (const esieve::Error& error) {
  std::fprintf(stderr, "virtual_image: %s\n", error.what());
  return 1;
}
