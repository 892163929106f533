// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "esieve/error.hpp"
#include "hdf5_files.hpp"
#include "source_checks.hpp"
#include "support/temporary_folder.hpp"

namespace esieve {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

std::string found(const std::filesystem::path& path, const std::string& wanted = "") {
  SourceOptions options;
  options.dataset = wanted;
  return open_source(path, options)->info().dataset;
}

TEST(Hdf5Find, prefers_the_only_dataset_of_many_frames_to_images_and_axes) {
  const TemporaryFolder folder;
  {
    const h5::Id file = create_file(folder / "x.h5");
    write_array(file.get(), "/preview", DType::u32, {500, 500});
    write_array(file.get(), "/axis", DType::f64, {100});
    write_array(file.get(), "/scan/frames", DType::u16, {2, 2, 8, 8});
  }
  EXPECT_EQ(found(folder / "x.h5"), "/scan/frames");
}

TEST(Hdf5Find, takes_the_largest_by_far) {
  const TemporaryFolder folder;
  {
    const h5::Id file = create_file(folder / "x.h5");
    write_array(file.get(), "/large", DType::u16, {16, 16, 8, 8});
    write_array(file.get(), "/small", DType::u16, {5, 8, 8});
  }
  EXPECT_EQ(found(folder / "x.h5"), "/large");
}

TEST(Hdf5Find, lists_datasets_of_like_size_and_takes_the_one_named) {
  const TemporaryFolder folder;
  {
    const h5::Id file = create_file(folder / "x.h5");
    write_array(file.get(), "/threshold_1/data", DType::u16, {6, 8, 8});
    write_array(file.get(), "/threshold_2/data", DType::u8, {6, 8, 8});
    write_array(file.get(), "/flat", DType::f32, {8, 8});
  }
  EXPECT_THAT([&] { found(folder / "x.h5"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("--dataset"), HasSubstr("/threshold_1/data (6 x 8 x 8 uint16)"),
                                              HasSubstr("/threshold_2/data (6 x 8 x 8 uint8)"), Not(HasSubstr("/flat")))));
  EXPECT_EQ(found(folder / "x.h5", "/threshold_2/data"), "/threshold_2/data");
  EXPECT_EQ(found(folder / "x.h5", "threshold_2/data"), "/threshold_2/data");
}

TEST(Hdf5Find, counts_an_object_with_several_names_once) {
  const TemporaryFolder folder;
  {
    const h5::Id file = create_file(folder / "x.h5");
    write_array(file.get(), "/entry/data", DType::u16, {6, 8, 8});
    H5Lcreate_hard(file.get(), "/entry/data", file.get(), "/also", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(file.get(), "/entry", file.get(), "/entry/loop", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/entry/data", file.get(), "/soft", H5P_DEFAULT, H5P_DEFAULT);
  }
  EXPECT_EQ(read_all(*open_source(folder / "x.h5")).size(), 6U * 8 * 8 * 2);
  EXPECT_EQ(found(folder / "x.h5", "/soft"), "/soft");
}

/// Two stacks of one size, of which attributes say that the second is to be plotted.
void write_nexus(const std::filesystem::path& path, const char* signal) {
  const h5::Id file = create_file(path);
  write_array(file.get(), "/entry/plot/one", DType::u16, {6, 8, 8});
  write_array(file.get(), "/entry/plot/two", DType::u16, {6, 8, 8});
  write_array(file.get(), "/entry/plot/image", DType::u16, {8, 8});
  h5::set_attribute(h5::open_group(file.get(), "/").get(), "default", "entry");
  h5::set_attribute(h5::open_group(file.get(), "/entry").get(), "default", "plot");
  h5::set_attribute(h5::open_group(file.get(), "/entry/plot").get(), "signal", signal);
}

TEST(Hdf5Find, follows_the_default_plot_of_nexus) {
  const TemporaryFolder folder;
  write_nexus(folder / "x.h5", "two");
  EXPECT_EQ(found(folder / "x.h5"), "/entry/plot/two");
  EXPECT_EQ(found(folder / "x.h5", "/entry/plot"), "/entry/plot/two");
}

TEST(Hdf5Find, does_not_take_a_default_plot_of_one_image_for_the_frames) {
  const TemporaryFolder folder;
  write_nexus(folder / "x.h5", "image");
  EXPECT_THROW(found(folder / "x.h5"), UsageError);
  write_nexus(folder / "x.h5", "not_there");
  EXPECT_THROW(found(folder / "x.h5"), UsageError);
}

TEST(Hdf5Find, takes_a_single_image_where_there_is_nothing_else) {
  const TemporaryFolder folder;
  write_array(create_file(folder / "x.h5").get(), "/image", DType::u16, {1, 8});
  EXPECT_EQ(found(folder / "x.h5"), "/image");
}

TEST(Hdf5Find, says_what_there_is_where_a_name_leads_nowhere) {
  const TemporaryFolder folder;
  write_array(create_file(folder / "x.h5").get(), "/frames", DType::u16, {3, 8, 8});
  EXPECT_THAT([&] { found(folder / "x.h5", "/data"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("no dataset /data"), HasSubstr("/frames (3 x 8 x 8 uint16)"))));
}

TEST(Hdf5Find, says_so_where_nothing_can_be_frames) {
  const TemporaryFolder folder;
  write_array(create_file(folder / "x.h5").get(), "/spectrum", DType::u16, {100});
  EXPECT_THAT([&] { found(folder / "x.h5"); }, ThrowsMessage<DataError>(HasSubstr("no dataset of frames")));
}

}  // namespace
}  // namespace esieve
