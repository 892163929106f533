// SPDX-License-Identifier: Apache-2.0
//
// An uncompressed list of events in compressed sparse rows, the sparse storage of the paper: 64-bit frame offsets, 32-bit
// pixels, 16-bit counts (the element type itself where that holds more).
#include <algorithm>

#include "bench/hdf5_contender.hpp"
#include "codec/chunk/scan_events.hpp"
#include "esieve/error.hpp"

namespace esieve::bench {
namespace {

/// Dense bytes scanned, or filled, at once.
constexpr std::uint64_t batch_bytes = std::uint64_t{16} << 20;

constexpr DType count_type(DType dtype) { return dtype == DType::u8 ? DType::u16 : dtype; }

/// Calls `visit(Element{}, Count{})` with the types of dense elements and of stored counts.
template <class Visit>
void visit_types(DType dtype, Visit&& visit) {
  visit_dtype(dtype, [&]<class Element>(Element element) {
    if constexpr (std::is_same_v<Element, std::uint8_t>)
      visit(element, std::uint16_t{});
    else
      visit(element, element);
  });
}

/// A one-dimensional dataset, written and read piece by piece.
class Items {
 public:
  Items(hid_t file, const char* name, DType dtype, hsize_t n) : dtype_(dtype), n_(n) {
    const h5::Id space = h5::simple_space({&n, 1});
    dataset_ = {h5::check(H5Dcreate2(file, name, h5::file_type(dtype), space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                          "create a temporary dataset"),
                H5Dclose};
  }
  Items(hid_t file, const char* name, DType dtype)
      : dataset_(h5::open_dataset(file, name)), dtype_(dtype), n_(h5::dimensions(dataset_.get()).at(0)) {}

  hsize_t size() const { return n_; }

  void write(hsize_t first, hsize_t n, const void* values) const {
    if (n == 0) return;
    const Selection part(dataset_.get(), first, n);
    h5::check(H5Dwrite(dataset_.get(), h5::native_type(dtype_), part.memory.get(), part.file.get(), H5P_DEFAULT, values),
              "write a temporary dataset");
  }

  template <class T>
  void read(hsize_t first, hsize_t n, std::vector<T>& values) const {
    values.resize(n);
    if (n == 0) return;
    const Selection part(dataset_.get(), first, n);
    h5::check(H5Dread(dataset_.get(), h5::native_type(dtype_), part.memory.get(), part.file.get(), H5P_DEFAULT, values.data()),
              "read a temporary dataset");
  }

 private:
  struct Selection {
    Selection(hid_t dataset, hsize_t first, hsize_t n)
        : memory(h5::simple_space({&n, 1})), file(H5Dget_space(dataset), H5Sclose) {
      h5::check(H5Sselect_hyperslab(file.get(), H5S_SELECT_SET, &first, nullptr, &n, nullptr), "select a part");
    }
    h5::Id memory, file;
  };

  h5::Id dataset_;
  DType dtype_;
  hsize_t n_;
};

struct CsrFile {
  CsrFile(const std::filesystem::path& path, const SourceInfo& info, std::uint64_t n_events)
      : file(h5::check(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), "create a temporary file"), H5Fclose),
        offsets(file.get(), "indptr", DType::i64, info.scan.n_frames() + 1),
        pixels(file.get(), "indices", DType::i32, n_events),
        counts(file.get(), "data", count_type(info.dtype), n_events) {}

  CsrFile(const std::filesystem::path& path, DType dtype)
      : file(h5::open_file(path)),
        offsets(file.get(), "indptr", DType::i64),
        pixels(file.get(), "indices", DType::i32),
        counts(file.get(), "data", count_type(dtype)) {}

  h5::Id file;
  Items offsets, pixels, counts;
};

/// The elements at the events' pixels.
template <class Count, class Element>
void gather(const Element* frames, std::uint64_t n_pixels, const ChunkEvents& events, std::vector<Count>& counts) {
  counts.resize(events.pixels.size());
  std::size_t event = 0;
  for (const std::uint32_t n : events.frame_events) {
    for (const std::size_t end = event + n; event < end; ++event) counts[event] = frames[events.pixels[event]];
    frames += n_pixels;
  }
}

template <class Element, class Count>
void write_events(const DenseData& data, const CsrFile& file) {
  const SourceInfo& info = data.info();
  const std::uint64_t n_pixels = info.detector.n_pixels(), n_frames = info.scan.n_frames();
  const std::uint64_t batch = std::max<std::uint64_t>(1, batch_bytes / info.frame_bytes());
  std::vector<std::int64_t> offsets = {0};
  ChunkEvents events;
  std::vector<Count> counts;
  for (std::uint64_t frame = 0; frame < n_frames; frame += batch) {
    const auto n = static_cast<std::uint32_t>(std::min(batch, n_frames - frame));
    const auto bytes = data.bytes().subspan(frame * info.frame_bytes(), n * info.frame_bytes());
    codec::scan_events(
        bytes, {.shape = {n, info.detector.det_y, info.detector.det_x, n}, .dtype = info.dtype, .item_bytes = sizeof(Element)},
        events);
    gather(reinterpret_cast<const Element*>(bytes.data()), n_pixels, events, counts);
    const auto first = static_cast<hsize_t>(offsets.back());
    file.pixels.write(first, events.pixels.size(), events.pixels.data());
    file.counts.write(first, counts.size(), counts.data());
    for (const std::uint32_t n_events : events.frame_events) offsets.push_back(offsets.back() + n_events);
  }
  file.offsets.write(0, offsets.size(), offsets.data());
  h5::check(H5Fflush(file.file.get(), H5F_SCOPE_GLOBAL), "write a temporary file");
}

template <class Element, class Count>
void read_dense(const CsrFile& file, std::span<std::byte> dense) {
  std::vector<std::int64_t> offsets;
  file.offsets.read(0, file.offsets.size(), offsets);
  const std::uint64_t n_frames = offsets.size() - 1;
  const std::uint64_t n_pixels = dense.size() / sizeof(Element) / n_frames;
  const std::uint64_t batch = std::max<std::uint64_t>(1, batch_bytes / (n_pixels * sizeof(Element)));
  auto* elements = reinterpret_cast<Element*>(dense.data());
  std::fill(dense.begin(), dense.end(), std::byte{0});
  std::vector<std::uint32_t> pixels;
  std::vector<Count> counts;
  for (std::uint64_t frame = 0; frame < n_frames; frame += batch) {
    const std::uint64_t end = std::min(frame + batch, n_frames);
    const std::int64_t first = offsets[frame];
    const auto n = static_cast<hsize_t>(offsets[end] - first);
    file.pixels.read(static_cast<hsize_t>(first), n, pixels);
    file.counts.read(static_cast<hsize_t>(first), n, counts);
    std::size_t event = 0;
    for (std::uint64_t i = frame; i < end; ++i)
      for (; event < static_cast<std::size_t>(offsets[i + 1] - first); ++event)
        elements[i * n_pixels + pixels[event]] = static_cast<Element>(counts[event]);
  }
}

template <class Count>
std::uint64_t read_events(const CsrFile& file) {
  std::vector<std::int64_t> offsets;
  std::vector<std::uint32_t> pixels;
  std::vector<Count> counts;
  file.offsets.read(0, file.offsets.size(), offsets);
  file.pixels.read(0, file.pixels.size(), pixels);
  file.counts.read(0, file.counts.size(), counts);
  return static_cast<std::uint64_t>(offsets.back());
}

class Csr final : public Contender {
 public:
  Csr() : Contender(own_row()) {}

  bool takes_chunking() const override { return false; }
  std::vector<BenchReadAs> read_ways() const override { return {BenchReadAs::library, BenchReadAs::events}; }

  void write(const DenseData& data, const Chunking&, const std::filesystem::path& path) const override {
    const h5::Lock lock;
    const CsrFile file(path, data.info(), data.n_nonzero());
    visit_types(data.info().dtype, [&]<class Element, class Count>(Element, Count) { write_events<Element, Count>(data, file); });
  }

  void read(const std::filesystem::path& path, BenchReadAs as, ReadBack& out) const override {
    const h5::Lock lock;
    const CsrFile file(path, out.dtype);
    visit_types(out.dtype, [&]<class Element, class Count>(Element, Count) {
      if (as == BenchReadAs::events)
        out.n_events = read_events<Count>(file);
      else
        read_dense<Element, Count>(file, out.dense);
    });
  }

 private:
  static BenchRow own_row() {
    BenchRow row;
    row.method = "csr";
    row.label = "CSR list";
    return row;
  }
};

}  // namespace

void add_csr(Contenders& list) { list.push_back(std::make_unique<Csr>()); }

}  // namespace esieve::bench
