// SPDX-License-Identifier: Apache-2.0
#include "source/hdf5_unpack.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <new>

#include "base/join_bytes.hpp"

namespace esieve {
std::optional<std::vector<Hdf5Filter>> known_filters(hid_t creation, std::size_t item_bytes) {
  std::vector<Hdf5Filter> filters;
  const int n_filters = H5Pget_nfilters(creation);
  if (n_filters < 0 || n_filters > 32) return std::nullopt;
  for (int i = 0; i < n_filters; ++i) {
    unsigned flags = 0;
    std::array<unsigned, 4> values{};
    std::size_t n_values = values.size();
    const H5Z_filter_t id =
        H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &n_values, values.data(), 0, nullptr, nullptr);
    if (!filters.empty() && filters.back() == Hdf5Filter::deflate) return std::nullopt;  // how long its result is nobody says
    if (id == H5Z_FILTER_DEFLATE) {
      filters.push_back(Hdf5Filter::deflate);
    } else if (id == H5Z_FILTER_SHUFFLE && n_values == 1 && values[0] == item_bytes) {
      filters.push_back(Hdf5Filter::shuffle);
    } else {
      return std::nullopt;
    }
  }
  return filters;
}

void Hdf5Unpacker::Free::operator()(libdeflate_decompressor* decompressor) const noexcept {
  libdeflate_free_decompressor(decompressor);
}

Hdf5Unpacker::Hdf5Unpacker() : decompressor_(libdeflate_alloc_decompressor()) {
  if (!decompressor_) throw std::bad_alloc();
}
Hdf5Unpacker::~Hdf5Unpacker() = default;

bool Hdf5Unpacker::undo(Hdf5Filter filter, std::size_t item_bytes, std::span<const std::byte> from, std::span<std::byte> to) {
  if (filter == Hdf5Filter::deflate)
    return libdeflate_zlib_decompress(decompressor_.get(), from.data(), from.size(), to.data(), to.size(), nullptr) ==
           LIBDEFLATE_SUCCESS;
  if (from.size() != to.size() || to.size() % item_bytes != 0) return false;
  const std::size_t n = to.size() / item_bytes;
  join_bytes(reinterpret_cast<const std::uint8_t*>(from.data()), n, n, item_bytes, reinterpret_cast<std::uint8_t*>(to.data()));
  return true;
}

bool Hdf5Unpacker::unpack(std::span<const Hdf5Filter> filters, std::uint32_t skipped, std::size_t item_bytes,
                          std::span<const std::byte> bytes, std::span<std::byte> out) {
  std::size_t n_left = 0;
  for (std::size_t i = 0; i < filters.size(); ++i) n_left += (skipped >> i & 1) == 0 ? 1U : 0U;
  if (n_left == 0) {
    if (bytes.size() != out.size()) return false;
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return true;
  }
  for (std::size_t i = filters.size(); i-- > 0;) {
    if ((skipped >> i & 1) != 0) continue;
    std::span<std::byte> to = out;
    if (--n_left > 0) {
      RawMemory<std::byte>& between = between_[n_left & 1];
      between.reserve(out.size());
      to = {between.data(), out.size()};
    }
    if (!undo(filters[i], item_bytes, bytes, to)) return false;
    bytes = to;
  }
  return true;
}

}  // namespace esieve
