// SPDX-License-Identifier: Apache-2.0
//
// Everything of an event file but the dense dataset, written when that is complete. Objects are made from the leaves to
// the root (see h5/compact.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "container/frame_index.hpp"
#include "container/mean_pattern.hpp"
#include "esieve/container.hpp"
#include "h5/compact.hpp"

namespace esieve {

/// Where chunks lie in the file.
struct ChunkTable {
  std::vector<std::uint64_t> addresses;
  std::vector<std::uint32_t> sizes;
  std::uint64_t total_bytes = 0;
};

/// Totals of what thresholding dropped, and the largest dropped value of each frame.
struct DroppedTotals {
  std::uint64_t n_pixels = 0;
  double intensity = 0;
  std::vector<double> maximum;
};

/// Parts that small files go without.
struct Extras {
  bool scan_image = true;
  bool hyperspy = true;
  bool emd = true;
  bool mean_pattern = true;
  bool frame_events = true;
};

/// What there is to say about the dataset.
struct Contents {
  hid_t file;
  hid_t dataset;
  const SourceInfo& info;
  const ContainerOptions& options;
  const ChunkGrid& grid;
  const FrameIndex& index;
  const MeanPattern& pattern;
  const ChunkTable& chunks;
  const DroppedTotals& dropped;
  const std::vector<FrameStatus>& status;  ///< Of every frame; empty where it is not kept.
  std::string digest;
  Extras extras;
};

/// What goes under several names.
struct Shared {
  std::array<h5::Id, 4> axes;
  h5::Id electrons;  ///< Per frame; nothing without a scan image.
  h5::Id source;
};

/// Writes all of it.
void write_tree(const Contents& contents);

/// (scan_y, scan_x), and the axis of frames kept at a position where there is one.
std::vector<hsize_t> scan_dims(const SourceInfo& info);

/// Which parts a file with so many bytes of chunks has.
Extras choose_extras(std::uint64_t chunk_bytes, const FrameIndex& index, const SourceInfo& info, const ContainerOptions& options);

// The parts. Each returns an object without a name yet.

/// /entry: the dataset with its axes, previews and provenance.
h5::Id make_entry(const Contents& contents, const Shared& shared);
/// /entry/frame_status: what is known of every frame.
h5::Id make_frame_status(const Contents& contents);
/// /entry/source: what the source was and what it says besides its frames.
h5::Id make_source(const Contents& contents);
/// /entry/process: the parameters of the thresholding and what it dropped.
h5::Id make_process(const Contents& contents);
/// /esieve: the index; nothing where there is none.
h5::Id make_own_group(const Contents& contents, const Shared& shared);
/// The group that HyperSpy knows as /Experiments/<title> and EMD 1.0 as /datacube_root/datacube.
h5::Id make_datacube(const Contents& contents, const Shared& shared);

/// Names of the dataset's group for the two.
h5::Id make_experiments(const Contents& contents, hid_t datacube);
h5::Id make_emd_root(const Contents& contents, hid_t datacube);

/// The thresholding a file records.
std::optional<ThresholdOptions> read_process(hid_t file, DetectorShape detector);

}  // namespace esieve
