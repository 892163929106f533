# SPDX-License-Identifier: Apache-2.0
# Every outside library, each as one imported target; all are Debian 12 packages.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(TBB REQUIRED)              # libtbb-dev
find_package(Eigen3 REQUIRED NO_MODULE) # libeigen3-dev
find_package(CLI11 REQUIRED)            # libcli11-dev
find_package(nlohmann_json 3.11 REQUIRED)  # nlohmann-json3-dev
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)      # libzstd-dev
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)  # libxxhash-dev
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)     # libzip-dev
pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate)  # libdeflate-dev
pkg_check_modules(cairo REQUIRED IMPORTED_TARGET cairo)       # libcairo2-dev; the program only

find_path(ESIEVE_BLOSC_INCLUDE_DIR blosc.h REQUIRED)          # libblosc-dev
find_library(ESIEVE_BLOSC_LIBRARY blosc REQUIRED)
add_library(esieve_blosc INTERFACE)
target_include_directories(esieve_blosc SYSTEM INTERFACE "${ESIEVE_BLOSC_INCLUDE_DIR}")
target_link_libraries(esieve_blosc INTERFACE "${ESIEVE_BLOSC_LIBRARY}")

# Debian installs the serial flavour beside others; pkg-config names it without ambiguity.
pkg_check_modules(hdf5 IMPORTED_TARGET hdf5-serial)           # libhdf5-dev
if(hdf5_FOUND)
  add_library(esieve_hdf5 INTERFACE)
  target_link_libraries(esieve_hdf5 INTERFACE PkgConfig::hdf5)
  pkg_get_variable(ESIEVE_HDF5_PLUGIN_DIR_DEFAULT hdf5-serial PluginDir)
else()
  find_package(HDF5 1.10 REQUIRED COMPONENTS C)
  add_library(esieve_hdf5 INTERFACE)
  target_link_libraries(esieve_hdf5 INTERFACE ${HDF5_C_LIBRARIES})
  target_include_directories(esieve_hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
endif()
if(NOT ESIEVE_HDF5_PLUGIN_DIR_DEFAULT)
  set(ESIEVE_HDF5_PLUGIN_DIR_DEFAULT /usr/local/hdf5/lib/plugin)
endif()
set(ESIEVE_HDF5_PLUGIN_DIR "${ESIEVE_HDF5_PLUGIN_DIR_DEFAULT}" CACHE PATH
  "Where the HDF5 filter plugin is installed; HDF5 finds it there by itself")
