// SPDX-License-Identifier: Apache-2.0
//
// The C++ side of the Python package, a file a topic. What users see is in esieve/*.py; _esieve.pyi lists what is here.
#pragma once

#include <pybind11/pybind11.h>

namespace esieve::python {

void bind_reader(pybind11::module_& m);
void bind_writer(pybind11::module_& m);
void bind_files(pybind11::module_& m);  ///< convert, verify, recover, bench

}  // namespace esieve::python
