// SPDX-License-Identifier: Apache-2.0
#include "filter/filter_class.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <string>

#include "esieve/codec.hpp"
#include "filter/calling_library.hpp"
#include "filter/dataset_parameters.hpp"
#include "filter/last_chunk.hpp"

namespace esieve::filter {
namespace {

struct Outcome {
  std::size_t n_bytes = 0;  // 0: failed
  std::string error;
};

// Replaces HDF5's buffer. It frees what it gets, and frees the old one through us.
Outcome replace(void** buffer, std::size_t* buffer_bytes, void* by, std::size_t n_bytes, std::size_t capacity) {
  release(*buffer);
  *buffer = by;
  *buffer_bytes = capacity;
  return {n_bytes, {}};
}

std::span<const std::byte> input(void* const* buffer, std::size_t n_bytes) {
  return {static_cast<const std::byte*>(*buffer), n_bytes};
}

Outcome compress(const ChunkParameters& parameters, std::size_t n_bytes, std::size_t* buffer_bytes, void** buffer) {
  if (n_bytes != parameters.dense_bytes()) return {0, "esieve: HDF5 gave a chunk of an unexpected size"};
  std::vector<std::byte> chunk;
  ChunkCodec().encode(input(buffer, n_bytes), parameters, unknown_frame, chunk);
  void* out = allocate(chunk.size());
  if (out == nullptr) throw std::bad_alloc();
  std::copy(chunk.begin(), chunk.end(), static_cast<std::byte*>(out));
  return replace(buffer, buffer_bytes, out, chunk.size(), chunk.size());
}

std::string advice(ChunkStatus status) {
  const std::string what = std::string("esieve: chunk ") + describe(status);
  switch (status) {
    case ChunkStatus::unknown_version: return what + "; install a newer esieve plugin";
    case ChunkStatus::wrong_parameters: return what + " (the file was put together from others?); run 'esieve verify FILE'";
    default: return what + "; run 'esieve verify FILE'";
  }
}

LastChunk last_chunk;

Outcome decompress(const ChunkParameters& parameters, std::size_t n_bytes, std::size_t* buffer_bytes, void** buffer) {
  const auto chunk = input(buffer, n_bytes);
  const std::size_t dense_bytes = parameters.dense_bytes();
  void* out = allocate(dense_bytes);
  if (out == nullptr) throw std::bad_alloc();
  const std::span dense(static_cast<std::byte*>(out), dense_bytes);
  if (last_chunk.copy(parameters, chunk, dense)) return replace(buffer, buffer_bytes, out, dense_bytes, dense_bytes);
  ChunkStatus status;
  try {
    status = ChunkCodec().decode(chunk, parameters, dense);
  } catch (...) {
    release(out);
    throw;
  }
  if (status != ChunkStatus::okay) {
    release(out);
    return {0, advice(status)};
  }
  last_chunk.remember(parameters, chunk, dense);
  return replace(buffer, buffer_bytes, out, dense_bytes, dense_bytes);
}

Outcome run(unsigned flags, std::span<const unsigned> values, std::size_t n_bytes, std::size_t* buffer_bytes, void** buffer) {
  try {
    const auto parameters = from_filter_values(values);
    if (!parameters || parameters->dense_bytes() >= max_dense_bytes)
      return {0,
              "esieve: the dataset's filter parameters are damaged or of a later version; "
              "install a newer esieve plugin or run 'esieve verify FILE'"};
    return (flags & H5Z_FLAG_REVERSE) != 0 ? decompress(*parameters, n_bytes, buffer_bytes, buffer)
                                           : compress(*parameters, n_bytes, buffer_bytes, buffer);
  } catch (const std::bad_alloc&) {
    return {0, "esieve: out of memory; read fewer frames at once"};
  } catch (const std::exception& e) {
    return {0, std::string("esieve: ") + e.what()};
  }
}

// The two callbacks. Nothing may be thrown through HDF5's C code.

std::size_t filter(unsigned flags, std::size_t n_values, const unsigned values[], std::size_t n_bytes, std::size_t* buffer_bytes,
                   void** buffer) {
  const Outcome outcome = run(flags, {values, n_values}, n_bytes, buffer_bytes, buffer);
  if (outcome.n_bytes == 0) CallingLibrary(__builtin_return_address(0)).push_error(outcome.error);
  return outcome.n_bytes;
}

herr_t set_local(hid_t creation, hid_t type, hid_t /*space*/) {
  const CallingLibrary hdf5(__builtin_return_address(0));
  std::string error = "esieve: out of memory";
  try {
    if (set_dataset_parameters(hdf5, creation, type, error)) return 0;
  } catch (const std::exception&) {
  }
  hdf5.push_error(error);
  return -1;
}

// The name is stored in every file, and HDF5 prints it where the plugin is missing: it says what to do.
const H5Z_class2_t the_class = {H5Z_CLASS_T_VERS, filter_id, 1,     1, "esieve (install its HDF5 plugin to read)",
                                nullptr,          set_local, filter};

}  // namespace

const H5Z_class2_t& filter_class(const void* address_in_library) {
  remember_allocator(CallingLibrary(address_in_library));
  return the_class;
}

}  // namespace esieve::filter
