// SPDX-License-Identifier: Apache-2.0
//
// The C struct of options as the C++ one.
#pragma once

#include "esieve/c/esieve.h"
#include "esieve/writer.hpp"

namespace esieve::c {

/// \throws UsageError  null, a wrong size, a number that names nothing, a null pointer to something with a length
WriterOptions to_writer_options(const esieve_writer_options* given);

}  // namespace esieve::c
