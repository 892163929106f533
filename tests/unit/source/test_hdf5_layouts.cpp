// SPDX-License-Identifier: Apache-2.0
//
// Datasets whose values come from elsewhere: filters, external links, virtual datasets, external files,
// parts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "esieve/error.hpp"
#include "hdf5_files.hpp"
#include "source_checks.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"

namespace esieve {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr H5Z_filter_t test_filter = 60123;

/// Inverts every byte, both ways.
std::size_t invert(unsigned, std::size_t, const unsigned*, std::size_t n_bytes, std::size_t*, void** buffer) {
  auto* bytes = static_cast<unsigned char*>(*buffer);
  for (std::size_t i = 0; i < n_bytes; ++i) bytes[i] = static_cast<unsigned char>(~bytes[i]);
  return n_bytes;
}

/// A filter that is installed while this lives.
class InstalledFilter {
 public:
  InstalledFilter() {
    const H5Z_class2_t filter{H5Z_CLASS_T_VERS, test_filter, 1, 1, "inverter", nullptr, nullptr, &invert};
    h5::check(H5Zregister(&filter), "register a filter");
  }
  ~InstalledFilter() { H5Zunregister(test_filter); }
};

/// HDF5 looks for no plugins while this lives: what is installed on a machine must not matter.
class WithoutPlugins {
 public:
  WithoutPlugins() {
    H5PLget_loading_state(&before_);
    H5PLset_loading_state(0);
  }
  ~WithoutPlugins() { H5PLset_loading_state(before_); }

 private:
  unsigned before_ = 0;
};

const std::vector<std::uint16_t> some_values = [] {
  std::vector<std::uint16_t> values(6 * 4 * 4);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint16_t>(i * 31);
  return values;
}();

TEST(Hdf5Layouts, reads_through_any_filter_that_is_installed) {
  const TemporaryFolder folder;
  const InstalledFilter filter;
  h5::Id properties = creation({2, 4, 4});
  H5Pset_filter(properties.get(), test_filter, H5Z_FLAG_MANDATORY, 0, nullptr);
  write_array(create_file(folder / "x.h5").get(), "/data", DType::u16, {6, 4, 4}, some_values.data(), properties);
  std::mt19937_64 random(1);
  expect_frames(*open_source(folder / "x.h5"), bytes_of(some_values), random);
}

TEST(Hdf5Layouts, names_a_filter_that_is_not_installed_and_what_to_do) {
  const TemporaryFolder folder;
  const WithoutPlugins without_plugins;
  for (const unsigned flag : {0U + H5Z_FLAG_MANDATORY, 0U + H5Z_FLAG_OPTIONAL}) {
    {
      const InstalledFilter filter;
      h5::Id properties = creation({2, 4, 4});
      H5Pset_filter(properties.get(), test_filter, flag, 0, nullptr);
      write_array(create_file(folder / "x.h5").get(), "/data", DType::u16, {6, 4, 4}, some_values.data(), properties);
    }
    EXPECT_THAT([&] { open_source(folder / "x.h5"); },
                ThrowsMessage<UnsupportedError>(AllOf(HasSubstr("filter 60123 (inverter)"), HasSubstr("HDF5_PLUGIN_PATH"))));
  }
}

TEST(Hdf5Layouts, reads_data_that_went_round_an_optional_filter_without_it) {
  const TemporaryFolder folder;
  const WithoutPlugins without_plugins;
  h5::Id properties = creation({2, 4, 4});
  H5Pset_filter(properties.get(), test_filter, H5Z_FLAG_OPTIONAL, 0, nullptr);
  write_array(create_file(folder / "x.h5").get(), "/data", DType::u16, {6, 4, 4}, some_values.data(), properties);
  EXPECT_EQ(read_all(*open_source(folder / "x.h5")), bytes_of(some_values));
}

TEST(Hdf5Layouts, follows_external_links_and_names_a_missing_target) {
  const TemporaryFolder folder;
  write_array(create_file(folder / "values.h5").get(), "/entry/data", DType::u16, {6, 4, 4}, some_values.data());
  H5Lcreate_external("values.h5", "/entry/data", create_file(folder / "master.h5").get(), "data", H5P_DEFAULT, H5P_DEFAULT);
  const auto source = open_source(folder / "master.h5");
  EXPECT_EQ(source->info().dataset, "/data");
  EXPECT_EQ(read_all(*source), bytes_of(some_values));
  std::filesystem::rename(folder / "values.h5", folder / "elsewhere.h5");
  EXPECT_THAT([&] { open_source(folder / "master.h5"); },
              ThrowsMessage<DataError>(HasSubstr("values.h5:/entry/data, which is missing")));
  SourceOptions options;
  options.dataset = "/data";
  EXPECT_THAT([&] { open_source(folder / "master.h5", options); }, ThrowsMessage<DataError>(HasSubstr("values.h5")));
}

/// As DECTRIS writes: a master file that links to parts of one stack.
void write_parts(const TemporaryFolder& folder) {
  const h5::Id master = create_file(folder / "x_master.h5");
  const h5::Id entry = make_group(master.get(), "/entry"), data = make_group(master.get(), "/entry/data");
  h5::set_attribute(data.get(), "NX_class", "NXdata");
  h5::set_attribute(data.get(), "signal", "data_000001");
  for (int part = 0; part < 3; ++part) {
    const std::string number = std::to_string(part + 1), file = "x_data_00000" + number + ".h5";
    const hsize_t n_frames = part == 2 ? 1 : 3 - static_cast<hsize_t>(part);  // 3, 2 and 1
    const std::size_t first = part == 0 ? 0 : part == 1 ? 3 : 5;
    write_array(create_file(folder / file).get(), "/entry/data/data", DType::u16, {n_frames, 4, 4}, &some_values[first * 16],
                creation({1, 4, 4}));
    H5Lcreate_external(file.c_str(), "/entry/data/data", data.get(), ("data_00000" + number).c_str(), H5P_DEFAULT, H5P_DEFAULT);
  }
}

TEST(Hdf5Layouts, joins_the_parts_of_a_stack) {
  const TemporaryFolder folder;
  write_parts(folder);
  std::mt19937_64 random(2);
  for (const char* dataset : {"", "/entry/data"}) {
    SourceOptions options;
    options.dataset = dataset;
    const auto source = open_source(folder / "x_master.h5", options);
    EXPECT_EQ(source->info().scan, (ScanShape{1, 6}));
    expect_frames(*source, bytes_of(some_values), random);
  }
  SourceOptions one;
  one.dataset = "/entry/data/data_000002";
  EXPECT_EQ(open_source(folder / "x_master.h5", one)->info().scan, (ScanShape{1, 2}));
}

TEST(Hdf5Layouts, refuses_a_stack_with_a_part_missing_or_of_another_shape) {
  const TemporaryFolder folder;
  write_parts(folder);
  write_array(create_file(folder / "x_data_000002.h5").get(), "/entry/data/data", DType::u8, {2, 4, 4});
  EXPECT_THAT([&] { open_source(folder / "x_master.h5"); }, ThrowsMessage<DataError>(HasSubstr("does not continue")));
  std::filesystem::remove(folder / "x_data_000002.h5");
  EXPECT_THAT([&] { open_source(folder / "x_master.h5"); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("data_000002"), HasSubstr("x_data_000002.h5"))));
}

/// A virtual dataset of two halves, one in a file beside, one in the file itself.
void write_virtual(const TemporaryFolder& folder) {
  write_array(create_file(folder / "half.h5").get(), "/data", DType::u16, {3, 4, 4}, some_values.data());
  const h5::Id file = create_file(folder / "x.h5");
  write_array(file.get(), "/half", DType::u16, {3, 4, 4}, &some_values[3 * 16]);
  const h5::Id properties = creation();
  const Dims whole{6, 4, 4}, half{3, 4, 4};
  const h5::Id from = h5::simple_space(half), space = h5::simple_space(whole);
  for (const hsize_t part : {0U, 1U}) {
    const Dims start{part * 3, 0, 0};
    H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, half.data(), nullptr);
    H5Pset_virtual(properties.get(), space.get(), part == 0 ? "half.h5" : ".", part == 0 ? "/data" : "/half", from.get());
  }
  write_array(file.get(), "/whole", DType::u16, whole, nullptr, properties);
}

TEST(Hdf5Layouts, reads_virtual_datasets) {
  const TemporaryFolder folder;
  write_virtual(folder);
  SourceOptions options;
  options.dataset = "/whole";
  EXPECT_EQ(read_all(*open_source(folder / "x.h5", options)), bytes_of(some_values));
}

TEST(Hdf5Layouts, refuses_virtual_datasets_of_which_hdf5_would_make_up_a_part) {
  const TemporaryFolder folder;
  SourceOptions options;
  options.dataset = "/whole";
  write_virtual(folder);
  create_file(folder / "half.h5");  // without its dataset
  EXPECT_THAT([&] { open_source(folder / "x.h5", options); }, ThrowsMessage<DataError>(HasSubstr("half.h5:/data is missing")));
  std::filesystem::remove(folder / "half.h5");
  EXPECT_THAT([&] { open_source(folder / "x.h5", options); }, ThrowsMessage<DataError>(HasSubstr("half.h5:/data is missing")));
}

TEST(Hdf5Layouts, reads_external_files_and_refuses_missing_and_short_ones) {
  const TemporaryFolder folder;
  write_bytes(folder / "values.raw", "", bytes_of(some_values));
  const h5::Id properties = creation();
  H5Pset_external(properties.get(), (folder / "values.raw").c_str(), 0, some_values.size() * 2);
  write_array(create_file(folder / "x.h5").get(), "/data", DType::u16, {6, 4, 4}, nullptr, properties);
  EXPECT_EQ(read_all(*open_source(folder / "x.h5")), bytes_of(some_values));
  std::filesystem::resize_file(folder / "values.raw", 100);
  EXPECT_THAT([&] { open_source(folder / "x.h5"); }, ThrowsMessage<DataError>(HasSubstr("truncated")));
  std::filesystem::remove(folder / "values.raw");
  EXPECT_THAT([&] { open_source(folder / "x.h5"); }, ThrowsMessage<DataError>(HasSubstr("missing")));
}

TEST(Hdf5Layouts, reads_behind_a_user_block) {
  const TemporaryFolder folder;
  {
    const h5::Id properties(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
    H5Pset_userblock(properties.get(), 1024);
    const h5::Id file(H5Fcreate((folder / "x.h5").c_str(), H5F_ACC_TRUNC, properties.get(), H5P_DEFAULT), H5Fclose);
    write_array(file.get(), "/data", DType::u16, {6, 4, 4}, some_values.data());
  }
  EXPECT_EQ(read_all(*open_source(folder / "x.h5")), bytes_of(some_values));
}

}  // namespace
}  // namespace esieve
