// SPDX-License-Identifier: Apache-2.0
//
// The chunk shapes of arXiv 2604.06221.
#pragma once

#include <vector>

#include "bench/contender.hpp"

namespace esieve::bench {

/// Real space (32, 32, 256, 256), balanced (16, 16, 128, 128) and single frame, clipped to the data; those that become
/// equal to an earlier one are left out.
std::vector<Chunking> paper_chunkings(ScanShape scan, DetectorShape detector);

}  // namespace esieve::bench
