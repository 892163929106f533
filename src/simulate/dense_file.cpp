// SPDX-License-Identifier: Apache-2.0
#include "simulate/dense_file.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace esieve::simulate {
namespace {

void write_axes(hid_t group, const std::array<Axis, 4>& axes, std::span<const hsize_t> dims) {
  std::vector<std::string> names;
  for (std::size_t a = 0; a < 4; ++a) {
    names.push_back(axes[a].name);
    std::vector<double> values(dims[a]);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = axes[a].offset + static_cast<double>(i) * axes[a].scale;
    const h5::Id axis = h5::write_dataset(group, axes[a].name, DType::f64, dims.subspan(a, 1), values.data());
    h5::set_attribute(axis.get(), "units", axes[a].units);
    h5::set_attribute(group, axes[a].name + "_indices", static_cast<std::int32_t>(a));
  }
  h5::set_attribute(group, "axes", std::span<const std::string>(names));
}

void write_parameters(hid_t entry, const SimulateOptions& o) {
  const h5::Id group = h5::create_group(entry, "simulation");
  h5::set_attribute(group.get(), "NX_class", "NXcollection");
  h5::set_attribute(group.get(), "specimen", "SrTiO3 [001]");
  h5::set_attribute(group.get(), "dose_electrons", o.dose_electrons);
  h5::set_attribute(group.get(), "seed", o.seed);
  h5::set_attribute(group.get(), "energy_kev", o.energy_kev);
  h5::set_attribute(group.get(), "semi_angle_mrad", o.semi_angle_mrad);
  h5::set_attribute(group.get(), "defocus_nm", o.defocus_nm);
  h5::set_attribute(group.get(), "cs_um", o.cs_um);
  h5::set_attribute(group.get(), "thickness_nm", o.thickness_nm);
  h5::set_attribute(group.get(), "scan_step_nm", o.scan_step_nm);
}

}  // namespace

DenseFile::DenseFile(const std::filesystem::path& path, PendingFile::IfExists if_exists, const Simulation& simulation,
                     DType dtype, const char* title)
    : pending_(path, if_exists),
      file_(pending_.temporary_path()),
      scan_(simulation.options().scan),
      detector_(simulation.options().detector),
      dtype_(dtype) {
  const h5::Lock lock;
  write_metadata(simulation, title);
  file_.check();
}

DenseFile::~DenseFile() {
  const h5::Lock lock;
  dataset_.reset();
}

void DenseFile::write_metadata(const Simulation& simulation, const char* title) {
  h5::set_attribute(file_.id(), "NX_class", "NXroot");
  h5::set_attribute(file_.id(), "default", "entry");
  const h5::Id entry = h5::create_group(file_.id(), "entry");
  h5::set_attribute(entry.get(), "NX_class", "NXentry");
  h5::set_attribute(entry.get(), "default", "data");
  const h5::Id group = h5::create_group(entry.get(), "data");
  h5::set_attribute(group.get(), "NX_class", "NXdata");
  h5::set_attribute(group.get(), "signal", "data");
  h5::set_attribute(group.get(), "interpretation", "image");
  h5::set_attribute(group.get(), "title", title);

  const std::array<hsize_t, 4> dims = {scan_.scan_y, scan_.scan_x, detector_.det_y, detector_.det_x};
  write_axes(group.get(), simulation.axes(), dims);
  write_parameters(entry.get(), simulation.options());

  // In one piece, which any number of threads may read, and programs map into memory.
  const h5::Id creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER);
  const h5::Id space = h5::simple_space(dims);
  dataset_ = {
      h5::check(H5Dcreate2(group.get(), "data", h5::file_type(dtype_), space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT),
                "create /entry/data/data"),
      H5Dclose};
  h5::set_attribute(dataset_.get(), "units", "electrons");
  h5::set_attribute(dataset_.get(), "interpretation", "image");
}

void DenseFile::write_block(std::array<hsize_t, 4> start, std::array<hsize_t, 4> count, const std::byte* frames) {
  const h5::Id space(H5Dget_space(dataset_.get()), H5Sclose);
  const h5::Id memory = h5::simple_space(count);
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
  h5::check(H5Dwrite(dataset_.get(), h5::native_type(dtype_), memory.get(), space.get(), H5P_DEFAULT, frames), "write frames");
}

void DenseFile::write(FrameRange range, std::span<const std::byte> frames) {
  const h5::Lock lock;
  const std::uint64_t frame_bytes = detector_.n_pixels() * item_bytes(dtype_);
  for (std::uint64_t done = 0; done < range.count;) {
    const std::uint64_t y = (range.first + done) / scan_.scan_x, x = (range.first + done) % scan_.scan_x;
    const std::uint64_t left = range.count - done;
    // Whole rows at once, otherwise up to the end of this one.
    const std::uint64_t rows = x == 0 ? std::max<std::uint64_t>(1, left / scan_.scan_x) : 1;
    const std::uint64_t columns = std::min(left, scan_.scan_x - x);
    write_block({y, x, 0, 0}, {rows, columns, detector_.det_y, detector_.det_x}, frames.data() + done * frame_bytes);
    done += rows * columns;
  }
  file_.check();
}

void DenseFile::set_attribute(const char* name, double value) {
  const h5::Lock lock;
  h5::set_attribute(dataset_.get(), name, value);
}

void DenseFile::commit() {
  const h5::Lock lock;
  dataset_.reset();
  file_.close();
  pending_.commit();
}

}  // namespace esieve::simulate
