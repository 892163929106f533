// SPDX-License-Identifier: Apache-2.0
#include "container/filter_registration.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

#include "esieve/codec.hpp"
#include "h5/h5.hpp"

namespace esieve {
namespace {

/// A block HDF5 can take over.
void* to_malloc(const std::vector<std::byte>& bytes) {
  void* block = std::malloc(bytes.size());
  if (block != nullptr) std::memcpy(block, bytes.data(), bytes.size());
  return block;
}

void replace(std::size_t* size, void** buffer, void* block, std::size_t bytes) {
  std::free(*buffer);
  *buffer = block;
  *size = bytes;
}

/// H5Z_func_t: 0 is failure.
std::size_t run_filter(unsigned flags, std::size_t n_values, const unsigned* values, std::size_t n_bytes,
                       std::size_t* size, void** buffer) try {
  const auto parameters = from_filter_values({values, n_values});
  if (!parameters) return 0;
  const std::span input(static_cast<const std::byte*>(*buffer), n_bytes);
  ChunkCodec codec;
  std::vector<std::byte> output;
  if ((flags & H5Z_FLAG_REVERSE) != 0) {
    output.resize(parameters->dense_bytes());
    if (codec.decode(input, *parameters, output) != ChunkStatus::okay) return 0;
  } else {
    if (n_bytes != parameters->dense_bytes()) return 0;
    codec.encode(input, *parameters, unknown_frame, output);
  }
  void* block = to_malloc(output);
  if (block == nullptr) return 0;
  replace(size, buffer, block, output.size());
  return output.size();
} catch (const std::bad_alloc&) {
  return 0;
}

}  // namespace

void register_filter() {
  static const bool registered = [] {
    const h5::Lock lock;
    static const H5Z_class2_t filter = {H5Z_CLASS_T_VERS, filter_id, 1,       1, "esieve (install its HDF5 plugin to read)",
                                        nullptr,          nullptr,   &run_filter};
    h5::check(H5Zregister(&filter), "register the HDF5 filter");
    return true;
  }();
  static_cast<void>(registered);
}

}  // namespace esieve
