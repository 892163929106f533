// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/bytes.hpp"
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

std::uint64_t n_items(const Dims& dims) {
  std::uint64_t n = 1;
  for (const hsize_t dim : dims) n *= dim;
  return n;
}

TEST(Hdf5Source, reads_every_type_shape_and_storage_bit_for_bit) {
  const TemporaryFolder folder;
  std::mt19937_64 random(test_seed(13));
  const Dims shapes[] = {{5, 4, 6, 7}, {1, 9, 3, 3}, {7, 1, 2, 5}, {11, 6, 5}, {6, 9}, {3, 4, 1, 1}};
  for (int code = 1; code <= 10; ++code) {
    const auto dtype = static_cast<DType>(code);
    for (const Dims& dims : shapes)
      for (const bool chunked : {false, true}) {
        SCOPED_TRACE(std::string(dtype_name(dtype)) + " in " + std::to_string(dims.size()) + " dimensions");
        const std::vector<std::byte> values = random_bytes(random, n_items(dims) * item_bytes(dtype));
        Dims chunk;
        for (const hsize_t n : dims) chunk.push_back(1 + random() % n);
        h5::Id properties = creation(chunked ? chunk : Dims{});
        if (chunked) {
          H5Pset_shuffle(properties.get());
          H5Pset_deflate(properties.get(), 1);
        }
        write_array(create_file(folder / "x.h5").get(), "/a/data", dtype, dims, values.data(), properties);
        const auto source = open_source(folder / "x.h5");
        EXPECT_EQ(source->info().dtype, dtype);
        EXPECT_EQ(source->info().dataset, "/a/data");
        expect_frames(*source, values, random);
      }
  }
}

TEST(Hdf5Source, reads_big_endian_values_with_and_without_chunks) {
  const TemporaryFolder folder;
  std::mt19937_64 random(test_seed(14));
  const std::pair<hid_t, DType> types[] = {
      {H5T_STD_U16BE, DType::u16}, {H5T_STD_I32BE, DType::i32}, {H5T_IEEE_F32BE, DType::f32}, {H5T_IEEE_F64BE, DType::f64}};
  for (const auto& [type, dtype] : types)
    for (const Dims& chunk : {Dims{}, Dims{2, 2, 4, 4}}) {
      std::vector<std::byte> values = random_bytes(random, 3 * 4 * 4 * 4 * item_bytes(dtype));
      write_array(create_file(folder / "x.h5").get(), "/data", type, {3, 4, 4, 4}, values.data(), type, creation(chunk));
      swap_bytes(values, item_bytes(dtype));
      expect_frames(*open_source(folder / "x.h5"), values, random);
    }
}

TEST(Hdf5Source, takes_booleans_and_other_enumerations_for_their_integers) {
  const TemporaryFolder folder;
  const std::vector<std::int8_t> values = {0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1};
  const h5::Id type(H5Tenum_create(H5T_NATIVE_INT8), H5Tclose);
  const std::int8_t no = 0, yes = 1;
  H5Tenum_insert(type.get(), "FALSE", &no);
  H5Tenum_insert(type.get(), "TRUE", &yes);
  write_array(create_file(folder / "x.h5").get(), "/data", type.get(), {3, 2, 2}, values.data(), type.get());
  std::mt19937_64 random(1);
  const auto source = open_source(folder / "x.h5");
  EXPECT_EQ(source->info().dtype, DType::i8);
  expect_frames(*source, bytes_of(values), random);
}

TEST(Hdf5Source, reads_what_was_never_written_as_the_fill_value) {
  const TemporaryFolder folder;
  const std::uint16_t fill = 9;
  h5::Id properties = creation({1, 2, 2});
  H5Pset_fill_value(properties.get(), H5T_NATIVE_UINT16, &fill);
  write_array(create_file(folder / "x.h5").get(), "/data", DType::u16, {3, 2, 2}, nullptr, properties);
  EXPECT_EQ(read_all(*open_source(folder / "x.h5")), bytes_of(std::vector<std::uint16_t>(12, fill)));
}

TEST(Hdf5Source, may_be_read_by_several_threads_at_once) {
  const TemporaryFolder folder;
  std::mt19937_64 random(test_seed(15));
  const std::vector<std::byte> values = random_bytes(random, 16 * 16 * 8 * 8);
  h5::Id properties = creation({3, 3, 8, 8});
  H5Pset_deflate(properties.get(), 1);
  write_array(create_file(folder / "x.h5").get(), "/data", DType::u8, {16, 16, 8, 8}, values.data(), properties);
  const auto source = open_source(folder / "x.h5");
  std::vector<std::byte> read(values.size());
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (std::uint64_t frame = t; frame < 256; frame += 4) source->read({frame, 1}, std::span(read).subspan(frame * 64, 64));
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(read, values);
}

TEST(Hdf5Source, folds_a_stack_into_the_scan_asked_for) {
  const TemporaryFolder folder;
  const std::vector<std::uint8_t> values(12 * 4, 1);
  write_array(create_file(folder / "x.h5").get(), "/data", DType::u8, {12, 2, 2}, values.data());
  SourceOptions options;
  options.scan_shape = ScanShape{3, 4};
  EXPECT_EQ(open_source(folder / "x.h5", options)->info().scan, (ScanShape{3, 4}));
  options.scan_shape = ScanShape{5, 2};
  EXPECT_THAT([&] { open_source(folder / "x.h5", options); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("12 frames"), HasSubstr("6,2"))));
}

struct ComplexFloat {
  float r, i;
};

TEST(Hdf5Source, refuses_values_that_are_no_counts_and_says_what_they_are) {
  const TemporaryFolder folder;
  const h5::Id file = create_file(folder / "x.h5");
  const h5::Id complex(H5Tcreate(H5T_COMPOUND, sizeof(ComplexFloat)), H5Tclose);
  H5Tinsert(complex.get(), "r", offsetof(ComplexFloat, r), H5T_NATIVE_FLOAT);
  H5Tinsert(complex.get(), "i", offsetof(ComplexFloat, i), H5T_NATIVE_FLOAT);
  write_array(file.get(), "/complex", complex.get(), {3, 4, 4}, nullptr, complex.get());
  const h5::Id text(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(text.get(), H5T_VARIABLE);
  write_array(file.get(), "/text", text.get(), {2, 2}, nullptr, text.get());
  const h5::Id lists(H5Tvlen_create(H5T_NATIVE_INT), H5Tclose);
  write_array(file.get(), "/lists", lists.get(), {2, 2}, nullptr, lists.get());
  const std::pair<const char*, const char*> cases[] = {
      {"/complex", "complex"}, {"/text", "text"}, {"/lists", "variable-length lists"}};
  for (const auto& [path, words] : cases) {
    SourceOptions options;
    options.dataset = path;
    EXPECT_THAT([&] { open_source(folder / "x.h5", options); }, ThrowsMessage<DataError>(HasSubstr(words)));
  }
  EXPECT_THAT([&] { open_source(folder / "x.h5"); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("no dataset of frames"), HasSubstr("/complex (3 x 4 x 4 complex)"))));
}

TEST(Hdf5Source, says_what_is_wrong_with_the_only_dataset_there_is) {
  const TemporaryFolder folder;
  const h5::Id half(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
  H5Tset_fields(half.get(), 15, 10, 5, 0, 10);
  H5Tset_size(half.get(), 2);
  H5Tset_ebias(half.get(), 15);
  write_array(create_file(folder / "x.h5").get(), "/data", half.get(), {3, 4, 4}, nullptr, half.get());
  EXPECT_THAT([&] { open_source(folder / "x.h5"); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("16-bit float"), HasSubstr("float32, which is exact"))));
  write_array(create_file(folder / "x.h5").get(), "/data", DType::u16, {3, 0, 4});
  EXPECT_THAT([&] { open_source(folder / "x.h5"); }, ThrowsMessage<DataError>(HasSubstr("holds no frames")));
}

TEST(Hdf5Source, refuses_five_dimensions_and_says_how_to_go_on) {
  const TemporaryFolder folder;
  const std::vector<std::uint8_t> values(2 * 2 * 2 * 3 * 3);
  write_array(create_file(folder / "x.h5").get(), "/data", DType::u8, {2, 2, 2, 3, 3}, values.data());
  EXPECT_THAT([&] { open_source(folder / "x.h5"); }, ThrowsMessage<UsageError>(HasSubstr("save one 4-D part")));
}

}  // namespace
}  // namespace esieve
