// SPDX-License-Identifier: Apache-2.0
//
// Calibrated axes as datasets that serve every convention at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "esieve/source.hpp"
#include "h5/compact.hpp"

namespace esieve {

/// Which conventions an axis serves, each including those before it.
enum class AxisUse : std::uint8_t { nexus, hyperspy, emd };

h5::Attributes axis_attributes(const Axis& axis, bool navigate, AxisUse use);

/// Of axis values that are not integers: f32 or f64, these to a millionth of a step.
enum class Precision : std::uint8_t { low, full };

/// The values of `axis` as a 1-D dataset, without a name yet: integers if that is what they are, else floats.
h5::Id make_axis(hid_t file, const Axis& axis, std::uint64_t size, Precision precision, const h5::Attributes& attributes);

/// The axis of an event file; the default where it is missing or says nothing.
/// \param units  if they are known from elsewhere
Axis read_axis(hid_t parent, const std::string& name, const std::optional<std::string>& units);

/// Axis whose value i stands for values [i * factor, (i + 1) * factor) of `axis`.
Axis binned(const Axis& axis, std::uint32_t factor);

}  // namespace esieve
