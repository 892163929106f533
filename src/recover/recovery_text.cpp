// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "esieve/recover.hpp"

namespace esieve {
namespace {

std::string line(const std::string& name, const std::string& value) {
  return "  " + name + std::string(name.size() < 22 ? 22 - name.size() : 1, ' ') + value + "\n";
}

}  // namespace

std::string to_text(const Recovery& r) {
  const auto n = [](std::uint64_t value) { return std::to_string(value); };
  std::string text = r.lost_something() ? "Recovered, but something is lost\n" : "Recovered all that was there\n";
  text += line("scan", n(r.scan.scan_y) + " x " + n(r.scan.scan_x) + ", described by the " + r.described_by);
  text += line("frames with data", n(r.n_frames_data));
  if (r.n_frames_dropped > 0) text += line("dropped at recording", n(r.n_frames_dropped));
  text += line("missing", n(r.n_frames_missing));
  for (std::size_t i = 0; i < r.missing.size() && i < 5; ++i)
    text += line("", n(r.missing[i].first) + " to " + n(r.missing[i].end() - 1));
  if (r.missing.size() > 5) text += line("", "and more");
  text += line("chunks found", n(r.n_chunks) + " of " + n(r.n_chunks_expected));
  if (r.n_fragments > 0) text += line("put together", n(r.n_fragments));
  if (r.n_chunks_doubled > 0) text += line("found twice", n(r.n_chunks_doubled));
  if (r.n_chunks_damaged > 0) text += line("damaged or gone", n(r.n_chunks_damaged));
  if (r.n_chunks_foreign > 0) text += line("of other datasets", n(r.n_chunks_foreign));
  return text;
}

std::string to_json(const Recovery& r) {
  nlohmann::json missing = nlohmann::json::array();
  for (const FrameRange& run : r.missing) missing.push_back({run.first, run.end()});
  const nlohmann::json json = {
      {"described_by", r.described_by},
      {"hdf5_opens", r.hdf5_opens},
      {"scan_shape", {r.scan.scan_y, r.scan.scan_x}},
      {"lost_something", r.lost_something()},
      {"frames", {{"data", r.n_frames_data}, {"dropped", r.n_frames_dropped}, {"missing", r.n_frames_missing}}},
      {"missing_frames", missing},
      {"chunks",
       {{"found", r.n_chunks},
        {"expected", r.n_chunks_expected},
        {"put_together", r.n_fragments},
        {"doubled", r.n_chunks_doubled},
        {"damaged", r.n_chunks_damaged},
        {"foreign", r.n_chunks_foreign}}},
      {"damaged_journal_bytes", r.n_damaged_bytes}};
  return json.dump(2) + "\n";
}

}  // namespace esieve
