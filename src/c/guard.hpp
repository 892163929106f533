// SPDX-License-Identifier: Apache-2.0
//
// The border of the C interface: exceptions stay on this side, codes and messages go over.
#pragma once

#include <mutex>
#include <string>

#include "esieve/c/esieve.h"
#include "esieve/error.hpp"

namespace esieve::c {

/// The message of a handle. Any number of threads may use it.
class Message {
 public:
  void set(const char* text) noexcept;

  /// Valid until this thread calls it again, for whatever handle.
  const char* get() const noexcept;

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

/// What `esieve_last_message` says on this thread.
void set_last_message(const std::string& text) noexcept;

/// The code of the exception being handled; its text becomes the message of this thread, and of `message` unless null.
/// \pre inside a catch block
esieve_status report_exception(Message* message) noexcept;

/// Does `work` and returns its code; every exception becomes one. The only way from a C function to the library.
template <class Work>
esieve_status guarded(Message* message, const Work& work) noexcept {
  try {
    return work();
  } catch (...) {
    return report_exception(message);
  }
}

/// The same with a handle, which may be null, and whose member `message` gets the text.
template <class Handle, class Work>
esieve_status guarded_with(Handle* handle, const char* what, const Work& work) noexcept {
  return guarded(handle == nullptr ? nullptr : &handle->message, [&]() -> esieve_status {
    if (handle == nullptr) throw UsageError(std::string("no ") + what + " was given (it is NULL)");
    work();
    return ESIEVE_OKAY;
  });
}

/// \throws UsageError  `pointer` is null
template <class T>
T& deref(T* pointer, const char* name) {
  if (pointer == nullptr) throw UsageError(std::string(name) + " is NULL");
  return *pointer;
}

}  // namespace esieve::c
