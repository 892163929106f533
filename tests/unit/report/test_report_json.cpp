// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "reports.hpp"
#include "support/python.hpp"
#include "support/temporary_folder.hpp"

namespace esieve {
namespace {

nlohmann::json parsed(const Report& report) { return nlohmann::json::parse(to_json(report)); }

TEST(ReportJson, of_every_kind_is_valid_by_the_schema) {
  const TemporaryFolder folder;
  std::string command = "tests/unit/report/validate.py schemas/report-v1.schema.json";
  for (const auto& [name, report] : all_reports()) {
    const std::filesystem::path path = folder / (name + ".json");
    std::ofstream(path) << to_json(report);
    command += " '" + path.string() + "'";
  }
  const PythonRun run = run_python(command);
  ESIEVE_NEEDS_PYTHON(run);
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

TEST(ReportJson, with_a_member_that_the_schema_does_not_know_is_refused) {
  const TemporaryFolder folder;
  nlohmann::json json = parsed(lossless_report());
  json["size"]["colour"] = 1;
  std::ofstream(folder / "report.json") << json;
  const PythonRun run =
      run_python("tests/unit/report/validate.py schemas/report-v1.schema.json '" + (folder / "report.json").string() + "'");
  ESIEVE_NEEDS_PYTHON(run);
  EXPECT_EQ(run.exit_code, 1) << run.output;
}

TEST(ReportJson, says_what_was_proved) {
  const auto all = all_reports();
  const std::map<std::string, std::string> verdicts = {
      {"plain", "not_verified"},   {"verified", "self_consistent"},         {"lossless", "lossless"},
      {"damaged", "damaged"},      {"thresholded", "equal_to_thresholded"}, {"different", "different"},
      {"wrong_shape", "different"}};
  for (const auto& [name, verdict] : verdicts) EXPECT_EQ(parsed(all.at(name))["verdict"], verdict) << name;
}

TEST(ReportJson, holds_the_figures) {
  const nlohmann::json size = parsed(lossless_report())["size"];
  EXPECT_DOUBLE_EQ(size["dense_ratio"], 150994944.0 / 20866252.0);
  EXPECT_DOUBLE_EQ(size["bits_per_event"], 8.0 * 20866252.0 / 51023112.0);
  EXPECT_DOUBLE_EQ(size["dense_blosc"]["blosc_over_stored"], 36175871.0 / 20866252.0);
  EXPECT_TRUE(size["floor"].is_null());
  const nlohmann::json floor = parsed(all_reports().at("simulated"))["size"]["floor"];
  EXPECT_DOUBLE_EQ(floor["stored_over_floor"], 8.0 * 20866252.0 / 1.6e8);
}

TEST(ReportJson, names_the_first_difference_by_scan_and_detector_position) {
  const nlohmann::json first = parsed(damaged_report())["verification"]["first_difference"];
  EXPECT_EQ(first["scan_position"], (nlohmann::json{2, 4}));
  EXPECT_EQ(first["detector_position"], (nlohmann::json{2, 1}));
  EXPECT_EQ(first["stored"], "nan (0xfff8000000000001)");
}

}  // namespace
}  // namespace esieve
