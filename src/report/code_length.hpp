// SPDX-License-Identifier: Apache-2.0
//
// Lengths, in bits, of ideal codes that learn what they need to know.
#pragma once

#include <cstdint>
#include <map>

namespace esieve {

/// A length, and what of it a code would save that knew the parameters beforehand.
struct CodeLength {
  double bits = 0;
  double learning_bits = 0;

  CodeLength& operator+=(const CodeLength& other) {
    bits += other.bits;
    learning_bits += other.learning_bits;
    return *this;
  }
};

/// `sum` counts in `n_frames` frames of a pixel whose rate has a gamma prior, without the terms log2(count!), which do
/// not depend on the rate.
/// \param prior_rate  mean of the prior, > 0
/// \param strength    frames that the prior is worth, > 0
CodeLength poisson_length(double sum, double n_frames, double prior_rate, double strength);

/// `n_events` hits in `n_frames` frames of a pixel whose occupancy has a beta prior.
/// \param prior_occupancy  mean of the prior, in (0, 1)
/// \param strength         frames that the prior is worth, > 0
CodeLength occupancy_length(double n_events, double n_frames, double prior_occupancy, double strength);

/// Values with their frequencies, coded with an adaptive histogram; values not met before are spelt out.
CodeLength histogram_length(const std::map<std::uint64_t, std::uint64_t>& frequencies);

}  // namespace esieve
