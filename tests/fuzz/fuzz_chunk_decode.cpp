// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: bytes become a dataset's parameters and a chunk of it, decoded to frames and to events; or frames, which are
// encoded, decoded again, and then decoded with bytes changed. Built with FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION, so that
// checksums do not keep mutants out.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/byte_reader.hpp"
#include "base/bytes.hpp"
#include "esieve/codec.hpp"

namespace {

using namespace esieve;

void decode(std::vector<std::byte> chunk, const ChunkParameters& parameters, std::vector<std::byte>& dense) {
  if (chunk.size() >= 8) store_le(chunk, 4, static_cast<std::uint32_t>(chunk.size()));  // a wrong length is easy to refuse
  ChunkCodec codec;
  ChunkEvents events;
  dense.resize(parameters.dense_bytes());
  static_cast<void>(codec.decode(chunk, parameters, dense));
  static_cast<void>(codec.decode_events(chunk, parameters, events));
  static_cast<void>(codec.decode_events(chunk, parameters, events, EventOrder::any));
}

void encode_and_damage(ByteReader reader, const ChunkParameters& parameters) {
  std::vector<std::byte> dense(parameters.dense_bytes()), decoded;
  const std::uint64_t n_changes = reader.number<std::uint8_t>() % 16;
  const auto changes = reader.take(std::min<std::uint64_t>(3 * n_changes, reader.rest().size()));
  std::copy_n(reader.rest().begin(), std::min(reader.rest().size(), dense.size()), dense.begin());
  std::vector<std::byte> chunk;
  ChunkCodec().encode(dense, parameters, 0, chunk);
  decode(chunk, parameters, decoded);
  if (decoded != dense) std::abort();
  for (ByteReader at(changes); at.rest().size() >= 3;)
    chunk[at.number<std::uint16_t>() % chunk.size()] = static_cast<std::byte>(at.number<std::uint8_t>());
  decode(chunk, parameters, decoded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(std::as_bytes(std::span(data, size)));
  const auto kind = reader.number<std::uint8_t>();
  const bool of_frames = (kind & 0x80) != 0;
  ChunkParameters parameters;
  parameters.dtype = static_cast<DType>(1 + kind % 10);
  parameters.n_frames = 1 + reader.number<std::uint8_t>() % (of_frames ? 12 : 70);
  parameters.det_y = 1 + reader.number<std::uint8_t>() % (of_frames ? 20 : 64);
  parameters.det_x = 1 + reader.number<std::uint8_t>() % (of_frames ? 20 : 64);
  parameters.scan_row_frames = 1 + reader.number<std::uint8_t>() % parameters.n_frames;
  parameters.level = static_cast<Level>(1 + kind / 10 % 3);
  if (!reader.ok()) return 0;
  if (of_frames) {
    encode_and_damage(reader, parameters);
  } else {
    std::vector<std::byte> dense;
    decode({reader.rest().begin(), reader.rest().end()}, parameters, dense);
  }
  return 0;
}
