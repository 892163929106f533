// SPDX-License-Identifier: Apache-2.0
#include "filter/calling_library.hpp"

#include <dlfcn.h>

#include <atomic>
#include <cstdlib>

namespace esieve::filter {
namespace {

// Both functions of one library, or neither: memory must not be freed by another allocator than its own.
struct Allocator {
  decltype(&H5allocate_memory) allocate;
  decltype(&H5free_memory) release;
};

void* plain_allocate(std::size_t n_bytes, hbool_t) { return std::malloc(n_bytes); }
herr_t plain_release(void* memory) {
  std::free(memory);
  return 0;
}

Allocator plain = {plain_allocate, plain_release};
Allocator found;  // written once, before `in_use` points at it
std::atomic_flag claimed = ATOMIC_FLAG_INIT;
std::atomic<const Allocator*> in_use{&plain};

}  // namespace

CallingLibrary::CallingLibrary(const void* return_address) {
  Dl_info info;
  if (dladdr(return_address, &info) != 0 && info.dli_fname != nullptr)
    handle_ = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_LOCAL);
  if (handle_ == nullptr) handle_ = dlopen(nullptr, RTLD_LAZY);  // HDF5 is part of the program itself
}

CallingLibrary::~CallingLibrary() {
  if (handle_ != nullptr) dlclose(handle_);
}

void* CallingLibrary::symbol(const char* name) const { return handle_ != nullptr ? dlsym(handle_, name) : nullptr; }

void CallingLibrary::push_error(const std::string& message) const {
  const auto push = find<decltype(H5Epush2)>("H5Epush2");
  const auto* error_class = static_cast<const hid_t*>(symbol("H5E_ERR_CLS_g"));
  const auto* major = static_cast<const hid_t*>(symbol("H5E_PLINE_g"));
  const auto* minor = static_cast<const hid_t*>(symbol("H5E_CANTFILTER_g"));
  if (push == nullptr || error_class == nullptr || major == nullptr || minor == nullptr) return;
  push(H5E_DEFAULT, "esieve", "filter", 0, *error_class, *major, *minor, "%s", message.c_str());
}

void remember_allocator(const CallingLibrary& library) {
  if (claimed.test_and_set()) return;
  found = {library.find<decltype(H5allocate_memory)>("H5allocate_memory"),
           library.find<decltype(H5free_memory)>("H5free_memory")};
  if (found.allocate != nullptr && found.release != nullptr) in_use.store(&found);
}

void* allocate(std::size_t n_bytes) { return in_use.load()->allocate(n_bytes, false); }
void release(void* memory) { in_use.load()->release(memory); }

}  // namespace esieve::filter
