// SPDX-License-Identifier: Apache-2.0
//
// A dense dataset written as h5py with Blosc would write it, to find out how large the file is.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "esieve/dtype.hpp"
#include "report/blosc.hpp"
#include "report/chunked_frames.hpp"

namespace esieve {

/// Writes the file, unnamed, and returns its size; nothing if its chunks are larger than Blosc takes, or than the memory
/// that is allowed for one (256 MiB compressed).
///
/// The chunks are compressed in parallel and written directly; they are those the filter would have made.
/// \param advance  told of every so many dense bytes, by one thread at a time
/// \throws IoError, and what `advance` throws
std::optional<std::uint64_t> measure_blosc_file(const TemporaryFile& frames, const ChunkedShape& shape, DType dtype,
                                                const BloscMethod& method, int threads,
                                                const std::function<void(std::uint64_t)>& advance);

}  // namespace esieve
