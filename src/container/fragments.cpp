// SPDX-License-Identifier: Apache-2.0
//
// Parts of a chunk put together.
#include <algorithm>

#include "container/journal.hpp"
#include "esieve/dtype.hpp"

namespace esieve {
namespace {

template <class T>
bool add_as(std::byte* a, const std::byte* b, std::size_t n) {
  T* sums = reinterpret_cast<T*>(a);
  const T* values = reinterpret_cast<const T*>(b);
  bool fits = true;
  for (std::size_t i = 0; i < n; ++i) {
    if constexpr (std::is_integral_v<T>) {
      fits &= !__builtin_add_overflow(sums[i], values[i], &sums[i]);
    } else {
      sums[i] += values[i];
    }
  }
  return fits;
}

}  // namespace

bool add_elements(std::span<std::byte> a, std::span<const std::byte> b, DType dtype) {
  return visit_dtype(dtype, [&]<class T>(T) { return add_as<T>(a.data(), b.data(), a.size() / sizeof(T)); });
}

bool merge_fragments(std::span<const Fragment* const> fragments, const ChunkParameters& parameters, ChunkCodec& codec,
                     std::span<std::byte> dense, std::vector<FrameStatus>& status) {
  std::fill(dense.begin(), dense.end(), std::byte{0});
  status.clear();
  std::vector<std::byte> part(dense.size());
  const std::size_t frame_bytes = dense.size() / parameters.n_frames;
  bool okay = true;
  for (const Fragment* fragment : fragments) {
    if (fragment->status.size() > parameters.n_frames || codec.decode(fragment->bytes, parameters, part) != ChunkStatus::okay) {
      okay = false;
      continue;
    }
    status.resize(std::max(status.size(), fragment->status.size()), FrameStatus::missing);
    for (std::size_t i = 0; i < fragment->status.size(); ++i) {
      if (fragment->status[i] == FrameStatus::missing) continue;
      const auto to = dense.subspan(i * frame_bytes, frame_bytes);
      const auto from = std::span(part).subspan(i * frame_bytes, frame_bytes);
      if (fragment->sums && is_data(status[i]) && is_data(fragment->status[i])) {
        okay &= add_elements(to, from, parameters.dtype);
        status[i] = FrameStatus::summed;
      } else if (!is_data(status[i])) {
        std::copy(from.begin(), from.end(), to.begin());
        status[i] = fragment->status[i];
      }
    }
  }
  return okay;
}

}  // namespace esieve
