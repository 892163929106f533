// SPDX-License-Identifier: Apache-2.0
//
// Files that are damaged, from the future, or not ours: named errors, never wrong data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "container/layout.hpp"
#include "esieve/error.hpp"
#include "esieve/reader.hpp"
#include "h5/compact.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_data.hpp"
#include "support/write_event_file.hpp"

namespace esieve {
namespace {

class DamagedFile : public testing::Test {
 protected:
  DamagedFile() : source({20, 15}, {8, 6}, DType::u16) {
    fill_with_counts(source, 0.5, 8);
    write_event_file(source, path, {.frames_per_chunk = 1, .all_parts = true});
  }

  std::vector<char> bytes() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  void set_bytes(const std::vector<char>& bytes) const {
    std::ofstream(path, std::ios::binary | std::ios::trunc).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  std::size_t offset_of_chunk(std::uint64_t i) const {
    const auto chunk = Reader(path).chunk(i);
    const auto file = bytes();
    const auto* first = reinterpret_cast<const char*>(chunk.data());
    return static_cast<std::size_t>(std::search(file.begin(), file.end(), first, first + chunk.size()) - file.begin());
  }

  /// Opens the file for writing through HDF5 and hands it to `change`.
  void change(auto change) const {
    const h5::Lock lock;
    const h5::Id file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    const h5::Id dataset = h5::open_dataset(file.get(), layout::dataset_path);
    change(file.get(), dataset.get());
  }

  std::string error(auto read) const {
    try {
      read(Reader(path));
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  }

  TemporaryFolder folder;
  std::filesystem::path path = folder / "a.hdf5";
  MemorySource source;
};

TEST_F(DamagedFile, ADamagedChunkIsNamedAndTheOthersAreRead) {
  const std::size_t at = offset_of_chunk(37) + 50;
  auto file = bytes();
  file[at] = static_cast<char>(file[at] ^ 4);
  set_bytes(file);
  std::vector<std::byte> dense(source.bytes().size());
  EXPECT_THAT(error([&](const Reader& reader) {
                reader.frames(FrameRange{0, 300}, dense);
              }),
              testing::AllOf(testing::HasSubstr("chunk 37 (frames 37 to 37) is damaged"), testing::HasSubstr("checksum")));
  EXPECT_THAT(error([&](const Reader& reader) { reader.events<float>(FrameRange{30, 10}); }), testing::HasSubstr("chunk 37"));
  const auto rest = std::span(dense).first(source.info().frame_bytes() * 37);
  EXPECT_EQ(error([&](const Reader& reader) { reader.frames(FrameRange{0, 37}, rest); }), "");
  EXPECT_TRUE(std::ranges::equal(rest, source.bytes().first(rest.size())));
}

TEST_F(DamagedFile, AChunkInAnothersPlaceIsNotTakenForIt) {
  const std::size_t a = offset_of_chunk(3);
  const auto chunk = Reader(path).chunk(8);
  std::uint64_t twin = 9;  // of the same length, so that HDF5's own bookkeeping still holds
  while (Reader(path).chunk(twin).size() != chunk.size()) ++twin;
  auto file = bytes();
  const std::size_t b = offset_of_chunk(twin);
  std::memcpy(file.data() + b, chunk.data(), chunk.size());
  set_bytes(file);
  std::vector<std::byte> dense(source.info().frame_bytes());
  EXPECT_THAT(error([&](const Reader& reader) {
                reader.frames(FrameRange{twin, 1}, dense);
              }),
              testing::HasSubstr("it is the chunk of frame 8"));
  EXPECT_NE(a, b);
}

TEST_F(DamagedFile, ATruncatedFileIsRefused) {
  auto file = bytes();
  for (const std::size_t size : {file.size() - 1, file.size() / 2, std::size_t{100}, std::size_t{5}, std::size_t{0}}) {
    auto cut = file;
    cut.resize(size);
    set_bytes(cut);
    EXPECT_THROW(Reader{path}, DataError) << size;
  }
}

TEST_F(DamagedFile, FeaturesOfALaterVersionAreRefused) {
  change([](hid_t, hid_t dataset) {
    H5Adelete(dataset, layout::required_features);
    h5::set_attributes(dataset, {{layout::required_features, std::uint64_t{1} << 63}});
  });
  EXPECT_THROW(Reader{path}, UnsupportedError);
}

TEST_F(DamagedFile, AnUnknownFidelityIsNotTakenForLossless) {
  change([](hid_t, hid_t dataset) {
    H5Adelete(dataset, layout::fidelity);
    h5::set_attributes(dataset, {{layout::fidelity, std::string("mostly")}});
  });
  EXPECT_THROW(Reader{path}, DataError);
}

TEST_F(DamagedFile, AnIndexOfOtherFramesIsRefused) {
  change([](hid_t file, hid_t) {
    H5Ldelete(file, "/esieve/frame_events", H5P_DEFAULT);
    const std::vector<std::uint32_t> values(7);
    const hsize_t n = 7;
    h5::write_dataset(h5::open_group(file, "/esieve").get(), "frame_events", DType::u32, {&n, 1}, values.data());
  });
  EXPECT_THAT(error([](const Reader& reader) { reader.frame_totals(); }), testing::HasSubstr("index of other frames"));
}

TEST_F(DamagedFile, AnIndexOfChunksThatLiesIsNotBelieved) {
  for (const std::uint64_t lie : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}, std::uint64_t{1} << 40}) {
    change([lie](hid_t file, hid_t) {
      const h5::Id chunks = h5::open_dataset(file, "/esieve/chunks");
      const std::vector<std::uint64_t> values(600, lie);
      H5Dwrite(chunks.get(), H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    });
    std::vector<std::byte> dense(source.bytes().size());
    Reader(path).frames(FrameRange{0, 300}, dense);
    EXPECT_TRUE(std::ranges::equal(dense, source.bytes()));
  }
}

TEST_F(DamagedFile, EveryFlippedByteOfTheStructureIsAnErrorOrHarmless) {
  const std::uint64_t seed = test_seed(21);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const auto sound = bytes();
  std::vector<std::byte> dense(source.bytes().size());
  for (int trial = 0; trial < 300; ++trial) {
    auto file = sound;
    const std::size_t at = trial % 2 == 0 ? random() % 4096 : file.size() - 1 - random() % 16384;
    file[at] = static_cast<char>(random());
    set_bytes(file);
    try {
      const Reader reader(path);
      if (reader.info().scan != source.info().scan || reader.info().detector != source.info().detector) continue;
      reader.frame_totals();
      reader.frames(FrameRange{0, 300}, dense);
      EXPECT_TRUE(std::ranges::equal(dense, source.bytes())) << "byte " << at;
    } catch (const Error&) {
    }
  }
}

TEST(NotAnEventFile, IsRefusedInWordsThatHelp) {
  TemporaryFolder folder;
  EXPECT_THROW(Reader{folder / "missing.hdf5"}, IoError);
  EXPECT_THROW(Reader{folder.path()}, IoError);
  std::ofstream(folder / "text.hdf5") << "hello";
  EXPECT_THROW(Reader{folder / "text.hdf5"}, DataError);
  {
    const h5::Lock lock;
    const h5::Id file(H5Fcreate((folder / "plain.hdf5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
    const hsize_t n = 3;
    const double values[3] = {};
    h5::write_dataset(file.get(), "data", DType::f64, {&n, 1}, values);
  }
  try {
    Reader reader(folder / "plain.hdf5");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("not an event file"), testing::HasSubstr("esieve convert")));
  }
}

}  // namespace
}  // namespace esieve
