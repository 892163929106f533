// SPDX-License-Identifier: Apache-2.0
//
// Memory that coders keep from block to block, so that a steady state allocates nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace esieve::codec {

/// Of larger blocks packing does not keep its memory: it is several times the block, for each thread.
inline constexpr std::size_t most_kept_bytes = std::size_t{4} << 20;

/// A bag with one workspace of each type asked for. Not shared between threads: one per thread.
class Scratch {
 public:
  bool past_caches = false;  ///< A wish: what is decoded now will not be read soon.

  /// The workspace of type `Workspace`, default-constructed at the first call. Its contents are
  /// whatever the last block left. The reference holds as long as the scratch.
  template <class Workspace>
  Workspace& get() {
    static const char key = 0;
    for (Entry& entry : entries_)
      if (entry.key == &key) return *static_cast<Workspace*>(entry.workspace.get());
    entries_.push_back({&key, std::make_shared<Workspace>()});
    return *static_cast<Workspace*>(entries_.back().workspace.get());
  }

 private:
  struct Entry {
    const void* key;
    std::shared_ptr<void> workspace;
  };
  std::vector<Entry> entries_;
};

}  // namespace esieve::codec
