// SPDX-License-Identifier: Apache-2.0
//
// Electrons of all frames, summed by Eigen over the events' own memory.
#include <esieve/eigen.hpp>
#include <esieve/esieve.hpp>

#include <cstdio>

int main(int, char** argv) {
  const esieve::Reader reader(argv[1]);
  const auto events = reader.events<float>(esieve::FrameRange{0, reader.info().scan.n_frames()});
  std::printf("%.0f\n", static_cast<double>(esieve::as_sparse(events).sum()));
}
