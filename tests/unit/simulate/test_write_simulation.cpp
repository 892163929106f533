// SPDX-License-Identifier: Apache-2.0
//
// The files a simulation leaves, and those it does not leave.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "esieve/error.hpp"
#include "esieve/simulate.hpp"
#include "h5/h5.hpp"
#include "support/temporary_folder.hpp"

namespace esieve {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// A ragged scan: batches begin and end in the middle of rows.
const Simulation& simulation() {
  static const Simulation result([] {
    SimulateOptions options;
    options.scan = {5, 11};
    options.detector = {20, 30};
    options.dose_electrons = 300;
    options.thickness_nm = 2;
    return options;
  }());
  return result;
}

template <class T>
std::vector<T> read_frames(const std::filesystem::path& path) {
  const h5::Lock lock;
  const h5::Id file = h5::open_file(path);
  return h5::read_dataset<T>(file.get(), "/entry/data/data", 1 << 20);
}

TEST(WriteSimulation, the_file_holds_the_counts_their_axes_and_their_floor) {
  const TemporaryFolder folder;
  const SimulationSummary summary = write_simulation(simulation(), folder / "a.hdf5", {.truth = folder / "rates.hdf5"});

  std::vector<float> rates(55 * 600);
  std::vector<std::uint16_t> counts(rates.size());
  simulation().rates({0, 55}, rates);
  const double floor = simulation().draw({0, 55}, rates, counts);
  EXPECT_EQ(read_frames<std::uint16_t>(folder / "a.hdf5"), counts);
  EXPECT_EQ(read_frames<float>(folder / "rates.hdf5"), rates);
  EXPECT_NEAR(summary.floor_bits, floor, 1e-9 * floor);

  std::uint64_t electrons = 0, n_events = 0;
  for (const std::uint16_t count : counts) {
    electrons += count;
    n_events += count > 0 ? 1 : 0;
  }
  EXPECT_EQ(summary.electrons, electrons);
  EXPECT_EQ(summary.n_events, n_events);

  const h5::Lock lock;
  const h5::Id file = h5::open_file(folder / "a.hdf5");
  const h5::Id dataset = h5::open_dataset(file.get(), "/entry/data/data");
  EXPECT_THAT(h5::dimensions(dataset.get()), ElementsAre(5, 11, 20, 30));
  EXPECT_EQ(h5::double_attribute(dataset.get(), "floor_bits"), summary.floor_bits);
  EXPECT_EQ(h5::string_attribute(dataset.get(), "units"), "electrons");
  const h5::Id det_y = h5::open_dataset(file.get(), "/entry/data/det_y");
  EXPECT_EQ(h5::string_attribute(det_y.get(), "units"), "1/angstrom");
  const auto scan_x = h5::read_dataset<double>(file.get(), "/entry/data/scan_x", 100);
  EXPECT_NEAR(scan_x[1] - scan_x[0], simulation().options().scan_step_nm, 1e-12);
  const h5::Id parameters = h5::open_group(file.get(), "/entry/simulation");
  EXPECT_EQ(h5::double_attribute(parameters.get(), "dose_electrons"), 300.0);
}

TEST(WriteSimulation, is_the_same_for_any_number_of_threads) {
  const TemporaryFolder folder;
  const SimulationSummary one = write_simulation(simulation(), folder / "1.hdf5", {.threads = 1});
  const SimulationSummary two = write_simulation(simulation(), folder / "2.hdf5", {.threads = 2});
  EXPECT_EQ(one.floor_bits, two.floor_bits);
  EXPECT_EQ(read_frames<std::uint16_t>(folder / "1.hdf5"), read_frames<std::uint16_t>(folder / "2.hdf5"));
}

TEST(WriteSimulation, an_interruption_leaves_nothing) {
  const TemporaryFolder folder;
  WriteSimulationOptions options{.truth = folder / "rates.hdf5"};
  options.progress = [](const Progress&) { return Continue::stop; };
  EXPECT_THROW(write_simulation(simulation(), folder / "a.hdf5", options), Interrupted);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(WriteSimulation, an_existing_file_is_replaced_only_if_asked) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.hdf5") << "precious";
  EXPECT_THROW(write_simulation(simulation(), folder / "a.hdf5"), UsageError);
  EXPECT_EQ(std::filesystem::file_size(folder / "a.hdf5"), 8U);
  write_simulation(simulation(), folder / "a.hdf5", {.overwrite = true});
  EXPECT_EQ(read_frames<std::uint16_t>(folder / "a.hdf5").size(), 55U * 600U);
}

TEST(WriteSimulation, counts_and_rates_need_names_of_their_own) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { write_simulation(simulation(), folder / "a.hdf5", {.truth = folder / "a.hdf5"}); },
              ThrowsMessage<UsageError>(HasSubstr("another name")));
}

}  // namespace
}  // namespace esieve
