// SPDX-License-Identifier: Apache-2.0
#include "esieve/version.hpp"

namespace esieve {

std::string_view linked_version() { return library_version; }

}  // namespace esieve
