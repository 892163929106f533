// SPDX-License-Identifier: Apache-2.0
//
// /esieve: the index.
#include "container/layout.hpp"
#include "container/tree.hpp"

namespace esieve {
namespace {

/// Addresses in the first row, sizes in the second.
h5::Id make_chunk_table(hid_t file, const ChunkTable& chunks) {
  std::vector<std::uint64_t> table = chunks.addresses;
  table.insert(table.end(), chunks.sizes.begin(), chunks.sizes.end());
  const std::array<hsize_t, 2> dims = {2, chunks.addresses.size()};
  return h5::make_array(file, DType::u64, dims, table.data(), {});
}

}  // namespace

h5::Id make_own_group(const Contents& contents, const Shared& shared) {
  std::vector<h5::Link> links;
  h5::Id events, chunks;
  if (contents.extras.frame_events) {
    links.push_back({layout::frame_electrons, shared.electrons.get()});
    if (!contents.index.all_equal()) events = contents.index.make_events(contents.file, scan_dims(contents.info));
    links.push_back({layout::frame_events, events ? events.get() : shared.electrons.get()});
  }
  if (contents.chunks.addresses.size() >= layout::min_indexed_chunks) {
    chunks = make_chunk_table(contents.file, contents.chunks);
    links.push_back({layout::chunks, chunks.get()});
  }
  if (links.empty()) return {};
  return h5::make_group(contents.file, {{layout::nx_class, std::string("NXcollection")}}, links);
}

}  // namespace esieve
