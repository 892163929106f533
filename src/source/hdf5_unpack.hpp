// SPDX-License-Identifier: Apache-2.0
//
// The filters that every HDF5 has, deflate and byte shuffle, undone outside the library and its lock.
#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/raw_memory.hpp"

struct libdeflate_decompressor;

namespace esieve {

enum class Hdf5Filter : std::uint8_t { deflate, shuffle };

/// In the order in which they were applied. Nothing if there is any other, or one after deflate.
/// \param creation  a dataset's creation properties
/// \pre  HDF5's lock is held
std::optional<std::vector<Hdf5Filter>> known_filters(hid_t creation, std::size_t item_bytes);

/// Undoes filters; one per thread. The only one that knows libdeflate.
class Hdf5Unpacker {
 public:
  Hdf5Unpacker();
  ~Hdf5Unpacker();

  /// \param skipped  bit i: filter i was not applied
  /// \param out      what the filters were given; unspecified if this fails
  /// \returns false if `packed` is not what these filters make of so many bytes
  bool unpack(std::span<const Hdf5Filter> filters, std::uint32_t skipped, std::size_t item_bytes,
              std::span<const std::byte> packed, std::span<std::byte> out);

  RawMemory<std::byte> packed;  ///< For whoever fetches a chunk.

 private:
  bool undo(Hdf5Filter filter, std::size_t item_bytes, std::span<const std::byte> from, std::span<std::byte> to);

  struct Free {
    void operator()(libdeflate_decompressor* decompressor) const noexcept;
  };
  std::unique_ptr<libdeflate_decompressor, Free> decompressor_;
  RawMemory<std::byte> between_[2];
};

}  // namespace esieve
