// SPDX-License-Identifier: Apache-2.0
#include "container/axes.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "container/layout.hpp"

namespace esieve {
namespace {

/// A ramp compresses so well that gzip pays early.
constexpr std::uint64_t min_gzip_axis_bytes = 192;

/// offset + i · scale, to within a millionth of a step: the last bytes are then zeros, and gzip takes half. Scale and offset are
/// in the attributes with full precision.
std::vector<double> values_of(const Axis& axis, std::uint64_t size) {
  constexpr int bits_within_step = 20;
  const double unit = std::isnormal(axis.scale) ? std::ldexp(1.0, std::ilogb(axis.scale) - bits_within_step) : 0;
  std::vector<double> values(size);
  for (std::uint64_t i = 0; i < size; ++i) {
    values[i] = axis.offset + static_cast<double>(i) * axis.scale;
    if (!std::isnormal(unit)) continue;
    if (const double n_units = values[i] / unit; std::abs(n_units) < 0x1p52) values[i] = std::nearbyint(n_units) * unit;
  }
  return values;
}

}  // namespace

h5::Attributes axis_attributes(const Axis& axis, bool navigate, AxisUse use) {
  const auto text = [use](const std::string& value) {
    return use == AxisUse::emd ? h5::Attribute::Value(h5::VariableText{value}) : h5::Attribute::Value(value);
  };
  h5::Attributes attributes = {{layout::units, text(axis.units)}};
  if (use != AxisUse::nexus) {
    attributes.push_back({layout::axis_name, text(axis.name)});
    attributes.push_back({layout::axis_navigate, navigate});
  }
  if (axis.scale != 1) attributes.push_back({layout::axis_scale, axis.scale});
  if (axis.offset != 0) attributes.push_back({layout::axis_offset, axis.offset});
  return attributes;
}

h5::Id make_axis(hid_t file, const Axis& axis, std::uint64_t size, Precision precision, const h5::Attributes& attributes) {
  const std::vector<double> values = values_of(axis, size);
  const hsize_t n = size;
  const auto make = [&]<class T>(T, DType dtype) {
    const std::vector<T> narrow(values.begin(), values.end());
    return h5::make_array(file, dtype, {&n, 1}, narrow.data(), attributes, min_gzip_axis_bytes);
  };
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  const bool integers = std::trunc(axis.scale) == axis.scale && std::trunc(axis.offset) == axis.offset;
  if (integers && *lowest >= -32768 && *highest <= 32767) return make(std::int16_t{}, DType::i16);
  if (integers && *lowest >= -2147483648.0 && *highest <= 2147483647.0) return make(std::int32_t{}, DType::i32);
  return precision == Precision::low ? make(float{}, DType::f32) : make(double{}, DType::f64);
}

Axis read_axis(hid_t parent, const std::string& name, const std::optional<std::string>& units) {
  Axis axis;
  axis.name = name;
  if (!h5::exists(parent, name)) return axis;
  const h5::Id dataset = h5::open_dataset(parent, name);
  axis.units = units ? *units : h5::string_attribute(dataset.get(), layout::units).value_or(axis.units);
  axis.scale = h5::double_attribute(dataset.get(), layout::axis_scale).value_or(axis.scale);
  axis.offset = h5::double_attribute(dataset.get(), layout::axis_offset).value_or(axis.offset);
  return axis;
}

Axis binned(const Axis& axis, std::uint32_t factor) {
  Axis result = axis;
  result.offset += axis.scale * (factor - 1) / 2;
  result.scale *= factor;
  return result;
}

}  // namespace esieve
