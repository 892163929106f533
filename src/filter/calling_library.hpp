// SPDX-License-Identifier: Apache-2.0
//
// The HDF5 library that is calling us, found from a return address: the plugin links none, and a process may hold two.
#pragma once

#include <H5PLextern.h>

#include <cstddef>
#include <string>

namespace esieve::filter {

/// Functions of one loaded libhdf5. Copies nothing and changes nothing but HDF5's error stack.
class CallingLibrary {
 public:
  /// \param return_address  an address in the library, as `__builtin_return_address(0)` gives it in a callback
  explicit CallingLibrary(const void* return_address);
  ~CallingLibrary();
  CallingLibrary(const CallingLibrary&) = delete;
  CallingLibrary& operator=(const CallingLibrary&) = delete;

  /// The function called `name`, of the type of `declaration`: find(&H5Tget_size, "H5Tget_size"). Null if absent.
  template <class Function>
  Function* find(const char* name) const {
    return reinterpret_cast<Function*>(symbol(name));
  }

  /// Puts `message` on HDF5's error stack, where h5py and the tools find it. Does nothing where that cannot be done.
  void push_error(const std::string& message) const;

 private:
  void* symbol(const char* name) const;

  void* handle_ = nullptr;
};

/// HDF5's allocator, as it wants the buffers that change hands; malloc where it has none. `remember_allocator` is called
/// when the plugin is loaded; the first library to load it is the one remembered.
void remember_allocator(const CallingLibrary& library);
void* allocate(std::size_t n_bytes);
void release(void* memory);

}  // namespace esieve::filter
