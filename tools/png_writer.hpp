// SPDX-License-Identifier: Apache-2.0
//
// A drawing as PNG. The only file, with png_writer.cpp, that knows cairo.
#pragma once

#include <string>

#include "esieve/drawing.hpp"

namespace esieve::tools {

/// A whole PNG file, two device pixels a pixel of the drawing. \throws IoError
std::string to_png(const Drawing& drawing);

}  // namespace esieve::tools
