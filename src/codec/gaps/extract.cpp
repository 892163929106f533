// SPDX-License-Identifier: Apache-2.0
//
// Dense counts to events.
#include "codec/gaps/extract.hpp"

#include "base/cpu.hpp"
#include "base/lit_mask.hpp"
#include "codec/gaps/extract_kernels.hpp"

namespace esieve::codec::gaps {
namespace {

template <class Count>
std::size_t extract(const Count* frame, std::size_t n_pixels, std::uint32_t* pixels, std::uint32_t* counts) {
  return extract_with<PutPlain>(frame, n_pixels, pixels, counts, [](const Count* at) { return lit_mask(at); });
}

auto kernel_of(const std::uint8_t*) { return extract_kernels().one_byte; }
auto kernel_of(const std::uint16_t*) { return extract_kernels().two_bytes; }
auto kernel_of(const std::uint32_t*) { return extract_kernels().four_bytes; }

}  // namespace

const ExtractKernels extract_baseline = {extract<std::uint8_t>, extract<std::uint16_t>, extract<std::uint32_t>};

const ExtractKernels& extract_kernels() {
#if defined(__x86_64__)
  switch (instruction_set()) {
    case InstructionSet::avx512: return extract_avx512;
    case InstructionSet::avx2: return extract_avx2;
    case InstructionSet::baseline: break;
  }
#endif
  return extract_baseline;
}

template <class Count>
std::size_t extract_frame(const Count* frame, std::size_t n_pixels, std::uint32_t* pixels, std::uint32_t* counts) {
  return kernel_of(frame)(frame, n_pixels, pixels, counts);
}

template std::size_t extract_frame(const std::uint8_t*, std::size_t, std::uint32_t*, std::uint32_t*);
template std::size_t extract_frame(const std::uint16_t*, std::size_t, std::uint32_t*, std::uint32_t*);
template std::size_t extract_frame(const std::uint32_t*, std::size_t, std::uint32_t*, std::uint32_t*);

template <class Count>
bool extract_events(const Count* counts, const BlockShape& shape, std::size_t most_events, ExtractedEvents& events,
                    const std::function<void(std::size_t)>& looked_at) {
  const std::size_t n_pixels = shape.n_pixels();
  const auto kernel = kernel_of(counts);
  events.n_events = 0;
  events.frame_events.resize(shape.n_frames);
  for (std::uint32_t f = 0; f < shape.n_frames; ++f) {
    events.reserve(n_pixels);
    const std::size_t n =
        kernel(counts + f * n_pixels, n_pixels, events.pixels.data() + events.n_events, events.counts.data() + events.n_events);
    events.frame_events[f] = static_cast<std::uint32_t>(n);
    events.n_events += n;
    if (events.n_events > most_events) return false;
    if (looked_at) looked_at(f + 1);
  }
  return true;
}

template bool extract_events(const std::uint8_t*, const BlockShape&, std::size_t, ExtractedEvents&,
                             const std::function<void(std::size_t)>&);
template bool extract_events(const std::uint16_t*, const BlockShape&, std::size_t, ExtractedEvents&,
                             const std::function<void(std::size_t)>&);
template bool extract_events(const std::uint32_t*, const BlockShape&, std::size_t, ExtractedEvents&,
                             const std::function<void(std::size_t)>&);

}  // namespace esieve::codec::gaps
