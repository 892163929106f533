// SPDX-License-Identifier: Apache-2.0
//
// The result as JSON: schemas/bench-v1.schema.json.
#include <nlohmann/json.hpp>

#include "bench/names.hpp"
#include "esieve/bench.hpp"

namespace esieve {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json timing_json(const BenchResult& result, const BenchTiming& timing) {
  return {{"seconds", timing.seconds},
          {"mean_seconds", timing.mean_seconds()},
          {"variation", or_null(timing.variation())},
          {"gib_per_second", result.gib_per_second(timing)}};
}

Json row_json(const BenchResult& result, const BenchRow& row) {
  const bool measured = row.unavailable.empty();
  const bool own = row.chunking == bench::own_chunking;
  return {{"method", row.method},
          {"label", row.label},
          {"in_paper", row.in_paper},
          {"level", row.level ? Json(bench::name_of(*row.level)) : Json(nullptr)},
          {"unavailable", text_or_null(row.unavailable)},
          {"chunking", row.chunking},
          {"chunk_shape", own ? Json(nullptr) : Json(row.chunk_shape)},
          {"best_chunking", row.best_chunking},
          {"read_as", bench::name_of(row.read_as)},
          {"threads", row.threads},
          {"stored_bytes", measured ? Json(row.stored_bytes) : Json(nullptr)},
          {"ratio", measured ? Json(result.ratio(row)) : Json(nullptr)},
          {"bits_per_nonzero", measured && result.n_nonzero > 0 ? Json(result.bits_per_nonzero(row)) : Json(nullptr)},
          {"stored_over_floor", measured ? or_null(result.over_floor(row)) : Json(nullptr)},
          {"write", measured ? timing_json(result, row.write) : Json(nullptr)},
          {"read", measured ? timing_json(result, row.read) : Json(nullptr)}};
}

Json data_json(const BenchResult& result) {
  const ScanRegion& part = result.measured;
  return {{"path", result.path},
          {"dataset", text_or_null(result.dataset)},
          {"shape", {result.whole_scan.scan_y, result.whole_scan.scan_x, result.detector.det_y, result.detector.det_x}},
          {"dtype", dtype_name(result.dtype)},
          {"is_sample", result.sampled()},
          {"measured",
           {{"first_scan_y", part.first_y}, {"n_scan_y", part.n_y}, {"first_scan_x", part.first_x}, {"n_scan_x", part.n_x}}},
          {"dense_bytes", result.dense_bytes},
          {"n_nonzero", result.n_nonzero},
          {"zeros", result.zeros()},
          {"floor_bits", or_null(result.floor_bits)}};
}

}  // namespace

std::string to_json(const BenchResult& result) {
  Json rows = Json::array();
  for (const BenchRow& row : result.rows) rows.push_back(row_json(result, row));
  const Json json = {
      {"bench_version", 1},
      {"program", result.written_by},
      {"measured_at", result.measured_at},
      {"data", data_json(result)},
      {"runs", result.options.runs},
      {"threads", result.options.threads},
      {"machine",
       {{"processor", text_or_null(result.processor)},
        {"hdf5", result.hdf5_version},
        {"folder", result.folder},
        {"copy_gib_per_second", static_cast<double>(result.dense_bytes) / (std::uint64_t{1} << 30) / result.copy_seconds}}},
      {"rows", rows}};
  // Paths need not be UTF-8; numbers that are not finite become null.
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace esieve
