// SPDX-License-Identifier: Apache-2.0
//
// Chunks of an event file: by the file's own index and positioned reads, or through HDF5 where that does not help.
#pragma once

#include <span>

#include "base/file.hpp"
#include "reader/chunk_store.hpp"
#include "reader/open_event_file.hpp"

namespace esieve {

class Hdf5Chunks : public ChunkStore {
 public:
  explicit Hdf5Chunks(EventFile file);

  void fetch(std::uint64_t i, std::vector<std::byte>& bytes) const override;
  std::vector<FrameStatus> frame_status() const override;
  std::vector<FrameTotals> frame_totals() const override;
  std::optional<ThresholdOptions> threshold() const override;

 private:
  struct Place {
    std::uint64_t address = 0;
    std::uint64_t size = 0;
  };

  void read_table();
  bool locate_all();
  std::vector<hsize_t> offset(std::uint64_t i) const;
  bool fetch_by_table(std::uint64_t i, std::vector<std::byte>& bytes) const;
  std::vector<std::byte> fetch_from_hdf5(std::uint64_t i) const;
  std::vector<std::byte> encode_frames(std::uint64_t i) const;
  bool belongs(std::uint64_t i, std::span<const std::byte> bytes) const;
  /// Reads frames through HDF5 itself.
  void read_through_hdf5(FrameRange frames, std::span<std::byte> out) const;

  EventFile file_;
  InputFile bytes_;
  std::vector<Place> table_;  ///< Empty where HDF5 must be asked.
};

}  // namespace esieve
