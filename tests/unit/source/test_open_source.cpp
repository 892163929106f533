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
using ::testing::ThrowsMessage;

TEST(OpenSource, says_what_is_wrong_with_files_that_cannot_be_opened) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { open_source(folder / "none.h5"); }, ThrowsMessage<IoError>(HasSubstr("No such file")));
  EXPECT_THAT([&] { open_source(folder.path()); }, ThrowsMessage<IoError>(HasSubstr("directory")));
  write_bytes(folder / "empty.h5", "");
  EXPECT_THAT([&] { open_source(folder / "empty.h5"); }, ThrowsMessage<DataError>(HasSubstr("empty.h5 is empty")));
}

TEST(OpenSource, goes_by_content_before_extension) {
  const TemporaryFolder folder;
  const std::vector<std::uint16_t> values(24, 3);
  write_array(create_file(folder / "measurement.npy").get(), "/data", DType::u16, {2, 3, 4}, values.data());
  EXPECT_EQ(open_source(folder / "measurement.npy")->info().format, "HDF5");
}

TEST(OpenSource, tells_files_that_only_claim_to_be_of_a_kind) {
  const TemporaryFolder folder;
  for (const char* name : {"x.h5", "x.hdf5", "x.npy", "x.mib"}) {
    write_bytes(folder / name, "something else entirely, long enough");
    EXPECT_THROW(open_source(folder / name), DataError) << name;
  }
  write_bytes(folder / "x.npz", std::string("PK\x03\x04", 4) + "and so on");
  EXPECT_THAT([&] { open_source(folder / "x.npz"); }, ThrowsMessage<DataError>(HasSubstr("unpack it")));
}

TEST(OpenSource, asks_for_shape_and_dtype_where_the_content_says_nothing) {
  const TemporaryFolder folder;
  write_bytes(folder / "x.bin", "0123456789");
  EXPECT_THAT([&] { open_source(folder / "x.bin"); }, ThrowsMessage<UsageError>(HasSubstr("give --shape and --dtype")));
  SourceOptions options;
  options.dtype = "u2";
  EXPECT_THAT([&] { open_source(folder / "x.bin", options); }, ThrowsMessage<UsageError>(HasSubstr("give --shape")));
}

TEST(OpenSource, refuses_options_that_belong_to_another_kind) {
  const TemporaryFolder folder;
  const std::vector<std::uint16_t> values(24, 3);
  write_array(create_file(folder / "x.h5").get(), "/data", DType::u16, {2, 3, 4}, values.data());
  SourceOptions raw;
  raw.shape = {2, 3, 4};
  EXPECT_THAT([&] { open_source(folder / "x.h5", raw); }, ThrowsMessage<UsageError>(HasSubstr("--shape")));
  write_bytes(folder / "x.bin", "0123456789");
  SourceOptions dataset;
  dataset.dataset = "/data";
  EXPECT_THAT([&] { open_source(folder / "x.bin", dataset); }, ThrowsMessage<UsageError>(HasSubstr("--dataset is for HDF5")));
}

TEST(OpenSource, names_a_truncated_hdf5_file) {
  const TemporaryFolder folder;
  const std::vector<std::uint16_t> values(20'000, 3);
  write_array(create_file(folder / "x.h5").get(), "/data", DType::u16, {2, 100, 100}, values.data());
  std::filesystem::resize_file(folder / "x.h5", 3000);
  EXPECT_THAT([&] { open_source(folder / "x.h5"); }, ThrowsMessage<DataError>(HasSubstr("truncated")));
}

}  // namespace
}  // namespace esieve
