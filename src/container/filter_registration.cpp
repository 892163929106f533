// SPDX-License-Identifier: Apache-2.0
#include "container/filter_registration.hpp"

#include "filter/filter_class.hpp"
#include "h5/h5.hpp"

namespace esieve {

void register_filter() {
  static const bool registered = [] {
    const h5::Lock lock;
    h5::check(H5Zregister(&filter::filter_class(reinterpret_cast<const void*>(&H5Zregister))), "register the HDF5 filter");
    return true;
  }();
  static_cast<void>(registered);
}

}  // namespace esieve
