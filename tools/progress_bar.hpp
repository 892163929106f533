// SPDX-License-Identifier: Apache-2.0
//
// A progress line with rate and time left on a terminal, nothing in a pipe; and the Ctrl-C flag.
#pragma once

#include <chrono>
#include <string>

#include "esieve/progress.hpp"

namespace esieve::tools {

/// Signal handler: the running work stops at its next progress report, leaving nothing half-written. A second
/// signal ends the program at once.
void request_stop(int signal);
bool stop_was_requested();

class ProgressBar {
 public:
  explicit ProgressBar(std::string title);
  ~ProgressBar();  ///< Erases the line.
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// For the library. Valid while this object lives.
  ProgressCallback callback();

 private:
  void draw(const Progress& progress);

  std::string title_;
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point started_, last_drawn_;
};

}  // namespace esieve::tools
