// SPDX-License-Identifier: Apache-2.0
//
// Codecs and buffers that threads take and give back.
#pragma once

#include <cstddef>
#include <vector>

#include "esieve/codec.hpp"
#include "parallel/pool.hpp"

namespace esieve {

struct CodecWorkspace {
  ChunkCodec codec;
  std::vector<std::byte> chunk;
  ChunkEvents events;
  std::vector<std::byte> dense;
};

using CodecPool = Pool<CodecWorkspace>;

}  // namespace esieve
