// SPDX-License-Identifier: Apache-2.0
//
// Wakes a thread without ever waiting for it, which signalling a condition variable of glibc may do: for a thread that was woken
// before and has not run since. std::counting_semaphore of GCC 12 may miss a wake-up (GCC bug 104928).
#pragma once

#include <semaphore.h>

#include <cerrno>

namespace esieve {

/// Any number of threads may use it.
class Semaphore {
 public:
  /// \param n  so many `acquire` go through at once
  explicit Semaphore(unsigned n = 0) { ::sem_init(&semaphore_, 0, n); }
  ~Semaphore() { ::sem_destroy(&semaphore_); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  /// Lets one `acquire` through, now or later.
  void release() { ::sem_post(&semaphore_); }
  bool try_acquire() { return ::sem_trywait(&semaphore_) == 0; }
  void acquire() {
    while (::sem_wait(&semaphore_) != 0 && errno == EINTR) {
    }
  }

 private:
  ::sem_t semaphore_;
};

}  // namespace esieve
