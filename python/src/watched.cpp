// SPDX-License-Identifier: Apache-2.0
#include "watched.hpp"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

namespace py = pybind11;

namespace esieve::python {
namespace {

/// What the work and its watcher tell each other.
class Exchange {
 public:
  Continue report(const Progress& progress) {
    const std::lock_guard lock(mutex_);
    news_ = progress;
    changed_.notify_one();
    return stop_ ? Continue::stop : Continue::yes;
  }

  void finish(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
    finished_ = true;
    changed_.notify_one();
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }

  /// Waits for news, but no longer than Ctrl-C may wait for an answer. \returns whether the work has ended
  bool wait(std::optional<Progress>& news) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(50), [&] { return news_ || finished_; });
    news = std::exchange(news_, std::nullopt);
    return finished_;
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Progress> news_;
  std::exception_ptr error_;
  bool stop_ = false, finished_ = false;
};

/// \returns false where the work shall stop. \throws py::error_already_set
bool ask(const py::object& progress, const std::optional<Progress>& news) {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  return !news || progress.is_none() || !progress(news->frames_done, news->frames_total).is(py::handle(Py_False));
}

}  // namespace

void run_watched(const py::object& progress, const std::function<void(const ProgressCallback&)>& work) {
  Exchange exchange;
  std::jthread thread([&] {
    std::exception_ptr error;
    try {
      work([&](const Progress& p) { return exchange.report(p); });
    } catch (...) {
      error = std::current_exception();
    }
    exchange.finish(error);
  });
  std::optional<py::error_already_set> raised;
  for (bool ended = false, stopped = false; !ended;) {
    std::optional<Progress> news;
    {
      const py::gil_scoped_release release;
      ended = exchange.wait(news);
    }
    if (stopped) continue;
    try {
      stopped = !ask(progress, news);
    } catch (py::error_already_set& error) {
      raised.emplace(error);
      stopped = true;
    }
    if (stopped) exchange.stop();
  }
  thread.join();
  if (raised) throw *raised;
  exchange.rethrow();
}

}  // namespace esieve::python
