# SPDX-License-Identifier: Apache-2.0
# What is installed, and the exported package: find_package(esieve) gives esieve::esieve.
include(CMakePackageConfigHelpers)
