// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "hdf5_files.hpp"
#include "source/hdf5_axes.hpp"
#include "source_checks.hpp"
#include "support/temporary_folder.hpp"

namespace esieve {
namespace {

std::vector<double> steps(std::size_t n, double offset, double scale) {
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = offset + scale * static_cast<double>(i);
  return values;
}

void write_axis(hid_t file, const std::string& path, const std::vector<double>& values, const char* units) {
  const h5::Id axis = write_array(file, path, DType::f64, {values.size()}, values.data());
  if (units != nullptr) h5::set_attribute(axis.get(), "units", units);
}

void expect_axis(const Axis& axis, double offset, double scale, const std::string& units) {
  EXPECT_DOUBLE_EQ(axis.offset, offset) << axis.name;
  EXPECT_DOUBLE_EQ(axis.scale, scale) << axis.name;
  EXPECT_EQ(axis.units, units) << axis.name;
}

TEST(Hdf5Axes, reads_nexus) {
  const TemporaryFolder folder;
  {
    const h5::Id file = create_file(folder / "x.nxs");
    const h5::Id data = write_array(file.get(), "/entry/data/counts", DType::u16, {3, 4, 8, 8});
    const std::vector<std::string> names = {"y", ".", "ky", "kx"};
    const h5::Id group = h5::open_group(file.get(), "/entry/data");
    h5::set_attribute(group.get(), "axes", std::span<const std::string>(names));
    h5::set_attribute(group.get(), "signal", "counts");
    h5::set_attribute(group.get(), "title", "a crystal");
    h5::set_attribute(data.get(), "units", "electrons");
    write_axis(file.get(), "/entry/data/y", steps(3, 10, 0.5), "nm");
    write_axis(file.get(), "/entry/data/ky", steps(8, -4, 1), "Å^-1");
    write_axis(file.get(), "/entry/data/kx", steps(9, -2, 0.5), "mrad");  // edges
  }
  const SourceInfo info = open_source(folder / "x.nxs")->info();
  expect_axis(info.axes[0], 10, 0.5, "nm");
  expect_axis(info.axes[1], 0, 1, "px");
  expect_axis(info.axes[2], -4, 1, "1/angstrom");
  expect_axis(info.axes[3], -2, 0.5, "mrad");
  EXPECT_EQ(info.title, "a crystal");
  EXPECT_EQ(info.units, "electrons");
}

TEST(Hdf5Axes, reads_hyperspy) {
  const TemporaryFolder folder;
  {
    const h5::Id file = create_file(folder / "x.hspy");
    write_array(file.get(), "/Experiments/title/data", DType::u16, {4, 8, 8});
    for (int i = 0; i < 3; ++i) {
      const h5::Id axis = make_group(file.get(), "/Experiments/title/axis-" + std::to_string(i));
      h5::set_attribute(axis.get(), "scale", 0.25 * (i + 1));
      h5::set_attribute(axis.get(), "offset", -1.0 * i);
      h5::set_attribute(axis.get(), "units", i == 0 ? "nm" : "<undefined>");
    }
  }
  const SourceInfo info = open_source(folder / "x.hspy")->info();
  expect_axis(info.axes[1], 0, 0.25, "nm");
  expect_axis(info.axes[2], -1, 0.5, "px");
  expect_axis(info.axes[3], -2, 0.75, "px");
}

TEST(Hdf5Axes, reads_emd_1_with_two_values_an_axis) {
  const TemporaryFolder folder;
  {
    const h5::Id file = create_file(folder / "x.emd");
    write_array(file.get(), "/datacube_root/datacube/data", DType::u16, {3, 4, 8, 8});
    for (int i = 0; i < 4; ++i)
      write_axis(file.get(), "/datacube_root/datacube/dim" + std::to_string(i), {1.0 * i, 1.0 * i + 0.5}, i < 2 ? "nm" : "A^-1");
  }
  const SourceInfo info = open_source(folder / "x.emd")->info();
  expect_axis(info.axes[0], 0, 0.5, "nm");
  expect_axis(info.axes[3], 3, 0.5, "1/angstrom");
}

TEST(Hdf5Axes, reads_the_pixel_sizes_of_py4dstem_where_its_axes_are_in_pixels) {
  const TemporaryFolder folder;
  {
    const h5::Id file = create_file(folder / "x.h5");
    write_array(file.get(), "/datacube_root/datacube/data", DType::u16, {3, 4, 8, 8});
    for (int i = 0; i < 4; ++i) write_axis(file.get(), "/datacube_root/datacube/dim" + std::to_string(i), {0, 1}, "pixels");
    const double q = 0.02, r = 3;
    write_array(file.get(), "/datacube_root/metadatabundle/calibration/Q_pixel_size", DType::f64, {}, &q);
    write_array(file.get(), "/datacube_root/metadatabundle/calibration/R_pixel_size", DType::f64, {}, &r);
    const h5::Id variable(H5Tcopy(H5T_C_S1), H5Tclose), fixed(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(variable.get(), H5T_VARIABLE);
    H5Tset_size(fixed.get(), 2);
    const char* q_units = "A^-1";
    const std::string calibration = "/datacube_root/metadatabundle/calibration/";
    write_array(file.get(), calibration + "Q_pixel_units", variable.get(), {}, &q_units, variable.get());
    write_array(file.get(), calibration + "R_pixel_units", fixed.get(), {}, "nm", fixed.get());
  }
  const SourceInfo info = open_source(folder / "x.h5")->info();
  expect_axis(info.axes[0], 0, 3, "nm");
  expect_axis(info.axes[2], 0, 0.02, "1/angstrom");
}

TEST(Hdf5Axes, leaves_alone_what_is_uneven_or_was_folded_into_another_scan) {
  const TemporaryFolder folder;
  {
    const h5::Id file = create_file(folder / "x.emd");
    write_array(file.get(), "/a/data", DType::u16, {4, 8, 8});
    write_axis(file.get(), "/a/dim1", steps(4, 5, 2), "s");
    write_axis(file.get(), "/a/dim2", {0, 1, 2, 3, 4, 5, 6, 60}, "nm");
  }
  SourceOptions options;
  expect_axis(open_source(folder / "x.emd", options)->info().axes[1], 5, 2, "s");
  options.scan_shape = ScanShape{2, 2};
  const SourceInfo info = open_source(folder / "x.emd", options)->info();
  expect_axis(info.axes[1], 0, 1, "px");
  expect_axis(info.axes[2], 0, 1, "px");
}

TEST(Hdf5Axes, spells_units_one_way) {
  EXPECT_EQ(plain_units("Å⁻¹"), "1/angstrom");
  EXPECT_EQ(plain_units("1 / nm"), "1/nm");
  EXPECT_EQ(plain_units("pixels"), "px");
  EXPECT_EQ(plain_units("[n_m^-1]"), "1/nm");
  EXPECT_EQ(plain_units("[mrad]"), "mrad");
  EXPECT_EQ(plain_units("_None_"), "px");
  EXPECT_EQ(plain_units("furlong"), "furlong");
}

}  // namespace
}  // namespace esieve
