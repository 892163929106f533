// SPDX-License-Identifier: Apache-2.0
//
// The HDF5 filter plugin's two entry points.
#include "filter/filter_class.hpp"

extern "C" {

__attribute__((visibility("default"))) H5PL_type_t H5PLget_plugin_type(void) { return H5PL_TYPE_FILTER; }

__attribute__((visibility("default"))) const void* H5PLget_plugin_info(void) {
  return &esieve::filter::filter_class(__builtin_return_address(0));
}
}
