# SPDX-License-Identifier: Apache-2.0
# What is installed, and the exported package: find_package(esieve) gives esieve::esieve.
include(CMakePackageConfigHelpers)

install(TARGETS esieve EXPORT esieve_targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(TARGETS esieve_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(DIRECTORY include/esieve DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
install(DIRECTORY schemas DESTINATION ${CMAKE_INSTALL_DATADIR}/esieve COMPONENT library)
install(EXPORT esieve_targets NAMESPACE esieve:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/esieve COMPONENT library)

configure_package_config_file(cmake/esieve-config.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/esieve-config.cmake"
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/esieve)
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/esieve-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/esieve-config.cmake" "${CMAKE_CURRENT_BINARY_DIR}/esieve-config-version.cmake"
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/esieve COMPONENT library)
