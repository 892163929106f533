// SPDX-License-Identifier: Apache-2.0
#include "report/blosc.hpp"

#include <blosc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "base/bytes.hpp"
#include "h5/h5.hpp"

namespace esieve {
namespace {

// A compressed Blosc buffer: version, compressor version, flags, item size (a byte each), then dense, block and
// stored size (32 bits each), the start of every block (32 bits each), and the blocks.
constexpr std::size_t header_bytes = BLOSC_MIN_HEADER_LENGTH;
constexpr std::size_t dense_bytes_at = 4, block_bytes_at = 8, stored_bytes_at = 12;

const char* name_of(BloscCompressor compressor) {
  const char* name = nullptr;
  blosc_compcode_to_compname(static_cast<int>(compressor), &name);
  return name;
}

/// Bytes written to `out`; 0: does not fit.
std::size_t compress_into(std::span<const std::byte> dense, const BloscMethod& method, std::size_t item_bytes,
                          std::span<std::byte> out) {
  const int n = blosc_compress_ctx(method.clevel, static_cast<int>(method.shuffle), item_bytes, dense.size(), dense.data(),
                                   out.data(), out.size(), name_of(method.compressor), 0, 1);
  if (n < 0) throw std::logic_error("Blosc failed to compress");
  return static_cast<std::size_t>(n);
}

/// HDF5 owns filter buffers with malloc and free.
struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
using FilterBuffer = std::unique_ptr<void, Free>;

std::size_t hand_over(FilterBuffer made, std::size_t made_bytes, std::size_t n_bytes, std::size_t* buffer_bytes, void** buffer) {
  std::free(*buffer);
  *buffer = made.release();
  *buffer_bytes = made_bytes;
  return n_bytes;
}

std::size_t filter_compress(std::span<const unsigned> values, std::size_t n_bytes, std::size_t* buffer_bytes, void** buffer) {
  const auto value_or = [&](std::size_t i, unsigned usual) { return values.size() > i ? values[i] : usual; };
  const int compressor = static_cast<int>(value_or(6, BLOSC_BLOSCLZ));
  const char* name = nullptr;
  FilterBuffer made(std::malloc(n_bytes));
  if (made == nullptr || blosc_compcode_to_compname(compressor, &name) < 0) return 0;
  const int stored = blosc_compress_ctx(static_cast<int>(value_or(4, 5)), static_cast<int>(value_or(5, 1)), value_or(2, 1),
                                        n_bytes, *buffer, made.get(), n_bytes, name, 0, 1);
  return stored <= 0 ? 0 : hand_over(std::move(made), n_bytes, static_cast<std::size_t>(stored), buffer_bytes, buffer);
}

std::size_t filter_decompress(std::size_t n_bytes, std::size_t* buffer_bytes, void** buffer) {
  std::size_t dense_bytes = 0;
  if (blosc_cbuffer_validate(*buffer, n_bytes, &dense_bytes) < 0) return 0;
  FilterBuffer made(std::malloc(dense_bytes == 0 ? 1 : dense_bytes));
  if (made == nullptr || blosc_decompress_ctx(*buffer, made.get(), dense_bytes, 1) <= 0) return 0;
  return hand_over(std::move(made), dense_bytes, dense_bytes, buffer_bytes, buffer);
}

std::size_t filter(unsigned flags, std::size_t n_values, const unsigned* values, std::size_t n_bytes, std::size_t* buffer_bytes,
                   void** buffer) {
  if ((flags & H5Z_FLAG_REVERSE) != 0) return filter_decompress(n_bytes, buffer_bytes, buffer);
  return filter_compress({values, n_values}, n_bytes, buffer_bytes, buffer);
}

/// Fills in what depends on the dataset: versions, item size and chunk size.
herr_t set_local(hid_t creation, hid_t type, hid_t) {
  unsigned flags = 0;
  std::vector<unsigned> values(8);
  std::size_t n_values = values.size();
  if (H5Pget_filter_by_id2(creation, blosc_filter_id, &flags, &n_values, values.data(), 0, nullptr, nullptr) < 0) return -1;
  values.resize(std::max<std::size_t>(n_values, 4));
  hsize_t chunk[H5S_MAX_RANK];
  const int n_axes = H5Pget_chunk(creation, H5S_MAX_RANK, chunk);
  const std::size_t item_bytes = H5Tget_size(type);
  if (n_axes < 0 || item_bytes == 0) return -1;
  hsize_t chunk_bytes = item_bytes;
  for (int axis = 0; axis < n_axes; ++axis) chunk_bytes *= chunk[axis];
  values[0] = 2;  // revision of the filter
  values[1] = BLOSC_VERSION_FORMAT;
  values[2] = static_cast<unsigned>(item_bytes > BLOSC_MAX_TYPESIZE ? 1 : item_bytes);
  values[3] = static_cast<unsigned>(chunk_bytes);
  return H5Pmodify_filter(creation, blosc_filter_id, flags, values.size(), values.data()) < 0 ? -1 : 1;
}

}  // namespace

void register_blosc_filter() {
  static constexpr H5Z_class2_t blosc_class = {H5Z_CLASS_T_VERS, blosc_filter_id, 1, 1, "blosc", nullptr, &set_local, &filter};
  const h5::Lock lock;
  h5::check(H5Zregister(&blosc_class), "register the Blosc filter");
}

std::vector<unsigned> blosc_filter_values(const BloscMethod& method, std::size_t item_bytes, std::size_t chunk_bytes) {
  return {2,
          BLOSC_VERSION_FORMAT,
          static_cast<unsigned>(item_bytes),
          static_cast<unsigned>(chunk_bytes),
          static_cast<unsigned>(method.clevel),
          static_cast<unsigned>(method.shuffle),
          static_cast<unsigned>(method.compressor)};
}

std::vector<std::byte> blosc_compress_chunk(std::span<const std::byte> dense, const BloscMethod& method, std::size_t item_bytes) {
  std::vector<std::byte> out(dense.size());
  out.resize(compress_into(dense, method, item_bytes, out));
  return out;
}

std::vector<std::byte> BloscJoin::compress(std::span<const std::byte> piece, const BloscMethod& method, std::size_t item_bytes) {
  // Room for blocks that grow, so that Blosc does not fall back to copying the piece as a whole.
  std::vector<std::byte> out(piece.size() + piece.size() / 64 + 4096);
  out.resize(compress_into(piece, method, item_bytes, out));
  return out;
}

void BloscJoin::add(std::span<const std::byte> piece) {
  const std::uint64_t dense_bytes = load_le<std::uint32_t>(piece, dense_bytes_at);
  const std::uint64_t block_bytes = load_le<std::uint32_t>(piece, block_bytes_at);
  const auto n_blocks_of = [&](std::uint64_t n) { return (n + block_bytes - 1) / block_bytes; };
  if (chunk_.empty()) {
    chunk_.reserve(chunk_bytes_ + chunk_bytes_ / 64 + 4096);  // as much as it can become, untouched until it does
    chunk_.assign(piece.begin(), piece.begin() + header_bytes);
    chunk_.resize(header_bytes + n_blocks_of(chunk_bytes_) * 4);
    store_le(chunk_, dense_bytes_at, static_cast<std::uint32_t>(chunk_bytes_));
  }
  const bool copied = (std::to_integer<unsigned>(piece[2]) & BLOSC_MEMCPYED) != 0;
  if (copied || block_bytes != load_le<std::uint32_t>(chunk_, block_bytes_at) || n_dense_bytes_ % block_bytes != 0)
    throw std::logic_error("these Blosc buffers cannot be joined");

  const std::uint64_t n_blocks = n_blocks_of(dense_bytes);
  const std::uint64_t blocks_at = header_bytes + n_blocks * 4;
  const std::uint64_t shift = chunk_.size() - blocks_at;
  std::uint64_t start_at = header_bytes + n_dense_bytes_ / block_bytes * 4;
  for (std::uint64_t i = 0; i < n_blocks; ++i, start_at += 4)
    store_le(chunk_, start_at, static_cast<std::uint32_t>(load_le<std::uint32_t>(piece, header_bytes + i * 4) + shift));
  chunk_.insert(chunk_.end(), piece.begin() + static_cast<std::ptrdiff_t>(blocks_at), piece.end());
  store_le(chunk_, stored_bytes_at, static_cast<std::uint32_t>(chunk_.size()));
  n_dense_bytes_ += dense_bytes;
}

}  // namespace esieve
