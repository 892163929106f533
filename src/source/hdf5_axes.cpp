// SPDX-License-Identifier: Apache-2.0
#include "source/hdf5_axes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <sstream>

#include "source/hdf5_json.hpp"

namespace esieve {
namespace {

struct Calibration {
  double offset = 0, scale = 1;
  std::string units = "px";
};

std::string join(const std::string& group, const std::string& name) { return group + (group.ends_with('/') ? "" : "/") + name; }

std::string parent_of(const std::string& path) { return path.substr(0, std::max<std::size_t>(1, path.rfind('/'))); }

h5::Id open_object(hid_t file, const std::string& path) {
  return h5::exists(file, path) ? h5::Id(H5Oopen(file, path.c_str(), H5P_DEFAULT), H5Oclose) : h5::Id();
}

/// Values of a short numeric dataset; empty for anything else.
std::vector<double> values_of(hid_t file, const std::string& path) {
  constexpr std::uint64_t max_items = 1 << 20;
  const h5::Id object = open_object(file, path);
  if (!object || H5Iget_type(object.get()) != H5I_DATASET || h5::dimensions(object.get()).size() > 1) return {};
  const h5::Id type(H5Dget_type(object.get()), H5Tclose);
  if (!h5::dtype_of(type.get())) return {};
  try {
    return h5::read_dataset<double>(file, path, max_items);
  } catch (const std::runtime_error&) {
    return {};
  }
}

/// Offset and step of evenly spaced values; `n` of them, or n + 1 edges, or EMD's two for any number.
std::optional<Calibration> evenly_spaced(const std::vector<double>& values, std::uint64_t n, bool two_are_enough) {
  const std::size_t m = values.size();
  if (m == 0 || (m != n && m != n + 1 && !(two_are_enough && m == 2))) return std::nullopt;
  if (m == 1) return Calibration{values[0], 1, ""};
  const double step = (values.back() - values.front()) / static_cast<double>(m - 1);
  if (!std::isfinite(step) || step == 0) return std::nullopt;
  for (std::size_t i = 0; i < m; ++i)
    if (std::abs(values[i] - values[0] - static_cast<double>(i) * step) > 1e-3 * std::abs(step)) return std::nullopt;
  return Calibration{values[0], m == 2 && two_are_enough ? values[1] - values[0] : step, ""};
}

std::optional<Calibration> from_dataset(hid_t file, const std::string& path, std::uint64_t n, bool two_are_enough) {
  auto calibration = evenly_spaced(values_of(file, path), n, two_are_enough);
  if (!calibration) return std::nullopt;
  calibration->units = plain_units(h5::string_attribute(open_object(file, path).get(), "units").value_or(""));
  return calibration;
}

/// NXdata: attribute `axes` names a dataset for each dimension.
std::optional<Calibration> nexus_axis(hid_t file, const std::string& group, std::size_t i, const SourceInfo& info) {
  const h5::Id object = open_object(file, group);
  auto names = object ? h5::string_array_attribute(object.get(), "axes") : std::nullopt;
  if (!names) return std::nullopt;
  if (names->size() == 1 && info.shape.size() > 1) {  // the old way: one text, separated by colons or commas
    std::string text = names->front(), name;
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == ':' || c == ',' || c == '[' || c == ']'; }, ' ');
    names->clear();
    for (std::istringstream stream(text); stream >> name;) names->push_back(name);
  }
  if (i >= names->size() || (*names)[i] == ".") return std::nullopt;
  return from_dataset(file, join(group, (*names)[i]), info.shape[i], false);
}

/// HyperSpy: a group axis-I with attributes.
std::optional<Calibration> hyperspy_axis(hid_t file, const std::string& group, std::size_t i) {
  const h5::Id object = open_object(file, join(group, "axis-" + std::to_string(i)));
  const auto scale = object ? h5::double_attribute(object.get(), "scale") : std::nullopt;
  if (!scale || !std::isfinite(*scale) || *scale == 0) return std::nullopt;
  const double offset = h5::double_attribute(object.get(), "offset").value_or(0);
  return Calibration{std::isfinite(offset) ? offset : 0, *scale,
                     plain_units(h5::string_attribute(object.get(), "units").value_or(""))};
}

/// EMD: datasets dim0... (1.0) or dim1... (0.2) beside the data.
std::optional<Calibration> emd_axis(hid_t file, const std::string& group, std::size_t i, const SourceInfo& info) {
  const bool from_zero = h5::exists(file, join(group, "dim0"));
  const std::string path = join(group, "dim" + std::to_string(i + (from_zero ? 0 : 1)));
  return h5::exists(file, path) ? from_dataset(file, path, info.shape[i], from_zero) : std::nullopt;
}

/// py4DSTEM keeps pixel sizes in a group of their own and may leave the dims in pixels.
std::optional<Calibration> py4dstem_axis(hid_t file, const std::string& group, bool detector) {
  const std::string calibration = join(parent_of(group), "metadatabundle/calibration");
  const std::string prefix = join(calibration, detector ? "Q_pixel_" : "R_pixel_");
  const std::vector<double> size = values_of(file, prefix + "size");
  const h5::Id units = open_object(file, prefix + "units");
  if (size.size() != 1 || !(size[0] > 0) || !std::isfinite(size[0]) || !units || H5Iget_type(units.get()) != H5I_DATASET)
    return std::nullopt;
  const auto text = dataset_json(units.get());
  if (!text || !text->is_string()) return std::nullopt;
  return Calibration{0, size[0], plain_units(text->get<std::string>())};
}

std::optional<Calibration> find_calibration(hid_t file, const SourceInfo& info, std::size_t i) {
  const std::string group = parent_of(info.dataset);
  auto found = nexus_axis(file, group, i, info);
  if (!found) found = hyperspy_axis(file, group, i);
  if (!found) found = emd_axis(file, group, i, info);
  const bool detector = i + 2 >= info.shape.size();
  if (!found || found->units == "px")
    if (const auto better = py4dstem_axis(file, group, detector)) return better;
  return found;
}

}  // namespace

std::string plain_units(const std::string& units) {
  std::string bare = units;
  if (bare.size() >= 2 && bare.front() == '[' && bare.back() == ']') {  // EMD 0.2 writes [n_m^-1]
    bare = bare.substr(1, bare.size() - 2);
    std::erase(bare, '_');
  }
  struct Unit {
    const char* plain;
    std::vector<const char*> spellings;
  };
  static const std::array<Unit, 5> known = {{
      {"px", {"", "pixels", "pixel", "<undefined>", "_None_", "None"}},
      {"angstrom", {"A", "\u00c5", "\u212b", "Angstrom"}},
      {"1/angstrom", {"A^-1", "\u00c5^-1", "1/A", "1/\u00c5", "1/\u212b", "1 / \u00c5", "\u00c5\u207b\u00b9", "angstrom^-1"}},
      {"1/nm", {"nm^-1", "1 / nm", "nm\u207b\u00b9"}},
      {"um", {"\u00b5m", "\u03bcm"}},
  }};
  for (const auto& [plain, spellings] : known)
    if (std::find(spellings.begin(), spellings.end(), bare) != spellings.end()) return plain;
  return bare;
}

void calibrate_axes(hid_t file, SourceInfo& info) {
  const h5::Lock lock;
  const std::size_t n_dims = info.shape.size();
  const std::uint64_t n_stack = n_dims >= 3 ? info.shape[n_dims - 3] : 1;
  const bool rescanned = info.scan.scan_x != n_stack || (n_dims == 4 && info.scan.scan_y != info.shape[0]);
  for (std::size_t i = 0; i < n_dims; ++i) {
    const std::size_t axis = i + 4 - n_dims;
    if (axis < 2 && rescanned) continue;
    if (const auto found = find_calibration(file, info, i)) {
      info.axes[axis].offset = found->offset;
      info.axes[axis].scale = found->scale;
      info.axes[axis].units = found->units;
    }
  }
  const h5::Id dataset = open_object(file, info.dataset), group = open_object(file, parent_of(info.dataset));
  for (const hid_t object : {dataset.get(), group.get()})
    if (const auto title = h5::string_attribute(object, "title"); title && !title->empty()) {
      info.title = *title;
      break;
    }
  if (const auto units = h5::string_attribute(dataset.get(), "units"); units && !units->empty()) info.units = *units;
  for (const hid_t object : {dataset.get(), group.get(), open_object(file, "/").get()})
    if (const auto floor = h5::double_attribute(object, "floor_bits"); floor && *floor >= 0) info.floor_bits = floor;
}

}  // namespace esieve
