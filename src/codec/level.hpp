// SPDX-License-Identifier: Apache-2.0
//
// How much time an encoder spends for smaller files. Decoders read every level alike.
#pragma once

#include <cstdint>

namespace esieve::codec {

/// Stored in files: append, never renumber.
enum class Level : std::uint8_t { fast = 1, standard = 2, max = 3 };

}  // namespace esieve::codec
