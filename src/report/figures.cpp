// SPDX-License-Identifier: Apache-2.0
#include "report/figures.hpp"

namespace esieve {
namespace {

std::optional<double> ratio(double a, double b) { return b > 0 ? std::optional(a / b) : std::nullopt; }

Verdict verdict_of(const Report& report) {
  if (!report.verification) return Verdict::not_verified;
  const VerifyResult& result = *report.verification;
  const bool is_sound = result.damaged_chunks.empty() && result.index_damage.empty() && result.n_wrong_totals == 0 &&
                        result.sums_equal && (!result.digest_checked || result.digest_equal);
  if (!is_sound) return Verdict::damaged;
  if (!result.okay()) return Verdict::different;
  if (!result.source_compared) return Verdict::self_consistent;
  return result.fidelity == Fidelity::lossless ? Verdict::lossless : Verdict::equal_to_thresholded;
}

}  // namespace

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::not_verified: return "not_verified";
    case Verdict::self_consistent: return "self_consistent";
    case Verdict::lossless: return "lossless";
    case Verdict::equal_to_thresholded: return "equal_to_thresholded";
    case Verdict::damaged: return "damaged";
    case Verdict::different: break;
  }
  return "different";
}

Figures work_out(const Report& report) {
  const FileInfo& file = report.file;
  const auto n_elements = static_cast<double>(file.scan.n_frames()) * static_cast<double>(file.detector.n_pixels());
  const auto n_events = static_cast<double>(file.n_events);
  const auto stored_bytes = static_cast<double>(file.stored_bytes);
  const auto dense_bytes = static_cast<double>(file.dense_bytes());
  Figures figures;
  figures.verdict = verdict_of(report);
  figures.occupancy = ratio(n_events, n_elements).value_or(0);
  figures.dense_ratio = ratio(dense_bytes, stored_bytes).value_or(0);
  figures.bits_per_event = ratio(8 * stored_bytes, n_events);
  if (file.floor_bits) figures.floor_ratio = ratio(8 * stored_bytes, *file.floor_bits);
  if (report.entropy) figures.entropy_ratio = ratio(8 * stored_bytes, report.entropy->bits);
  if (report.baseline) {
    const auto blosc_bytes = static_cast<double>(report.baseline->stored_bytes);
    figures.blosc_dense_ratio = ratio(dense_bytes, blosc_bytes);
    figures.blosc_ratio = ratio(blosc_bytes, stored_bytes);
  }
  return figures;
}

}  // namespace esieve
