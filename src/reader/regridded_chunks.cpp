// SPDX-License-Identifier: Apache-2.0
#include "reader/regridded_chunks.hpp"

#include <algorithm>

#include "container/layout.hpp"
#include "esieve/error.hpp"
#include "reader/gather_frames.hpp"

namespace esieve {
namespace {

std::string map_path() { return std::string(layout::own_path) + "/" + layout::original_frames; }

std::unique_ptr<ChunkStore> open_original(const FileInfo& info) {
  const std::filesystem::path path = info.path.parent_path() / info.source_path;  // an absolute one stays as it is
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    throw DataError(info.path.string() + " shows frames of " + path.string() + ", which is not there; put it back");
  EventFile original = open_event_file(path);
  if (original.regridded)
    throw DataError(info.path.string() + " shows frames of " + path.string() + ", which has none of its own");
  return std::make_unique<Hdf5Chunks>(std::move(original));
}

std::vector<std::uint64_t> read_map(const EventFile& file, const FileInfo& original) {
  const std::uint64_t n = file.info.scan.n_frames();
  auto frames = h5::read_dataset<std::uint64_t>(file.file.get(), map_path(), n);
  const std::uint64_t n_original = original.scan.n_frames();
  if (frames.size() != n || std::any_of(frames.begin(), frames.end(), [&](auto f) { return f != no_frame && f >= n_original; }))
    throw DataError(file.info.path.string() + " has a map of frames that are not there");
  return frames;
}

}  // namespace

RegriddedChunks::RegriddedChunks(EventFile file, std::unique_ptr<ChunkStore> original, std::vector<std::uint64_t> frames)
    : Hdf5Chunks(std::move(file)), original_(std::move(original)), frames_(std::move(frames)) {}

void RegriddedChunks::fetch(std::uint64_t i, std::vector<std::byte>& bytes) const {
  const FrameRange range = info().grid.frames(i, info().scan);
  std::vector<std::byte> dense(range.count * info().frame_bytes());
  gather_frames(*original_, pool_, std::span(frames_).subspan(range.first, range.count), dense);
  bytes.clear();
  ChunkCodec().encode(dense, info().chunk_parameters, range.first, bytes);
}

std::unique_ptr<ChunkStore> open_regridded(EventFile file) {
  auto original = open_original(file.info);
  const FileInfo& of = original->info();
  const h5::Lock lock;
  const h5::Id map = h5::open_dataset(file.file.get(), map_path());
  const std::string digest = h5::string_attribute(map.get(), layout::original_digest).value_or("");
  if (of.digest != digest || of.detector != file.info.detector || of.dtype != file.info.dtype)
    throw DataError(file.info.path.string() + " shows frames of " + of.path.string() +
                    ", which is not the file it was; make it again with 'esieve regrid'");
  std::vector<std::uint64_t> frames = read_map(file, of);
  const auto n_shown =
      static_cast<std::uint64_t>(std::count_if(frames.begin(), frames.end(), [](auto f) { return f != no_frame; }));
  if (n_shown != of.scan.n_frames()) file.info.dropped.reset();  // on record is what was dropped from all of them
  file.info.chunk_bytes = of.chunk_bytes;
  file.info.stored_bytes += of.stored_bytes;
  return std::make_unique<RegriddedChunks>(std::move(file), std::move(original), std::move(frames));
}

}  // namespace esieve
