// SPDX-License-Identifier: Apache-2.0
#include "container/axes.hpp"

#include <vector>

#include "container/layout.hpp"

namespace esieve {

h5::Id write_axis(hid_t parent, const std::string& name, const Axis& axis, std::uint64_t size, bool navigate,
                  h5::Text kind) {
  std::vector<double> values(size);
  for (std::uint64_t i = 0; i < size; ++i) values[i] = axis.offset + static_cast<double>(i) * axis.scale;
  const hsize_t n = size;
  h5::Id dataset = h5::write_dataset(parent, name, DType::f64, {&n, 1}, values.data(), h5::Compress::gzip);
  h5::set_text(dataset.get(), layout::units, axis.units, kind);
  h5::set_text(dataset.get(), layout::axis_name, axis.name, kind);
  h5::set_number(dataset.get(), layout::axis_scale, DType::f64, &axis.scale);
  h5::set_number(dataset.get(), layout::axis_offset, DType::f64, &axis.offset);
  h5::set_number(dataset.get(), layout::axis_size, DType::u64, &size);
  h5::set_attribute_bool(dataset.get(), layout::axis_navigate, navigate);
  return dataset;
}

Axis read_axis(hid_t parent, const std::string& name) {
  Axis axis;
  axis.name = name;
  if (!h5::exists(parent, name)) return axis;
  const h5::Id dataset = h5::open_dataset(parent, name);
  axis.units = h5::string_attribute(dataset.get(), layout::units).value_or(axis.units);
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
