// SPDX-License-Identifier: Apache-2.0
#include "c/guard.hpp"

#include <exception>
#include <new>

#include "esieve/version.hpp"

namespace esieve::c {
namespace {

constexpr const char* no_memory = "out of memory";  // short enough for std::string to keep without any

void assign(std::string& to, const char* text) noexcept {
  try {
    to = text;
  } catch (...) {
    to = no_memory;
  }
}

std::string& last_message() {
  static thread_local std::string text;
  return text;
}

esieve_status reported(Message* message, esieve_status code, const char* text) noexcept {
  assign(last_message(), text);
  if (message != nullptr) message->set(text);
  return code;
}

}  // namespace

void Message::set(const char* text) noexcept {
  const std::lock_guard lock(mutex_);
  assign(text_, text);
}

const char* Message::get() const noexcept {
  static thread_local std::string copy;
  const std::lock_guard lock(mutex_);
  assign(copy, text_.c_str());
  return copy.c_str();
}

void set_last_message(const std::string& text) noexcept { assign(last_message(), text.c_str()); }

esieve_status report_exception(Message* message) noexcept {
  try {
    throw;
  } catch (const UsageError& error) {
    return reported(message, ESIEVE_USAGE, error.what());
  } catch (const IoError& error) {
    return reported(message, ESIEVE_IO, error.what());
  } catch (const UnsupportedError& error) {
    return reported(message, ESIEVE_UNSUPPORTED, error.what());
  } catch (const Error& error) {
    return reported(message, ESIEVE_BAD_DATA, error.what());
  } catch (const std::bad_alloc&) {
    return reported(message, ESIEVE_NO_MEMORY, no_memory);
  } catch (const std::exception& error) {
    return reported(message, ESIEVE_INTERNAL, error.what());
  } catch (...) {
    return reported(message, ESIEVE_INTERNAL, "internal error, please report it");
  }
}

}  // namespace esieve::c

const char* esieve_version() { return esieve::library_version.data(); }

const char* esieve_last_message() { return esieve::c::last_message().c_str(); }
