// SPDX-License-Identifier: Apache-2.0
#include "regrid/virtual_dataset.hpp"

#include <algorithm>
#include <array>

namespace esieve {
namespace {

using Dims = std::array<hsize_t, 4>;

/// Selects `count` blocks of `length` frames of a row, `step_y` rows or `step_x` frames apart.
void select(const h5::Id& space, const Dims& dims, std::uint64_t y, std::uint64_t x, const MapRun& run, std::uint64_t step_y,
            std::uint64_t step_x) {
  const Dims start = {y, x, 0, 0};
  const Dims block = {1, run.length, dims[2], dims[3]};
  const Dims count = {step_x > 0 ? 1 : run.count, step_x > 0 ? run.count : 1, 1, 1};
  const Dims stride = {std::max<hsize_t>(1, step_y), std::max<hsize_t>(run.length, step_x), dims[2], dims[3]};
  h5::check(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), stride.data(), count.data(), block.data()),
            "select frames");
}

}  // namespace

h5::Id create_virtual_dataset(hid_t file, ScanShape scan, const FileInfo& original, const std::string& file_name,
                              std::span<const MapRun> runs) {
  const h5::Lock lock;
  const Dims to_dims = {scan.scan_y, scan.scan_x, original.detector.det_y, original.detector.det_x};
  const Dims from_dims = {original.scan.scan_y, original.scan.scan_x, to_dims[2], to_dims[3]};
  const h5::Id to = h5::simple_space(to_dims), from = h5::simple_space(from_dims);
  const h5::Id creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation.get(), false);
  H5Pset_attr_phase_change(creation.get(), 64, 48);
  for (const MapRun& run : runs) {
    select(to, to_dims, run.to_y, run.to_x, run, run.step, 0);
    select(from, from_dims, run.from_y, run.from_x, run, run.from_step_y, run.from_step_x);
    h5::check(H5Pset_virtual(creation.get(), to.get(), file_name.c_str(), original.dataset.c_str(), from.get()), "map frames");
  }
  h5::Id all = h5::simple_space(to_dims);
  return {h5::check(H5Dcreate_anon(file, h5::file_type(original.dtype), all.get(), creation.get(), H5P_DEFAULT),
                    "create the dataset"),
          H5Dclose};
}

}  // namespace esieve
