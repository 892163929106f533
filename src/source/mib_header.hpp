// SPDX-License-Identifier: Apache-2.0
//
// What the text headers of Merlin .mib and .hdr files say.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/file.hpp"
#include "esieve/shape.hpp"

namespace esieve {

/// Of one frame. Every frame begins with such a text, padded with zeros to `header_bytes`.
struct MibHeader {
  std::string text;
  std::uint32_t header_bytes = 0;
  std::uint32_t n_chips = 0;
  std::uint32_t columns = 0, rows = 0;  ///< As stored; of raw frames not the detector's.
  std::string pixel_type;               ///< U08, U16, U32; R64: raw, as it left the chips.
  std::string layout;                   ///< Chips across x down: 1x1, 2x2, 2x2G, ...
  int counter_bits = 0;                 ///< 1, 6, 12 or 24; 0 if not said.
  std::optional<double> exposure_s;
};

bool is_mib(const InputFile& file);

/// \throws DataError  damaged
MibHeader read_mib_header(const InputFile& file);

/// The text file beside a .mib; `text` is empty if there is none.
struct HdrFile {
  std::string text;
  std::optional<ScanShape> scan;  ///< ScanX, ScanY, which newer software writes.
  std::uint64_t frames_per_trigger = 0;
  int counter_bits = 0;
};
HdrFile read_hdr(const std::filesystem::path& mib_path);

}  // namespace esieve
