# SPDX-License-Identifier: Apache-2.0
# The few functions that src/, tools/ and tests/ are written in.

add_library(esieve_warnings INTERFACE)
target_compile_options(esieve_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow $<$<COMPILE_LANGUAGE:CXX>:-Wconversion -Wsign-conversion -Wold-style-cast>
  $<$<BOOL:${ESIEVE_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(esieve_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)  # false alarms, GCC PR105651
endif()
if(ESIEVE_SANITIZE)
  target_compile_options(esieve_warnings INTERFACE -fsanitize=${ESIEVE_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(esieve_warnings INTERFACE -fsanitize=${ESIEVE_SANITIZE})
endif()

# esieve_stage(<name> SOURCES ... [USES <earlier stages>...] [LINKS <libraries>...])
# One stage of the pipeline, compiled once: a static library esieve_<name> for tests and later stages, which sees only
# the stages named in USES, and the same objects for the shared library.
function(esieve_stage name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LINKS" ${ARGN})
  list(TRANSFORM arg_USES PREPEND esieve_)
  add_library(esieve_${name}_objects OBJECT ${arg_SOURCES})
  target_include_directories(esieve_${name}_objects PUBLIC
    "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(esieve_${name}_objects PUBLIC ${arg_USES} ${arg_LINKS} PRIVATE esieve_warnings)
  add_library(esieve_${name} STATIC $<TARGET_OBJECTS:esieve_${name}_objects>)
  target_include_directories(esieve_${name} PUBLIC "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(esieve_${name} PUBLIC ${arg_USES} ${arg_LINKS} PRIVATE esieve_warnings)
  set_property(GLOBAL APPEND PROPERTY ESIEVE_STAGES ${name})
  set_property(GLOBAL APPEND PROPERTY ESIEVE_STAGE_LIBRARIES ${arg_LINKS})
endfunction()

# esieve_test(<stage> SOURCES ... [USES ...] [LINKS ...]): GoogleTest program test_<stage>, one CTest entry a test.
function(esieve_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LINKS" ${ARGN})
  if(ESIEVE_SANITIZE MATCHES "address")
    list(APPEND arg_SOURCES "${PROJECT_SOURCE_DIR}/tests/support/lsan_suppressions.cpp")
  endif()
  add_executable(test_${name} ${arg_SOURCES})
  list(TRANSFORM arg_USES PREPEND esieve_)
  target_include_directories(test_${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(test_${name} PRIVATE ${arg_USES} ${arg_LINKS} GTest::gtest_main GTest::gmock esieve_warnings)
  gtest_discover_tests(test_${name} DISCOVERY_TIMEOUT 60 WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    PROPERTIES ENVIRONMENT "ESIEVE_SOURCE_DIR=${PROJECT_SOURCE_DIR}")
endfunction()
