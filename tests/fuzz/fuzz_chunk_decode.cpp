// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: bytes become a dataset's parameters and a chunk of it, decoded to frames and to events. Built with
// FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION, so that checksums do not keep mutants out.
#include <algorithm>
#include <cstring>
#include <vector>

#include "esieve/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace esieve;
  constexpr std::size_t n_choices = 5;
  if (size < n_choices) return 0;
  ChunkParameters parameters;
  parameters.dtype = static_cast<DType>(1 + data[0] % 10);
  parameters.n_frames = 1 + data[1] % 70;
  parameters.det_y = 1 + data[2] % 64;
  parameters.det_x = 1 + data[3] % 64;
  parameters.scan_row_frames = 1 + data[4] % parameters.n_frames;

  std::vector<std::byte> chunk(size - n_choices);
  std::memcpy(chunk.data(), data + n_choices, chunk.size());
  if (chunk.size() >= 8) {  // the length is right, as it is easy to refuse
    const auto chunk_bytes = static_cast<std::uint32_t>(chunk.size());
    std::memcpy(chunk.data() + 4, &chunk_bytes, sizeof chunk_bytes);
  }
  ChunkCodec codec;
  std::vector<std::byte> dense(parameters.dense_bytes());
  ChunkEvents events;
  (void)codec.decode(chunk, parameters, dense);
  (void)codec.decode_events(chunk, parameters, events);
  return 0;
}
