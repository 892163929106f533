// SPDX-License-Identifier: Apache-2.0
//
// What oneTBB orders, said to the thread sanitizer, which cannot see into a library that was not compiled for it. Without
// the sanitizer all of this is empty.
#pragma once

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace esieve {

#if defined(__SANITIZE_THREAD__)
inline void publish(const void* tag) { __tsan_release(const_cast<void*>(tag)); }
inline void observe(const void* tag) { __tsan_acquire(const_cast<void*>(tag)); }
#else
inline void publish(const void*) {}
inline void observe(const void*) {}
#endif

/// Tasks see what was done before they were started, and who waits for them sees what they did.
class ForkJoin {
 public:
  ForkJoin() { publish(&fork_); }
  /// The first thing a task does: even what it has captured was written by another thread.
  static void enter() { observe(&fork_); }
  ~ForkJoin() { observe(&join_); }
  ForkJoin(const ForkJoin&) = delete;
  ForkJoin& operator=(const ForkJoin&) = delete;

  class Task {
   public:
    explicit Task(const ForkJoin& of) : of_(of) {}
    ~Task() { publish(&of_.join_); }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

   private:
    const ForkJoin& of_;
  };

 private:
  static inline char fork_ = 0;  // of all: told apart they would have to be captured
  char join_ = 0;
};

/// One at a time, each seeing what those before it did.
class Turns {
 public:
  class Turn {
   public:
    explicit Turn(const Turns& of) : of_(of) { observe(&of_); }
    ~Turn() { publish(&of_); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    const Turns& of_;
  };
};

}  // namespace esieve
