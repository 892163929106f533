// SPDX-License-Identifier: Apache-2.0
//
// Everything of an event file but the dense dataset, written when that is complete.
#pragma once

#include <array>
#include <cstdint>
#include <span>
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

/// What there is to say about the dataset.
struct Contents {
  const SourceInfo& info;
  const ContainerOptions& options;
  const FrameIndex& index;
  const MeanPattern& pattern;
  const ChunkTable& chunks;
  const DroppedTotals& dropped;
  std::string digest;
};

/// What conventions name, each once, under as many names as they like.
struct Shared {
  h5::Id entry;
  h5::Id data_group;
  std::array<h5::Id, 4> axes;
  h5::Id source;
};

/// /entry: the dataset with its axes, previews and provenance.
Shared write_nexus(hid_t file, hid_t dataset, const Contents& contents, h5::Text axis_text);

/// /entry/source: what the source was and what it says besides its frames.
h5::Id write_source(hid_t entry, const SourceInfo& info);

/// /entry/process: the parameters of the thresholding and what it dropped.
void write_process(hid_t entry, const Contents& contents);
std::optional<ThresholdOptions> read_process(hid_t file, DetectorShape detector);

/// /esieve: versions, flags and the index.
void write_own(hid_t file, hid_t entry, const Contents& contents);

/// One group that HyperSpy knows as /Experiments/<title> and EMD 1.0 as /datacube_root/datacube.
void write_datacube(hid_t file, hid_t dataset, const Contents& contents, const Shared& shared);

}  // namespace esieve
