// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "esieve/error.hpp"
#include "esieve/threshold.hpp"
#include "h5/h5.hpp"
#include "support/temporary_folder.hpp"

namespace esieve {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

void write_mask_npy(const std::filesystem::path& path) {
  std::string header = "{'descr': '|b1', 'fortran_order': False, 'shape': (2, 3), }";
  header.resize(118, ' ');
  std::ofstream(path) << std::string("\x93NUMPY\x01\x00", 8) << std::string("\x76\x00", 2) << header
                      << std::string("\0\1\0\0\0\1", 6);
}

void write_maps_h5(const std::filesystem::path& path) {
  const h5::Lock lock;
  const h5::Id file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  const std::array<hsize_t, 2> dims{2, 3};
  const std::array<float, 6> dark{0.5F, 1, 1.5F, 2, 2.5F, 3}, gain{1, 1, 1, 1, 1, 2};
  h5::write_dataset(file.get(), "dark", DType::f32, dims, dark.data());
  h5::write_dataset(file.get(), "gain", DType::f32, dims, gain.data());
}

TEST(PixelMap, reads_a_boolean_mask_from_npy) {
  const TemporaryFolder folder;
  write_mask_npy(folder / "mask.npy");
  const PixelMap map = read_pixel_map((folder / "mask.npy").string(), {2, 3});
  EXPECT_THAT(map.values, ElementsAre(0, 1, 0, 0, 0, 1));
  EXPECT_THAT(map.origin, HasSubstr("mask.npy"));
}

TEST(PixelMap, reads_the_named_dataset_of_an_hdf5_file) {
  const TemporaryFolder folder;
  write_maps_h5(folder / "maps.h5");
  EXPECT_THAT(read_pixel_map((folder / "maps.h5").string() + "::/dark", {2, 3}).values, ElementsAre(0.5, 1, 1.5, 2, 2.5, 3));
}

TEST(PixelMap, lists_what_could_be_meant_where_no_dataset_is_named) {
  const TemporaryFolder folder;
  write_maps_h5(folder / "maps.h5");
  EXPECT_THAT(
      [&] {
        read_pixel_map((folder / "maps.h5").string(), {2, 3});
      },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("/dark (2 x 3 float32)"), HasSubstr("/gain"), HasSubstr("::/path"))));
}

TEST(PixelMap, refuses_a_map_of_another_shape_and_says_both) {
  const TemporaryFolder folder;
  write_mask_npy(folder / "mask.npy");
  EXPECT_THAT(
      [&] {
        read_pixel_map((folder / "mask.npy").string(), {3, 2});
      },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("2 x 3"), HasSubstr("3 x 2"))));
}

}  // namespace
}  // namespace esieve
