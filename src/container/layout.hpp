// SPDX-License-Identifier: Apache-2.0
//
// Every name in an event file, once. What they mean: docs/format/container.md.
#pragma once

#include <array>
#include <cstdint>

namespace esieve::layout {

// Root attributes.
inline constexpr const char* nx_class = "NX_class";
inline constexpr const char* default_child = "default";
inline constexpr const char* creator = "creator";
inline constexpr const char* file_time = "file_time";

// NeXus: the dense dataset and its axes.
inline constexpr const char* entry = "entry";
inline constexpr const char* data_group = "data";
inline constexpr const char* data = "data";
inline constexpr const char* dataset_path = "/entry/data/data";
inline constexpr std::array<const char*, 4> axes = {"scan_y", "scan_x", "det_y", "det_x"};
inline constexpr const char* title = "title";
inline constexpr const char* entry_path = "/entry";
/// Units of the values and the axes, a line each, as text of fixed length: that of variable length lies in a heap, and HDF5
/// 1.10 runs into the void where that is damaged.
inline constexpr const char* own_units = "esieve_units";
inline constexpr const char* units = "units";

// Attributes of the dense dataset.
inline constexpr const char* version = "container_version";
inline constexpr const char* required_features = "required_features";
inline constexpr const char* fidelity = "fidelity";
inline constexpr const char* lossless = "lossless";
inline constexpr const char* thresholded = "thresholded";
inline constexpr const char* dense_digest = "dense_digest";
inline constexpr const char* n_events = "n_events";
inline constexpr const char* n_electrons = "n_electrons";
inline constexpr const char* floor_bits = "floor_bits";

// Attributes of an axis dataset.
inline constexpr const char* axis_name = "name";
inline constexpr const char* axis_scale = "scale";
inline constexpr const char* axis_offset = "offset";
inline constexpr const char* axis_navigate = "navigate";

// Previews.
inline constexpr const char* scan_image = "scan_image";
inline constexpr const char* counts = "counts";
inline constexpr const char* scan_image_path = "/entry/scan_image/counts";
inline constexpr const char* frame_status = "frame_status";
inline constexpr const char* frame_status_path = "/entry/frame_status";
inline constexpr const char* status_meaning = "meaning";
inline constexpr const char* mean_pattern = "mean_pattern";
inline constexpr const char* mean = "mean";

// Where the data came from.
inline constexpr const char* source = "source";
inline constexpr const char* source_path = "/entry/source";
inline constexpr const char* source_file = "file_name";
inline constexpr const char* source_type = "type";
inline constexpr const char* source_format = "format";
inline constexpr const char* source_dataset = "dataset";
inline constexpr const char* source_shape = "shape";
inline constexpr const char* source_data = "data";

// What was done to them.
inline constexpr const char* process = "process";
inline constexpr const char* process_path = "/entry/process";
inline constexpr const char* threshold = "threshold";
inline constexpr const char* threshold_map = "threshold_map";
inline constexpr const char* dark = "dark";
inline constexpr const char* gain = "gain";
inline constexpr const char* mask = "mask";
inline constexpr const char* map_origin = "origin";
inline constexpr const char* dropped_pixels = "dropped_pixels";
inline constexpr const char* dropped_intensity = "dropped_intensity";
inline constexpr const char* dropped_maximum = "dropped_maximum";
inline constexpr const char* frame_dropped_maximum = "frame_dropped_maximum";

// Our own group, the index.
inline constexpr const char* own = "esieve";
inline constexpr const char* own_path = "/esieve";
inline constexpr const char* frame_events = "frame_events";
inline constexpr const char* frame_electrons = "frame_electrons";
inline constexpr const char* chunks = "chunks";
inline constexpr const char* original_frames = "original_frames";  ///< Of files that show frames of another.
inline constexpr const char* original_digest = "original_digest";

/// Bits of `required_features` this version knows. A reader stops at a bit it does not know.
inline constexpr std::uint64_t known_features = 0;

/// With fewer chunks than this HDF5 is asked where they are, and no index of chunks is written.
inline constexpr std::uint64_t min_indexed_chunks = 256;

// HyperSpy and EMD: one group with two names.
inline constexpr const char* experiments = "Experiments";
inline constexpr const char* emd_root = "datacube_root";
inline constexpr const char* emd_cube = "datacube";
inline constexpr const char* emd_type = "emd_group_type";
inline constexpr const char* emd_class = "python_class";

/// Fewer frames than this are no scan: their files go without EMD, mean pattern and index of events, unless their chunks have
/// at least `min_bytes_for_extras`. These parts cost 7 KiB, of which HDF5's heap for variable-length strings is 4 KiB; a few
/// frames of counts may be smaller than that.
inline constexpr std::uint64_t min_frames_for_extras = 16;
inline constexpr std::uint64_t min_bytes_for_extras = 256 << 10;
/// Two frames or more have HyperSpy's names if their chunks have as much.
inline constexpr std::uint64_t min_bytes_for_hyperspy = 2 << 10;
/// Scan images may take about this fraction of the chunks' bytes, and the index of events this; and so many bytes in any case.
inline constexpr std::uint64_t image_fraction = 16, index_fraction = 32, min_bytes_of_index = 1 << 10;

}  // namespace esieve::layout
