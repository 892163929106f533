// SPDX-License-Identifier: Apache-2.0
//
// The figures that both forms of a report show, worked out once.
#pragma once

#include <cstdint>
#include <optional>

#include "esieve/report.hpp"

namespace esieve {

/// What a report may claim. In JSON by name.
enum class Verdict : std::uint8_t {
  not_verified,          ///< Only the index was read.
  self_consistent,       ///< All checks of the file against itself hold; there was no source.
  lossless,              ///< Equal to the source's frames, bit for bit.
  equal_to_thresholded,  ///< Equal to the source's frames after the recorded thresholding, bit for bit.
  damaged,               ///< The file contradicts itself.
  different,             ///< The file is sound but not equal to the source.
};

const char* name_of(Verdict verdict);

struct Figures {
  Verdict verdict = Verdict::not_verified;
  double occupancy = 0;                     ///< Share of elements that are not zero, 0 to 1.
  double dense_ratio = 0;                   ///< Dense bytes per stored byte.
  std::optional<double> bits_per_event;     ///< Of the whole file; absent without events.
  std::optional<double> blosc_dense_ratio;  ///< Dense bytes per byte of dense Blosc storage.
  std::optional<double> blosc_ratio;        ///< Bytes of dense Blosc storage per stored byte.
  std::optional<double> floor_ratio;        ///< Stored bits per bit of the known floor, at least 1.
  std::optional<double> entropy_ratio;      ///< Stored bits per bit of the entropy estimate.
};

Figures work_out(const Report& report);

}  // namespace esieve
