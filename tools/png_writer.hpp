// SPDX-License-Identifier: Apache-2.0
//
// A drawing or a picture as PNG. The only file, with png_writer.cpp, that knows cairo.
#pragma once

#include <string>

#include "esieve/drawing.hpp"
#include "picture.hpp"

namespace esieve::tools {

/// A whole PNG file, two device pixels a pixel of the drawing. \throws IoError
std::string to_png(const Drawing& drawing);

/// A pixel a pixel; transparent where there is no data. \throws UsageError (larger than 32767 pixels), IoError
std::string to_png(const Picture& picture);

}  // namespace esieve::tools
