// SPDX-License-Identifier: Apache-2.0
//
// What can go wrong outside our own code, as one small family of exceptions.
//
// Messages are one line: the problem, (why it is one), what to do. A difference found by the verifier is a
// result, not an error.
#pragma once

#include <stdexcept>
#include <string>

#include "esieve/export.hpp"

namespace esieve {

/// Base of everything this library throws on purpose. `what()` is one line fit for a user.
class ESIEVE_API Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The request cannot be carried out as asked: a wrong option, a scan shape that does not fit, an output that exists.
class ESIEVE_API UsageError : public Error {
 public:
  using Error::Error;
};

/// A file is damaged, truncated, or not of the kind it should be.
class ESIEVE_API DataError : public Error {
 public:
  using Error::Error;
};

/// A sound file that this version cannot read: a later format, a missing filter.
class ESIEVE_API UnsupportedError : public DataError {
 public:
  using DataError::DataError;
};

/// The operating system refused: missing file, no permission, disk full.
class ESIEVE_API IoError : public Error {
 public:
  using Error::Error;
};

/// A progress callback asked to stop. Nothing was left under a final name.
class ESIEVE_API Interrupted : public Error {
 public:
  using Error::Error;
};

}  // namespace esieve
