// SPDX-License-Identifier: Apache-2.0
//
// The extension module: exceptions, constants, and what the other files bind.
#include <esieve/codec.hpp>
#include <esieve/error.hpp>
#include <esieve/version.hpp>

#include "bindings.hpp"

namespace py = pybind11;
using namespace esieve;

namespace {

/// A translator is asked before those registered earlier: derived classes come later.
template <class E>
py::object bind_error(py::module_& m, const char* name, const py::object& bases, const char* documentation) {
  py::object error = py::register_exception<E>(m, name, bases.ptr());
  error.doc() = documentation;
  return error;
}

void bind_errors(py::module_& m) {
  const auto python = [](PyObject* base) { return py::reinterpret_borrow<py::object>(base); };
  const py::object error = bind_error<Error>(m, "Error", python(PyExc_RuntimeError), "Base of all the errors of this package.");
  const auto and_error = [&](PyObject* other) { return py::make_tuple(error, python(other)); };
  bind_error<UsageError>(m, "UsageError", and_error(PyExc_ValueError), "The request cannot be carried out as asked.");
  const py::object data = bind_error<DataError>(m, "DataError", error, "A file is damaged, or not of the kind it should be.");
  bind_error<UnsupportedError>(m, "UnsupportedError", data, "A sound file that this version cannot read.");
  bind_error<IoError>(m, "IoError", and_error(PyExc_OSError), "The operating system refused: no such file, disk full, ...");
  bind_error<Interrupted>(m, "Interrupted", error, "A progress callback asked to stop; nothing is left under a final name.");
}

}  // namespace

PYBIND11_MODULE(_esieve, m) {
  bind_errors(m);
  m.attr("version") = std::string(linked_version());
  m.attr("filter_id") = filter_id;
  python::bind_reader(m);
  python::bind_writer(m);
  python::bind_files(m);
}
