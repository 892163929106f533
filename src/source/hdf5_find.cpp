// SPDX-License-Identifier: Apache-2.0
#include "source/hdf5_find.hpp"

#include <algorithm>
#include <cctype>

#include "esieve/error.hpp"
#include "source/frame_layout.hpp"

namespace esieve {
namespace {

/// How many times larger than the next one a dataset must be to be meant without saying so.
constexpr std::uint64_t by_far = 8;

std::string type_name(hid_t type) {
  if (const auto dtype = numeric_dtype(type)) return std::string(dtype_name(*dtype));
  const std::string bits = std::to_string(8 * H5Tget_size(type)) + "-bit ";
  switch (H5Tget_class(type)) {
    case H5T_COMPOUND: return H5Tget_nmembers(type) == 2 && H5Tget_member_class(type, 0) == H5T_FLOAT ? "complex" : "compound";
    case H5T_STRING: return "text";
    case H5T_VLEN: return "variable-length lists";
    case H5T_FLOAT: return bits + "float";
    case H5T_INTEGER: return bits + "integer";
    case H5T_ARRAY: return "arrays";
    case H5T_REFERENCE: return "references";
    default: return "opaque";
  }
}

bool can_be_frames(const DatasetFacts& facts) {
  return facts.dtype && facts.shape.size() >= 2 && array_bytes(facts.shape, 1) != 0U;
}

/// A stack or a scan of images, not one image.
bool has_many_frames(const DatasetFacts& facts) {
  return facts.shape.size() >= 3 && facts.shape.back() > 1 && facts.shape[facts.shape.size() - 2] > 1;
}

std::uint64_t n_items(const DatasetFacts& facts) { return array_bytes(facts.shape, 1).value_or(UINT64_MAX); }

std::string describe(const DatasetFacts& facts) {
  return facts.path + " (" + shape_text(facts.shape) + " " + facts.type_name + ")";
}

std::string list(std::vector<DatasetFacts> candidates) {
  constexpr std::size_t max_listed = 12;
  std::stable_sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) { return n_items(a) > n_items(b); });
  std::string text;
  for (std::size_t i = 0; i < std::min(candidates.size(), max_listed); ++i)
    text += (i == 0 ? "" : ", ") + describe(candidates[i]);
  if (candidates.size() > max_listed) text += " and " + std::to_string(candidates.size() - max_listed) + " more";
  return text;
}

std::string parent_of(const std::string& path) { return path.substr(0, std::max<std::size_t>(1, path.rfind('/'))); }

/// data_000001 and its like.
bool is_part_name(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.size() == 11 && name.starts_with("data_") &&
         std::all_of(name.begin() + 5, name.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

class Finder {
 public:
  Finder(hid_t file, const std::string& name, std::span<const h5::Object> objects) : file_(file), name_(name), objects_(objects) {
    for (const h5::Object& object : objects) {
      if (object.kind != h5::ObjectKind::dataset) continue;
      DatasetFacts facts = dataset_facts(file, object.path);
      (can_be_frames(facts) ? candidates_ : others_).push_back(std::move(facts));
    }
  }

  std::vector<std::string> find(const std::string& wanted) const {
    if (!wanted.empty()) return find_wanted(wanted);
    if (candidates_.empty()) return {only_other()};
    const bool stacks = std::any_of(candidates_.begin(), candidates_.end(), has_many_frames);
    if (const auto plotted = default_plot(); plotted && (!stacks || has_many_frames(*plotted))) return parts(plotted->path);
    std::vector<DatasetFacts> likely;
    std::copy_if(candidates_.begin(), candidates_.end(), std::back_inserter(likely),
                 [&](const DatasetFacts& facts) { return !stacks || has_many_frames(facts); });
    const auto largest =
        std::max_element(likely.begin(), likely.end(), [](const auto& a, const auto& b) { return n_items(a) < n_items(b); });
    const std::vector<std::string> found = parts(largest->path);
    for (const DatasetFacts& facts : likely) {
      if (std::find(found.begin(), found.end(), facts.path) != found.end()) continue;
      if (n_items(facts) > n_items(*largest) / by_far)
        throw UsageError(name_ + " has several datasets that could be meant; choose one with --dataset: " + list(likely));
    }
    return found;
  }

 private:
  std::vector<std::string> find_wanted(const std::string& wanted) const {
    const std::string path = wanted.starts_with('/') ? wanted : "/" + wanted;
    if (h5::exists(file_, path)) {
      const h5::Id object(H5Oopen(file_, path.c_str(), H5P_DEFAULT), H5Oclose);
      if (object && H5Iget_type(object.get()) == H5I_DATASET) return {path};
      if (const auto signal = signal_of(path)) return parts(*signal);
      for (const DatasetFacts& facts : candidates_)
        if (parent_of(facts.path) == path && is_part_name(facts.path)) return parts(facts.path);
    }
    for (const h5::Object& object : objects_)
      if (object.path == path && object.kind == h5::ObjectKind::broken_link)
        throw DataError(name_ + ":" + path + " is kept in " + object.target + ", which is missing or has no such dataset");
    throw UsageError(name_ + " has no dataset " + path + (candidates_.empty() ? "" : "; it has " + list(candidates_)));
  }

  /// Follows NeXus's chain of `default` attributes to the `signal` of an NXdata group.
  std::optional<DatasetFacts> default_plot() const {
    std::string group = "/";
    for (int depth = 0; depth < 8; ++depth) {
      const h5::Id object(H5Oopen(file_, group.c_str(), H5P_DEFAULT), H5Oclose);
      const auto next = object ? h5::string_attribute(object.get(), "default") : std::nullopt;
      if (!next || next->empty()) break;
      group += (group.ends_with('/') ? "" : "/") + *next;
      if (!h5::exists(file_, group)) return std::nullopt;
    }
    const auto signal = signal_of(group);
    if (!signal) return std::nullopt;
    DatasetFacts facts = dataset_facts(file_, *signal);
    return can_be_frames(facts) ? std::optional(std::move(facts)) : std::nullopt;
  }

  std::optional<std::string> signal_of(const std::string& group) const {
    const h5::Id object(H5Oopen(file_, group.c_str(), H5P_DEFAULT), H5Oclose);
    const auto signal = object ? h5::string_attribute(object.get(), "signal") : std::nullopt;
    if (!signal) return std::nullopt;
    const std::string path = group + (group.ends_with('/') ? "" : "/") + *signal;
    const h5::Id dataset(h5::exists(file_, path) ? H5Dopen2(file_, path.c_str(), H5P_DEFAULT) : -1, H5Dclose);
    return dataset ? std::optional(path) : std::nullopt;
  }

  /// `path` itself, or with all its siblings if it is one of the parts of a stack.
  std::vector<std::string> parts(const std::string& path) const {
    if (!is_part_name(path)) return {path};
    std::vector<std::string> found;
    for (const h5::Object& object : objects_) {
      if (parent_of(object.path) != parent_of(path) || !is_part_name(object.path)) continue;
      if (object.kind == h5::ObjectKind::broken_link)
        throw DataError(name_ + ":" + object.path + " is kept in " + object.target + ", which is missing; put it back, or " +
                        "choose one part with --dataset");
      found.push_back(object.path);
    }
    return found;
  }

  /// Of datasets that cannot be frames the only one that looks like them, so that what is wrong with it can
  /// be said.
  std::string only_other() const {
    std::vector<DatasetFacts> shaped;
    std::copy_if(others_.begin(), others_.end(), std::back_inserter(shaped),
                 [](const DatasetFacts& facts) { return facts.shape.size() >= 2; });
    const std::string text = name_ + " has no dataset of frames (numbers in 2 to 4 dimensions)";
    for (const h5::Object& object : objects_)
      if (object.kind == h5::ObjectKind::broken_link)
        throw DataError(text + "; " + object.path + " is kept in " + object.target + ", which is missing");
    if (shaped.size() == 1) return shaped.front().path;
    throw DataError(text + (shaped.empty() ? "" : "; it has " + list(shaped)));
  }

  hid_t file_;
  const std::string& name_;
  std::span<const h5::Object> objects_;
  std::vector<DatasetFacts> candidates_, others_;
};

}  // namespace

std::optional<DType> numeric_dtype(hid_t type) {
  const h5::Lock lock;
  if (H5Tget_class(type) != H5T_ENUM) return h5::dtype_of(type);
  const h5::Id base(H5Tget_super(type), H5Tclose);
  return h5::dtype_of(base.get());
}

DatasetFacts dataset_facts(hid_t file, const std::string& path) {
  const h5::Lock lock;
  const h5::Id dataset = h5::open_dataset(file, path);
  const h5::Id type(H5Dget_type(dataset.get()), H5Tclose);
  const std::vector<hsize_t> shape = h5::dimensions(dataset.get());
  return {path, {shape.begin(), shape.end()}, numeric_dtype(type.get()), type_name(type.get())};
}

std::vector<std::string> find_frames(hid_t file, const std::string& file_name, std::span<const h5::Object> objects,
                                     const std::string& wanted) {
  const h5::Lock lock;
  return Finder(file, file_name, objects).find(wanted);
}

}  // namespace esieve
