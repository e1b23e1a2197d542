# florin_add_test(): the only way to add a GoogleTest program.
#
#   florin_add_test(
#     NAME amount_test            # also the name in ctest
#     SOURCES amount_test.cc
#     LIBS florin::domain         # GoogleTest's main and gmock come along
#     LABELS unit                 # unit, integration or crash; more are allowed
#     [NO_CAF]                    # also runs under ThreadSanitizer, see below
#     [SERIAL]                    # runs alone: it measures, or fills the machine
#     [TIMEOUT 120]               # seconds; by label: unit 60, others 600
#     [ARGS a b] [ENVIRONMENT K=V]
#     [DEPENDS florind])          # targets that must be built with it
#
# Programs go to build/PRESET/tests/. Every label also has a build target:
# `ninja tests-unit`, `ninja tests-tsan`, ...
#
# The packaged CAF and gRPC are not instrumented, so ThreadSanitizer reports races
# inside them. A test that starts neither is marked NO_CAF: it gets the label
# `tsan`, which is what preset tsan runs. scripts/tsan-actors builds a CAF that is
# instrumented, and runs the tests with the labels `tsan-actors` (without gRPC) and
# `tsan-grpc` (their reports are sifted).
#
# What .ci/run repeats under sanitizers has the label `asan-ci` (the money path: rules,
# pipeline, storage, shape checks, stored format) or `tsan-ci` (threads; NO_CAF only).

find_package(GTest REQUIRED)

# Reasons for each suppression stand in the file.
set(FLORIN_TSAN_OPTIONS
    "halt_on_error=1:suppressions=${PROJECT_SOURCE_DIR}/cmake/sanitizers/tsan.supp"
    CACHE STRING "TSAN_OPTIONS of the tests")
mark_as_advanced(FLORIN_TSAN_OPTIONS)

function(florin_add_test)
  cmake_parse_arguments(
    arg "NO_CAF;SERIAL" "NAME;TIMEOUT" "SOURCES;LIBS;LABELS;ARGS;ENVIRONMENT;DEPENDS" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "florin_add_test(${arg_NAME}): unknown argument ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR "florin_add_test: NAME and SOURCES are required")
  endif()
  florin_test_labels(labels "${arg_NAME}" "${arg_LABELS}" "${arg_NO_CAF}")

  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBS} florin::warnings GTest::gmock_main)
  set_target_properties(${arg_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                               "${PROJECT_BINARY_DIR}/tests")
  if(arg_DEPENDS)
    add_dependencies(${arg_NAME} ${arg_DEPENDS})
  endif()
  add_test(NAME ${arg_NAME} COMMAND ${arg_NAME} ${arg_ARGS})
  florin_test_properties(${arg_NAME} "${labels}" "${arg_TIMEOUT}" "${arg_SERIAL}")
  if(arg_ENVIRONMENT)
    set_property(
      TEST ${arg_NAME}
      APPEND
      PROPERTY ENVIRONMENT ${arg_ENVIRONMENT})
  endif()
  foreach(label IN LISTS labels)
    if(NOT TARGET tests-${label})
      add_custom_target(tests-${label})
    endif()
    add_dependencies(tests-${label} ${arg_NAME} ${arg_DEPENDS})
  endforeach()
endfunction()

# Checks `labels` and adds `tsan` to those of a test that starts no actor system.
function(florin_test_labels out name labels no_caf)
  set(sizes ${labels})
  list(FILTER sizes INCLUDE REGEX "^(unit|integration|crash)$")
  if(NOT sizes)
    message(FATAL_ERROR "${name}: LABELS needs one of unit, integration, crash")
  endif()
  if(no_caf)
    list(APPEND labels tsan)
  elseif("tsan-ci" IN_LIST labels)
    message(FATAL_ERROR "${name}: the label tsan-ci needs NO_CAF")
  endif()
  list(REMOVE_DUPLICATES labels)
  set(${out} ${labels} PARENT_SCOPE)
endfunction()

# Sets what all tests share. `timeout` may be empty, `serial` is a boolean.
function(florin_test_properties name labels timeout serial)
  if(NOT timeout)
    set(timeout 600)
    if("unit" IN_LIST labels)
      set(timeout 60)
    endif()
  endif()
  if(FLORIN_SANITIZE)
    math(EXPR timeout "${timeout} * 5")
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT ${timeout} RUN_SERIAL
                                                                    "${serial}")
  # Reasons for each suppression stand in the files.
  set_property(
    TEST ${name}
    PROPERTY ENVIRONMENT
             "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:detect_leaks=1"
             "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/sanitizers/lsan.supp"
             "UBSAN_OPTIONS=print_stacktrace=1"
             "TSAN_OPTIONS=${FLORIN_TSAN_OPTIONS}")
endfunction()

# The presets and scripts build these by name, also while no test has the label yet.
foreach(label IN ITEMS unit integration crash tsan tsan-actors tsan-grpc asan-ci tsan-ci)
  add_custom_target(tests-${label})
endforeach()

# florin_add_check(NAME name COMMAND program argument...): a check of the source
# tree itself, run by ctest from the top of the tree with labels unit and check.
function(florin_add_check)
  cmake_parse_arguments(arg "" "NAME" "COMMAND" ${ARGN})
  add_test(
    NAME ${arg_NAME}
    COMMAND ${arg_COMMAND}
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(${arg_NAME} PROPERTIES LABELS "unit;check" TIMEOUT 120)
endfunction()
