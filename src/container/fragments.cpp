// SPDX-License-Identifier: Apache-2.0
#include "container/fragments.hpp"

#include <algorithm>
#include <type_traits>

namespace esieve {
namespace {

/// What becomes of a frame when another fragment's comes.
enum class Merge : std::uint8_t { keep, replace, add };

Merge merge_of(FrameStatus known, FrameStatus next, bool sums) {
  if (next == FrameStatus::missing) return Merge::keep;
  if (sums && is_data(known) && is_data(next)) return Merge::add;
  return is_data(known) ? Merge::keep : Merge::replace;
}

void merge_into(FrameStatus& known, FrameStatus next, Merge how) {
  if (how == Merge::add) known = FrameStatus::summed;
  if (how == Merge::replace) known = next;
}

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

FragmentsByChunk fragments_by_chunk(const RecordingState& state) {
  std::map<std::uint64_t, std::map<std::uint32_t, const Fragment*>> by_epoch;
  for (const Fragment& fragment : state.tail) by_epoch[fragment.chunk][fragment.epoch] = &fragment;
  for (const Fragment& fragment : state.fragments) by_epoch[fragment.chunk][fragment.epoch] = &fragment;
  FragmentsByChunk result;
  for (const auto& [chunk, parts] : by_epoch)
    for (const auto& [epoch, fragment] : parts) result[chunk].push_back(fragment);
  return result;
}

std::vector<FrameStatus> merge_status(std::span<const Fragment* const> fragments) {
  std::vector<FrameStatus> status;
  for (const Fragment* fragment : fragments) {
    status.resize(std::max(status.size(), fragment->status.size()), FrameStatus::missing);
    for (std::size_t i = 0; i < fragment->status.size(); ++i)
      merge_into(status[i], fragment->status[i], merge_of(status[i], fragment->status[i], fragment->sums));
  }
  return status;
}

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
      const auto to = dense.subspan(i * frame_bytes, frame_bytes);
      const auto from = std::span(part).subspan(i * frame_bytes, frame_bytes);
      const Merge how = merge_of(status[i], fragment->status[i], fragment->sums);
      if (how == Merge::add) okay &= add_elements(to, from, parameters.dtype);
      if (how == Merge::replace) std::copy(from.begin(), from.end(), to.begin());
      merge_into(status[i], fragment->status[i], how);
    }
  }
  return okay;
}

}  // namespace esieve
