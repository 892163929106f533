// SPDX-License-Identifier: Apache-2.0
//
// Frames that lie uncompressed at even distances in a file: .npy, raw binary, contiguous HDF5, converted
// .mib.
#pragma once

#include <cstdint>

#include "base/file.hpp"
#include "esieve/source.hpp"

namespace esieve {

enum class ByteOrder : std::uint8_t { little, big };

struct FlatLayout {
  std::uint64_t first_bytes = 0;   ///< Offset of the first frame.
  std::uint64_t stride_bytes = 0;  ///< From one frame to the next; at least a frame.
  ByteOrder order = ByteOrder::little;
};

/// Reads without any lock, so that threads do not wait for one another.
class FlatSource : public Source {
 public:
  /// \pre  every frame lies inside the file
  FlatSource(SourceInfo info, InputFile file, FlatLayout layout);
  void read(FrameRange range, std::span<std::byte> out) const override;

 private:
  InputFile file_;
  FlatLayout layout_;
};

}  // namespace esieve
