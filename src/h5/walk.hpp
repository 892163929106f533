// SPDX-License-Identifier: Apache-2.0
//
// Everything that can be reached in a file, external links followed, each object once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "h5/h5.hpp"

namespace esieve::h5 {

enum class ObjectKind : std::uint8_t {
  group,
  dataset,
  repeated,     ///< A further hard link to an object listed before, whose path is `target`.
  soft_link,    ///< Not followed; `target` as it is stored.
  broken_link,  ///< An external link that leads nowhere; `target` is "FILE:/path".
};

struct Object {
  std::string path;
  ObjectKind kind = ObjectKind::group;
  std::string target;  ///< Of links; "FILE:/path" for what an external link leads to; else empty.
};

/// The objects below and including the root group, parents before children, siblings by name.
///
/// Stops after `max_objects`, so that a hostile file costs no more than that.
std::vector<Object> walk(hid_t file, std::size_t max_objects = 100'000);

}  // namespace esieve::h5
