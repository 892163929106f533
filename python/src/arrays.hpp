// SPDX-License-Identifier: Apache-2.0
//
// Between NumPy arrays and the library's spans and vectors, without copies.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <esieve/dtype.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace esieve::python {

using Shape = std::vector<pybind11::ssize_t>;

/// The vector's memory as an array that owns it. An empty shape: one-dimensional.
template <class T>
pybind11::array_t<T> to_array(std::vector<T> values, Shape shape = {}) {
  auto* kept = new std::vector<T>(std::move(values));
  const pybind11::capsule owner(kept, [](void* p) { delete static_cast<std::vector<T>*>(p); });
  if (shape.empty()) shape = {static_cast<pybind11::ssize_t>(kept->size())};
  return pybind11::array_t<T>(shape, kept->data(), owner);
}

/// An argument that is already of this type and C-contiguous is not copied.
template <class T>
using Values = pybind11::array_t<T, pybind11::array::c_style | pybind11::array::forcecast>;

template <class T>
std::span<const T> span_of(const Values<T>& values) {
  return {values.data(), static_cast<std::size_t>(values.size())};
}

inline std::span<const std::byte> bytes_of(const pybind11::array& values) {
  return {static_cast<const std::byte*>(values.data()), static_cast<std::size_t>(values.nbytes())};
}

inline pybind11::dtype numpy_dtype(DType dtype) { return pybind11::dtype(std::string(dtype_name(dtype))); }

}  // namespace esieve::python
