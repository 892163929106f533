// SPDX-License-Identifier: Apache-2.0
//
// Reports of every kind, made up.
#pragma once

#include <limits>
#include <map>
#include <string>

#include "esieve/report.hpp"

namespace esieve {

inline Report plain_report() {
  Report report;
  FileInfo& file = report.file;
  file.path = "scan.hdf5";
  file.container_version = "1.0";
  file.dataset = "/entry/data/data";
  file.scan = {48, 48};
  file.detector = {256, 256};
  file.dtype = DType::u8;
  file.units = "counts";
  file.chunk_parameters.n_frames = 64;
  file.grid = {1, 48, 48, 1};
  file.digest = "0123456789abcdef0123456789abcdef";
  file.source_path = "cryo.h5";
  file.source_format = "HDF5";
  file.source_dataset = "/entry/data/data";
  file.source_shape = {48, 48, 256, 256};
  file.written_by = "esieve 0.1.0";
  file.written_at = "2026-01-01T00:00:00Z";
  file.n_events = 51023112;
  file.n_electrons = 209664000;
  file.stored_bytes = 20866252;
  file.chunk_bytes = 20800000;
  return report;
}

inline Report verified_report() {
  Report report = plain_report();
  VerifyResult& result = report.verification.emplace();
  result.n_chunks = 48;
  result.n_frames = 2304;
  result.n_events = report.file.n_events;
  result.n_electrons = report.file.n_electrons;
  result.digest = report.file.digest;
  result.digest_checked = result.digest_equal = true;
  report.baseline = DenseBaseline{.stored_bytes = 36175871,
                                  .chunking = "real space",
                                  .chunk_shape = {32, 32, 256, 256},
                                  .frames_measured = 2304,
                                  .frames_total = 2304};
  return report;
}

inline Report lossless_report() {
  Report report = verified_report();
  report.verification->source_compared = true;
  report.convert_seconds = 1.234;
  return report;
}

inline Report damaged_report() {
  Report report = lossless_report();
  VerifyResult& result = *report.verification;
  for (std::uint64_t chunk = 3; chunk < 12; ++chunk)
    result.damaged_chunks.push_back({chunk, {chunk * 48, 48}, "its checksum differs from the one it carries"});
  result.digest_checked = result.digest_equal = false;
  result.digest.clear();
  result.index_damage = "scan.hdf5 has an index of other frames (5 of 24)";
  result.n_wrong_totals = 2;
  result.sums_equal = false;
  result.n_different = 17;
  result.first_difference = Difference{.frame = 100, .pixel = 513, .expected = "3", .stored = "nan (0xfff8000000000001)"};
  report.baseline.reset();
  return report;
}

/// Every kind of report by name.
inline std::map<std::string, Report> all_reports() {
  std::map<std::string, Report> all = {
      {"plain", plain_report()}, {"verified", verified_report()}, {"lossless", lossless_report()}, {"damaged", damaged_report()}};
  Report& thresholded = all["thresholded"] = lossless_report();
  thresholded.file.fidelity = thresholded.verification->fidelity = Fidelity::thresholded;
  thresholded.file.dropped = DroppedFrame{.n_pixels = 1234567, .intensity = 2345678.5, .maximum = 4.5};
  Report& simulated = all["simulated"] = lossless_report();
  simulated.file.floor_bits = 1.6e8;
  simulated.entropy = EntropyEstimate{.bits = 1.64e8, .learning_bits = 1e5, .model = "Poisson"};
  simulated.baseline->frames_measured = 1024;
  Report& different = all["different"] = lossless_report();
  different.verification->n_different = 1;
  different.verification->first_difference = Difference{.frame = 0, .pixel = 65535, .expected = "0", .stored = "255"};
  Report& wrong_shape = all["wrong_shape"] = lossless_report();
  wrong_shape.verification->shape_mismatch = "the source is (48, 47, 256, 256) uint8, the file (48, 48, 256, 256) uint8";
  Report& empty = all["empty"] = lossless_report();
  empty.file.n_events = 0;
  empty.file.n_electrons = 0;
  Report& odd = all["odd"] = lossless_report();
  odd.file.path = "/a/path/that/is/much/longer/than/a/line/of/a/terminal/and/goes/on/\xff\xfe/and/on/scan.hdf5";
  odd.file.source_path = std::string(300, 'x') + "/cryo.h5";
  odd.file.n_electrons = std::numeric_limits<double>::quiet_NaN();
  odd.file.digest.clear();
  odd.file.n_events = 100;
  odd.file.scan = {1, 1};
  odd.baseline->stored_bytes = 1000;
  return all;
}

}  // namespace esieve
