// SPDX-License-Identifier: Apache-2.0
//
// Merlin .mib files for tests, written the way the camera's electronics do: word by word from the pixels'
// addresses.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "source_checks.hpp"

namespace esieve {

struct MibFrames {
  std::size_t header_bytes = 384;
  int n_chips = 1;
  int columns = 256, rows = 256;  ///< As the header has them.
  std::string pixel_type = "U16";
  std::string layout = "   1x1";
  int counter_bits = 12;
};

inline std::string mib_header(const MibFrames& frames, int number) {
  char text[256];
  std::snprintf(text, sizeof text, "MQ1,%06d,%05zu,%02d,%04d,%04d,%s,%s,0F,2024-07-02 13:49:15.390226,0.002000,0,0,0,1.2E+1,",
                number + 1, frames.header_bytes, frames.n_chips, frames.columns, frames.rows, frames.pixel_type.c_str(),
                frames.layout.c_str());
  std::string header = std::string(text) + "3RX,023,511,MQ1A,2024-07-02T11:49:15.390226675Z,2000000ns," +
                       std::to_string(frames.counter_bits) + ",";
  header.resize(frames.header_bytes, '\0');
  return header;
}

/// A file of `bodies`, one a frame.
inline void write_mib(const std::filesystem::path& path, const MibFrames& frames,
                      const std::vector<std::vector<std::byte>>& bodies) {
  std::string all;
  for (std::size_t i = 0; i < bodies.size(); ++i)
    all +=
        mib_header(frames, static_cast<int>(i)) + std::string(reinterpret_cast<const char*>(bodies[i].data()), bodies[i].size());
  write_bytes(path, all);
}

/// Pixels of one stored image as raw words: `bits_per_item` is 1, 8 or 16, and the first pixel of a word
/// comes last.
inline std::vector<std::byte> raw_image(const std::vector<std::uint32_t>& pixels, std::size_t bits_per_item) {
  const std::size_t per_word = 64 / bits_per_item;
  std::vector<std::byte> bytes(pixels.size() * bits_per_item / 8);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const std::size_t word = i / per_word, bit = i % per_word * bits_per_item;  // from the word's lowest bit
    for (std::size_t b = 0; b < bits_per_item; ++b) {
      const std::size_t byte = word * 8 + 7 - (bit + b) / 8;
      if ((pixels[i] >> b & 1) != 0) bytes[byte] |= std::byte{1} << ((bit + b) % 8);
    }
  }
  return bytes;
}

}  // namespace esieve
