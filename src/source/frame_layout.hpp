// SPDX-License-Identifier: Apache-2.0
//
// How an array of 2 to 4 dimensions is a scan of detector frames, and the words for arrays that are not.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "esieve/source.hpp"

namespace esieve {

/// "48 x 48 x 256 x 256"
std::string shape_text(std::span<const std::uint64_t> shape);

/// Product of `shape` times `item_bytes`; nothing where it exceeds 2^63 - 1.
std::optional<std::uint64_t> array_bytes(std::span<const std::uint64_t> shape, std::uint64_t item_bytes);

/// Sets scan and detector of `info` from `info.shape`, or the scan from `scan_shape`, and names the axes.
///
/// \pre    info.path, info.shape and info.dtype are set
/// \throws UsageError  not 2 to 4 dimensions; a scan shape with another number of positions (the message says
/// which
///                     shapes would fit)
/// \throws DataError   an axis of length 0 or too long to be a detector's
void set_frame_layout(SourceInfo& info, const std::optional<ScanShape>& scan_shape);

}  // namespace esieve
