// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "hdf5_files.hpp"
#include "source_checks.hpp"
#include "support/temporary_folder.hpp"

namespace esieve {
namespace {

using nlohmann::json;

json metadata_of(const std::filesystem::path& path) { return json::parse(open_source(path)->info().metadata_json); }

TEST(Hdf5Metadata, keeps_attributes_of_every_object_and_values_of_small_datasets) {
  const TemporaryFolder folder;
  {
    const h5::Id file = create_file(folder / "x.h5");
    const h5::Id frames = write_array(file.get(), "/entry/data", DType::u16, {3, 2, 2});
    h5::set_attribute(frames.get(), "gain", 2.5);
    h5::set_attribute(h5::open_group(file.get(), "/").get(), "operator", "Å. Ngström");
    h5::set_attribute(make_group(file.get(), "/empty").get(), "n", std::int64_t{-7});
    make_group(file.get(), "/nothing");
    const std::array<float, 4> values{0.5F, -1, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()};
    write_array(file.get(), "/calibration", DType::f32, {2, 2}, values.data());
    const double dwell = 1e-3;
    write_array(file.get(), "/instrument/dwell", DType::f64, {}, &dwell);
  }
  const json objects = metadata_of(folder / "x.h5")["hdf5"];
  EXPECT_EQ(objects["/"]["attributes"]["operator"], "Å. Ngström");
  EXPECT_EQ(objects["/entry/data"], json::parse(R"({"attributes":{"gain":2.5},"dtype":"uint16","shape":[3,2,2],"frames":true})"));
  EXPECT_EQ(objects["/empty"]["attributes"]["n"], -7);
  EXPECT_TRUE(objects.contains("/nothing"));
  EXPECT_EQ(objects["/calibration"]["value"], json::parse(R"([[0.5,-1.0],["NaN","Infinity"]])"));
  EXPECT_EQ(objects["/instrument/dwell"]["value"], 1e-3);
  EXPECT_EQ(objects["/instrument/dwell"]["dtype"], "float64");
}

TEST(Hdf5Metadata, names_what_is_too_large_to_be_kept) {
  const TemporaryFolder folder;
  {
    const h5::Id file = create_file(folder / "x.h5");
    write_array(file.get(), "/frames", DType::u16, {3, 400, 400});
    write_array(file.get(), "/flat_field", DType::f32, {200, 200});
    write_array(file.get(), "/just_small_enough", DType::u8, {65536});
  }
  const json metadata = metadata_of(folder / "x.h5");
  EXPECT_EQ(metadata["not_kept"], json::parse(R"([{"path":"/flat_field","dtype":"float32","shape":[200,200]}])"));
  EXPECT_EQ(metadata["hdf5"]["/just_small_enough"]["value"].size(), 65536U);
}

TEST(Hdf5Metadata, keeps_text_booleans_compounds_lists_links_and_references) {
  const TemporaryFolder folder;
  {
    const h5::Id file = create_file(folder / "x.h5");
    write_array(file.get(), "/frames", DType::u16, {3, 2, 2});
    const h5::Id group = make_group(file.get(), "/g");
    h5::set_attribute_bool(group.get(), "is_simulated", true);
    const std::vector<std::string> names = {"a", "b"};
    h5::set_attribute(group.get(), "names", std::span<const std::string>(names));

    const h5::Id latin(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(latin.get(), 2);
    write_array(file.get(), "/latin", latin.get(), {}, "\xC5m", latin.get());

    struct Peak {
      std::int32_t row;
      double height;
    };
    const h5::Id compound(H5Tcreate(H5T_COMPOUND, sizeof(Peak)), H5Tclose);
    H5Tinsert(compound.get(), "row", offsetof(Peak, row), H5T_NATIVE_INT32);
    H5Tinsert(compound.get(), "height", offsetof(Peak, height), H5T_NATIVE_DOUBLE);
    const std::array<Peak, 2> peaks{{{1, 2.5}, {3, -4}}};
    write_array(file.get(), "/peaks", compound.get(), {2}, peaks.data(), compound.get());

    std::array<std::uint32_t, 3> items{7, 8, 9};
    const std::array<hvl_t, 2> lists{{{3, items.data()}, {0, nullptr}}};
    const h5::Id variable(H5Tvlen_create(H5T_NATIVE_UINT32), H5Tclose);
    write_array(file.get(), "/lists", variable.get(), {2}, lists.data(), variable.get());

    hobj_ref_t reference;
    H5Rcreate(&reference, file.get(), "/peaks", H5R_OBJECT, -1);
    write_array(file.get(), "/reference", H5T_STD_REF_OBJ, {}, &reference, H5T_STD_REF_OBJ);
    H5Lcreate_hard(file.get(), "/peaks", file.get(), "/peaks_too", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/peaks", file.get(), "/peaks_soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("gone.h5", "/x", file.get(), "/gone", H5P_DEFAULT, H5P_DEFAULT);
  }
  const json objects = metadata_of(folder / "x.h5")["hdf5"];
  EXPECT_EQ(objects["/g"]["attributes"]["is_simulated"], true);
  EXPECT_EQ(objects["/g"]["attributes"]["names"], json::parse(R"(["a","b"])"));
  EXPECT_EQ(objects["/latin"]["value"]["latin1"], "Åm");
  EXPECT_EQ(objects["/peaks"]["value"], json::parse(R"([{"row":1,"height":2.5},{"row":3,"height":-4.0}])"));
  EXPECT_EQ(objects["/lists"]["value"], json::parse("[[7,8,9],[]]"));
  EXPECT_EQ(objects["/reference"]["value"]["reference"], "/peaks");
  EXPECT_EQ(objects["/peaks_too"]["same_as"], "/peaks");
  EXPECT_EQ(objects["/peaks_soft"]["link"], "/peaks");
  EXPECT_EQ(objects["/gone"]["broken_link"], "gone.h5:/x");
}

TEST(Hdf5Metadata, knows_the_entropy_floor_of_simulated_data) {
  const TemporaryFolder folder;
  {
    const h5::Id file = create_file(folder / "x.h5");
    const h5::Id frames = write_array(file.get(), "/frames", DType::u16, {3, 2, 2});
    h5::set_attribute(frames.get(), "floor_bits", 1234.5);
  }
  EXPECT_EQ(open_source(folder / "x.h5")->info().floor_bits, 1234.5);
}

}  // namespace
}  // namespace esieve
