// SPDX-License-Identifier: Apache-2.0
//
// The extension module: exceptions, constants, and what the other files bind.
#include "bindings.hpp"

#include <esieve/codec.hpp>
#include <esieve/error.hpp>
#include <esieve/version.hpp>

namespace py = pybind11;
using namespace esieve;

PYBIND11_MODULE(_esieve, m) {
  // A translator is asked before those registered earlier: derived classes come later.
  const auto error = py::register_exception<Error>(m, "Error", PyExc_RuntimeError);
  const auto with = [&](PyObject* other) { return py::make_tuple(error, py::reinterpret_borrow<py::object>(other)); };
  py::register_exception<UsageError>(m, "UsageError", with(PyExc_ValueError).ptr());
  const auto data_error = py::register_exception<DataError>(m, "DataError", error);
  py::register_exception<UnsupportedError>(m, "UnsupportedError", data_error);
  py::register_exception<IoError>(m, "IoError", with(PyExc_OSError).ptr());
  py::register_exception<Interrupted>(m, "Interrupted", error);
  m.attr("version") = std::string(linked_version());
  m.attr("filter_id") = filter_id;
  python::bind_reader(m);
  python::bind_writer(m);
  python::bind_files(m);
}
