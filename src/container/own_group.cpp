// SPDX-License-Identifier: Apache-2.0
//
// /esieve: versions, flags and the index.
#include <ctime>

#include "container/layout.hpp"
#include "container/tree.hpp"
#include "esieve/version.hpp"

namespace esieve {
namespace {

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// Addresses in the first row, sizes in the second.
void write_chunk_table(hid_t group, const ChunkTable& chunks) {
  std::vector<std::uint64_t> table = chunks.addresses;
  table.insert(table.end(), chunks.sizes.begin(), chunks.sizes.end());
  const std::array<hsize_t, 2> dims = {2, chunks.addresses.size()};
  h5::write_dataset(group, layout::chunks, DType::u64, dims, table.data(), h5::Compress::gzip);
}

}  // namespace

void write_own(hid_t file, hid_t entry, const Contents& contents) {
  h5::set_text(file, layout::creator, "esieve " + std::string(library_version));
  h5::set_text(file, layout::file_time, now_utc());
  const bool indexed = contents.chunks.addresses.size() >= layout::min_indexed_chunks;
  const h5::Id group = h5::create_group(file, layout::own, indexed ? 3 : 2, 13);
  constexpr std::uint64_t required_features = 0;
  h5::set_text(group.get(), layout::version, container_version);
  h5::set_number(group.get(), layout::required_features, DType::u64, &required_features);
  const h5::Id electrons = h5::open_dataset(entry, std::string(layout::scan_image) + "/" + layout::counts);
  h5::link(electrons.get(), group.get(), layout::frame_electrons);
  if (contents.index.all_equal())
    h5::link(electrons.get(), group.get(), layout::frame_events);
  else
    contents.index.write_events(group.get(), layout::frame_events);
  if (indexed) write_chunk_table(group.get(), contents.chunks);
}

}  // namespace esieve
