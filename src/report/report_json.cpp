// SPDX-License-Identifier: Apache-2.0
//
// The report as JSON: schemas/report-v1.schema.json.
#include <nlohmann/json.hpp>

#include "esieve/report.hpp"
#include "esieve/version.hpp"
#include "report/figures.hpp"

namespace esieve {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

const char* name_of(Fidelity fidelity) { return fidelity == Fidelity::lossless ? "lossless" : "thresholded"; }

const char* name_of(Recording recording) {
  switch (recording) {
    case Recording::running: return "running";
    case Recording::interrupted: return "interrupted";
    case Recording::complete: break;
  }
  return "complete";
}

const char* name_of(Level level) {
  switch (level) {
    case Level::fast: return "fast";
    case Level::standard: return "default";
    case Level::max: break;
  }
  return "max";
}

Json shape_json(ScanShape scan, DetectorShape detector) { return {scan.scan_y, scan.scan_x, detector.det_y, detector.det_x}; }

Json dropped_json(const DroppedFrame& dropped) {
  return {{"pixels", dropped.n_pixels}, {"intensity", dropped.intensity}, {"maximum", dropped.maximum}};
}

Json file_json(const FileInfo& file) {
  return {{"path", file.path.string()},
          {"container_version", file.container_version},
          {"dataset", file.dataset},
          {"shape", shape_json(file.scan, file.detector)},
          {"dtype", dtype_name(file.dtype)},
          {"units", file.units},
          {"title", file.title},
          {"fidelity", name_of(file.fidelity)},
          {"recording", name_of(file.recording)},
          {"level", name_of(file.chunk_parameters.level)},
          {"n_chunks", file.grid.n_chunks()},
          {"frames_per_chunk", file.chunk_parameters.n_frames},
          {"digest", text_or_null(file.digest)},
          {"written_by", file.written_by},
          {"written_at", file.written_at},
          {"source",
           {{"path", file.source_path},
            {"format", file.source_format},
            {"dataset", file.source_dataset},
            {"shape", file.source_shape}}},
          {"dropped", file.dropped ? dropped_json(*file.dropped) : Json(nullptr)}};
}

Json content_json(const FileInfo& file, const Figures& figures) {
  return {{"n_frames", file.scan.n_frames()},
          {"n_events", file.n_events},
          {"n_electrons", file.n_electrons},
          {"occupancy", figures.occupancy}};
}

Json size_json(const Report& report, const Figures& figures) {
  const FileInfo& file = report.file;
  Json size = {{"stored_bytes", file.stored_bytes},
               {"chunk_bytes", file.chunk_bytes},
               {"dense_bytes", file.dense_bytes()},
               {"dense_ratio", figures.dense_ratio},
               {"bits_per_event", or_null(figures.bits_per_event)},
               {"dense_blosc", nullptr},
               {"floor", nullptr},
               {"entropy_estimate", nullptr}};
  if (const auto& blosc = report.baseline)
    size["dense_blosc"] = {{"method", "c-blosc zstd, clevel 3, byte shuffle, through HDF5"},
                           {"stored_bytes", blosc->stored_bytes},
                           {"chunking", blosc->chunking},
                           {"chunk_shape", blosc->chunk_shape},
                           {"n_frames_measured", blosc->frames_measured},
                           {"is_sample", blosc->frames_measured < blosc->frames_total},
                           {"dense_ratio", or_null(figures.blosc_dense_ratio)},
                           {"blosc_over_stored", or_null(figures.blosc_ratio)}};
  if (file.floor_bits) size["floor"] = {{"bits", *file.floor_bits}, {"stored_over_floor", or_null(figures.floor_ratio)}};
  if (const auto& entropy = report.entropy)
    size["entropy_estimate"] = {{"bits", entropy->bits},
                                {"learning_bits", entropy->learning_bits},
                                {"model", entropy->model},
                                {"stored_over_estimate", or_null(figures.entropy_ratio)}};
  return size;
}

Json damage_json(const std::vector<Damage>& chunks) {
  Json list = Json::array();
  for (const Damage& damage : chunks)
    list.push_back({{"chunk", damage.chunk},
                    {"first_frame", damage.frames.first},
                    {"n_frames", damage.frames.count},
                    {"reason", damage.reason}});
  return list;
}

Json difference_json(const Difference& difference, const FileInfo& file) {
  const std::uint32_t det_x = file.detector.det_x;
  return {{"frame", difference.frame},
          {"scan_position", {difference.frame / file.scan.scan_x, difference.frame % file.scan.scan_x}},
          {"pixel", difference.pixel},
          {"detector_position", {difference.pixel / det_x, difference.pixel % det_x}},
          {"expected", difference.expected},
          {"stored", difference.stored}};
}

Json verification_json(const VerifyResult& result, const FileInfo& file) {
  return {{"okay", result.okay()},
          {"n_chunks", result.n_chunks},
          {"damaged_chunks", damage_json(result.damaged_chunks)},
          {"index_damage", text_or_null(result.index_damage)},
          {"n_wrong_totals", result.n_wrong_totals},
          {"sums_equal", result.sums_equal},
          {"digest_checked", result.digest_checked},
          {"digest_equal", result.digest_equal},
          {"digest", text_or_null(result.digest)},
          {"n_frames", result.n_frames},
          {"n_events", result.n_events},
          {"n_electrons", result.n_electrons},
          {"source_compared", result.source_compared},
          {"compared_with", result.source_compared ? Json(name_of(result.fidelity)) : Json(nullptr)},
          {"shape_mismatch", text_or_null(result.shape_mismatch)},
          {"n_different", result.n_different},
          {"first_difference", result.first_difference ? difference_json(*result.first_difference, file) : Json(nullptr)},
          {"dropped_equal", result.dropped_equal}};
}

}  // namespace

std::string to_json(const Report& report) {
  const Figures figures = work_out(report);
  const Json json = {{"report_version", 1},
                     {"program", "esieve " + std::string(library_version)},
                     {"verdict", name_of(figures.verdict)},
                     {"file", file_json(report.file)},
                     {"content", content_json(report.file, figures)},
                     {"size", size_json(report, figures)},
                     {"verification", report.verification ? verification_json(*report.verification, report.file) : Json(nullptr)},
                     {"convert_seconds", or_null(report.convert_seconds)}};
  // Paths need not be UTF-8; numbers that are not finite become null.
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace esieve
