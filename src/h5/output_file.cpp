// SPDX-License-Identifier: Apache-2.0
//
// The virtual file driver behind OutputFile.
#include "h5/output_file.hpp"

#include <H5FDpublic.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/file.hpp"
#include "esieve/error.hpp"

namespace esieve::h5 {

struct OutputFile::Storage {
  WritableFile file;
  int error = 0;  ///< errno of the first failure; nothing is written after it.
  std::uint64_t last_raw_address = 0;
  std::uint64_t end = 0;           ///< Of what was written.
  std::uint64_t reserved_end = 0;  ///< Disk space is taken up to here.
};

namespace {

using haddr = haddr_t;
constexpr haddr max_address = (haddr{1} << 62) - 1;

/// What HDF5 holds for an open file: its own header first.
template <class Storage>
struct OpenFile {
  H5FD_t header;
  Storage* storage;
  haddr end_allocated;
  haddr end_written;
};

template <class Storage>
struct Driver {
  using File = OpenFile<Storage>;
  struct Settings {
    Storage* storage;
  };

  static File& self(H5FD_t* file) { return *reinterpret_cast<File*>(file); }
  static const File& self(const H5FD_t* file) { return *reinterpret_cast<const File*>(file); }

  static H5FD_t* open(const char*, unsigned, hid_t access, haddr) {
    const auto* settings = static_cast<const Settings*>(H5Pget_driver_info(access));
    if (settings == nullptr) return nullptr;
    auto* file = new (std::nothrow) File{};
    if (file != nullptr) file->storage = settings->storage;
    return reinterpret_cast<H5FD_t*>(file);
  }

  static herr_t close(H5FD_t* file) {
    delete &self(file);
    return 0;
  }

  static int compare(const H5FD_t* a, const H5FD_t* b) {
    return std::less<>()(self(a).storage, self(b).storage) ? -1 : std::less<>()(self(b).storage, self(a).storage) ? 1 : 0;
  }

  // No aggregation of small pieces: every byte is allocated where it is needed and none is left over.
  static herr_t query(const H5FD_t*, unsigned long* flags) {
    *flags = 0;
    return 0;
  }

  static haddr get_end_allocated(const H5FD_t* file, H5FD_mem_t) { return self(file).end_allocated; }
  static haddr get_end_written(const H5FD_t* file, H5FD_mem_t) { return self(file).end_written; }
  static herr_t set_end_allocated(H5FD_t* file, H5FD_mem_t, haddr end) {
    self(file).end_allocated = end;
    return 0;
  }

  static herr_t read(H5FD_t* base, H5FD_mem_t, hid_t, haddr address, std::size_t size, void* buffer) {
    auto* out = static_cast<char*>(buffer);
    while (size > 0) {
      const ssize_t n = ::pread(self(base).storage->file.descriptor(), out, size, static_cast<off_t>(address));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return -1;
      if (n == 0) {  // beyond the end, as HDF5 expects: zeros
        std::memset(out, 0, size);
        return 0;
      }
      out += n;
      address += static_cast<haddr>(n);
      size -= static_cast<std::size_t>(n);
    }
    return 0;
  }

  static herr_t write(H5FD_t* base, H5FD_mem_t kind, hid_t, haddr address, std::size_t size, const void* buffer) {
    File& file = self(base);
    if (kind == H5FD_MEM_DRAW) file.storage->last_raw_address = address;
    file.end_written = std::max(file.end_written, address + size);
    file.storage->end = std::max(file.storage->end, address + size);
    if (file.storage->error == 0)
      file.storage->error = file.storage->file.try_write(address, {static_cast<const std::byte*>(buffer), size});
    return 0;
  }

  static herr_t truncate(H5FD_t* base, hid_t, hbool_t) {
    File& file = self(base);
    if (file.end_written == file.end_allocated) return 0;
    if (file.storage->error == 0 && ::ftruncate(file.storage->file.descriptor(), static_cast<off_t>(file.end_allocated)) != 0)
      file.storage->error = errno;
    file.end_written = file.end_allocated;
    return 0;
  }

  static hid_t id() {
    static const hid_t registered = [] {
      static H5FD_class_t driver{};
#if H5_VERSION_GE(1, 13, 0)
      driver.version = H5FD_CLASS_VERSION;
      driver.value = static_cast<H5FD_class_value_t>(512);
#endif
      driver.name = "esieve output";
      driver.maxaddr = max_address;
      driver.fc_degree = H5F_CLOSE_STRONG;
      driver.fapl_size = sizeof(Settings);
      driver.open = &open;
      driver.close = &close;
      driver.cmp = &compare;
      driver.query = &query;
      driver.get_eoa = &get_end_allocated;
      driver.set_eoa = &set_end_allocated;
      driver.get_eof = &get_end_written;
      driver.read = &read;
      driver.write = &write;
      driver.truncate = &truncate;
      const H5FD_mem_t map[H5FD_MEM_NTYPES] = H5FD_FLMAP_DICHOTOMY;
      std::copy(std::begin(map), std::end(map), driver.fl_map);
      return H5FDregister(&driver);
    }();
    return registered;
  }
};

/// Attributes and links stay in the object header, where they cost least, and no times are kept.
Id creation_properties() {
  Id creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_attr_phase_change(creation.get(), 64, 48);
  H5Pset_obj_track_times(creation.get(), false);
  H5Pset_est_link_info(creation.get(), 4, 58);  // room for attributes too
  return creation;
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path) : path_(path), storage_(new Storage{.file = WritableFile(path)}) {
  const Lock lock;
  const Id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  const Driver<Storage>::Settings settings{storage_.get()};
  esieve::h5::check(H5Pset_driver(access.get(), Driver<Storage>::id(), &settings), "set up an HDF5 file");
  H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG);
  H5Pset_libver_bounds(access.get(), H5F_LIBVER_V110, H5F_LIBVER_V110);
  file_ = {esieve::h5::check(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation_properties().get(), access.get()),
                             "create " + path.string()),
           H5Fclose};
}

OutputFile::~OutputFile() {
  // Not worth writing what is not wanted any more, and not to fail on.
  if (file_ && storage_->error == 0) storage_->error = ECANCELED;
}

std::uint64_t OutputFile::last_raw_address() const { return storage_->last_raw_address; }

void OutputFile::check() const {
  if (storage_->error != 0) throw IoError("cannot write " + path_.string() + " (" + std::strerror(storage_->error) + ")");
}

void OutputFile::flush() {
  const Lock lock;
  check();
  const herr_t result = H5Fflush(file_.get(), H5F_SCOPE_LOCAL);
  check();
  if (result < 0) throw IoError("cannot write " + path_.string() + " (HDF5 failed to flush it)");
}

void OutputFile::sync() { storage_->file.sync(); }

bool OutputFile::reserve(std::uint64_t bytes) {
  // In large steps, so that it costs nothing.
  constexpr std::uint64_t step = std::uint64_t{16} << 20;
  if (storage_->end + bytes <= storage_->reserved_end) return true;
  const std::uint64_t from = std::max(storage_->end, storage_->reserved_end);
  for (const std::uint64_t more : {bytes + step, bytes}) {
    const std::uint64_t end = storage_->end + more;
    if (end <= from) return true;
    if (storage_->file.reserve(from, end - from)) {
      storage_->reserved_end = end;
      return true;
    }
  }
  return false;
}

void OutputFile::close() {
  const Lock lock;
  const hid_t file = file_.get();
  check();
  const herr_t result = H5Fflush(file, H5F_SCOPE_LOCAL);
  file_.reset();
  check();
  if (result < 0) throw IoError("cannot write " + path_.string() + " (HDF5 failed to complete it)");
  // Gives back what was taken ahead.
  if (storage_->reserved_end > storage_->end)
    static_cast<void>(::ftruncate(storage_->file.descriptor(), ::lseek(storage_->file.descriptor(), 0, SEEK_END)));
}

}  // namespace esieve::h5
