// SPDX-License-Identifier: Apache-2.0
//
// Long work under the eyes of Python: it reports its progress and heeds Ctrl-C.
#pragma once

#include <pybind11/pybind11.h>

#include <esieve/progress.hpp>
#include <functional>

namespace esieve::python {

/// Runs `work` in a thread of its own without the GIL, and calls `progress` (frames done, frames in all) in the caller's.
///
/// `progress` is None or a callable. Where it returns False the work is stopped and throws `Interrupted`; where it raises,
/// or a signal handler does (Ctrl-C), the work is stopped and that exception is thrown. \throws what `work` throws
void run_watched(const pybind11::object& progress, const std::function<void(const ProgressCallback&)>& work);

/// The same for work that yields something.
template <class Work>
auto watched(const pybind11::object& progress, const Work& work) {
  decltype(work(ProgressCallback())) result;
  run_watched(progress, [&](const ProgressCallback& callback) { result = work(callback); });
  return result;
}

}  // namespace esieve::python
