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
  /// The work waits for the answer: it goes no further than where it was told to stop.
  Continue report(const Progress& progress) {
    std::unique_lock lock(mutex_);
    news_ = progress;
    changed_.notify_one();
    answered_.wait(lock, [&] { return !news_ || stop_; });
    return stop_ ? Continue::stop : Continue::yes;
  }

  void finish(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
    finished_ = true;
    changed_.notify_one();
  }

  /// \param to  what `wait` gave: news of later are not answered
  void answer(Continue what, const std::optional<Progress>& to) {
    const std::lock_guard lock(mutex_);
    if (to) news_.reset();
    if (what == Continue::stop) stop_ = true;
    answered_.notify_one();
  }

  /// Waits for news, but no longer than Ctrl-C may wait for an answer. \returns whether the work has ended
  bool wait(std::optional<Progress>& news) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(50), [&] { return news_ || finished_; });
    news = news_;
    return finished_;
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_, answered_;
  std::optional<Progress> news_;
  std::exception_ptr error_;
  bool stop_ = false, finished_ = false;
};

/// \throws py::error_already_set
Continue ask(const py::object& progress, const std::optional<Progress>& news) {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  if (!news || progress.is_none()) return Continue::yes;
  return progress(news->frames_done, news->frames_total).is(py::handle(Py_False)) ? Continue::stop : Continue::yes;
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
  for (bool ended = false; !ended;) {
    std::optional<Progress> news;
    {
      const py::gil_scoped_release release;
      ended = exchange.wait(news);
    }
    Continue what = Continue::stop;
    try {
      if (!raised) what = ask(progress, news);
    } catch (py::error_already_set& error) {
      raised.emplace(error);
    }
    exchange.answer(what, news);
  }
  thread.join();
  if (raised) throw *raised;
  exchange.rethrow();
}

}  // namespace esieve::python
