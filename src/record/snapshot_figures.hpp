// SPDX-License-Identifier: Apache-2.0
//
// Names of a recording's figures in its snapshot file.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <variant>

#include "esieve/writer.hpp"

namespace esieve {

using SnapshotFigure = std::variant<std::uint64_t WriterStats::*, double WriterStats::*>;

inline constexpr std::array<std::pair<const char*, SnapshotFigure>, 18> snapshot_figures = {{
    {"n_pushed", &WriterStats::n_pushed},
    {"n_flyback", &WriterStats::n_flyback},
    {"n_stored", &WriterStats::n_stored},
    {"n_durable", &WriterStats::n_durable},
    {"n_dropped", &WriterStats::n_dropped},
    {"n_spilled", &WriterStats::n_spilled},
    {"n_events", &WriterStats::n_events},
    {"dense_bytes", &WriterStats::dense_bytes},
    {"stored_bytes", &WriterStats::stored_bytes},
    {"queue_bytes", &WriterStats::queue_bytes},
    {"queue_capacity_bytes", &WriterStats::queue_capacity_bytes},
    {"frames_per_s", &WriterStats::frames_per_s},
    {"in_bytes_per_s", &WriterStats::in_bytes_per_s},
    {"out_bytes_per_s", &WriterStats::out_bytes_per_s},
    {"events_per_s", &WriterStats::events_per_s},
    {"lag_s", &WriterStats::lag_s},
    {"elapsed_s", &WriterStats::elapsed_s},
    {"n_frames_expected", &WriterStats::n_frames_expected},
}};

}  // namespace esieve
