// SPDX-License-Identifier: Apache-2.0
#include "codec/gaps/run_stream.hpp"

#include <algorithm>
#include <array>

namespace esieve::codec::gaps {

RunWriter::Room RunWriter::begin(const Cdf16& cdf, unsigned n_low_bits, std::size_t most) {
  symbols_.reserve(n_tokens_ + most + run_spare, n_tokens_);
  low_.reserve(n_tokens_ + most + run_spare, n_tokens_);
  runs_.push_back({RunLaw(cdf, n_low_bits), n_tokens_, 0});
  return {symbols_.data() + n_tokens_, low_.data() + n_tokens_};
}

void RunWriter::end(std::size_t n) {
  runs_.back().n = n;
  n_tokens_ += n;
}

void RunWriter::append(std::vector<std::byte>& out) {
  const bool is_long = this->is_long();
  const RunKernels& kernels = is_long ? run_kernels() : run_kernels_few;
  const std::size_t most_words = 2 * n_tokens_ + run_spare;
  words_.reserve(most_words);
  std::uint16_t* const end = words_.data() + most_words;
  std::uint16_t* top = end;
  alignas(64) std::array<std::uint32_t, most_lanes> states;
  states.fill(lane_floor);
  // A loop loads whole vectors: what it takes for symbols beyond the last is picked from tables.
  std::fill_n(symbols_.data() + n_tokens_, n_tokens_ == 0 ? 0 : run_spare, std::uint8_t{0});
  for (std::size_t r = runs_.size(); r-- > 0;) {
    const Run& run = runs_[r];
    top = kernels.write(states.data(), {run.law, symbols_.data() + run.first, low_.data() + run.first, run.n}, top);
  }
  const std::size_t n_words_bytes = static_cast<std::size_t>(end - top) * sizeof *top, at = out.size();
  const std::size_t n_states_bytes = RunReader::states_bytes(is_long);
  out.resize(at + n_words_bytes + n_states_bytes);
  if (n_words_bytes != 0) std::memcpy(out.data() + at, top, n_words_bytes);
  std::memcpy(out.data() + at + n_words_bytes, states.data(), n_states_bytes);
}

}  // namespace esieve::codec::gaps
