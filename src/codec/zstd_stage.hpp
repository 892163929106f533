// SPDX-License-Identifier: Apache-2.0
//
// Zstandard as the last stage of a payload. zstd_stage.cpp is the only file that knows libzstd.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace esieve::codec {

/// Compresses and decompresses with contexts that are kept from call to call; serves one thread.
class Zstd {
 public:
  Zstd();
  ~Zstd();
  Zstd(Zstd&&) noexcept;
  Zstd& operator=(Zstd&&) noexcept;

  /// Appends one frame without checksum and content size. Equal input gives equal bytes.
  /// \param level  1 to 22
  /// \throws std::bad_alloc
  void compress(std::span<const std::byte> bytes, int level, std::vector<std::byte>& out);

  /// Bytes `compress` would append.
  std::size_t compressed_size(std::span<const std::byte> bytes, int level);

  /// Fills `out` exactly. \returns false if `frame` is damaged or holds any other number of bytes
  [[nodiscard]] bool decompress(std::span<const std::byte> frame, std::span<std::byte> out);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace esieve::codec
