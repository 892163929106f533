// SPDX-License-Identifier: Apache-2.0
//
// How much time an encoder spends for smaller files. Decoders read every level alike.
#pragma once

#include "esieve/codec.hpp"

namespace esieve::codec {

using esieve::Level;

}  // namespace esieve::codec
