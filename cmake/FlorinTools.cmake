# Optional programs that some tests call, as FLORIN_GRPCURL, FLORIN_BUF, FLORIN_HLEDGER and
# FLORIN_CLANG_FORMAT. A test whose program is missing is not registered.
#
#   if(FLORIN_GRPCURL)
#     florin_add_test(... ENVIRONMENT "GRPCURL=${FLORIN_GRPCURL}")
#   endif()

# find_program looks again at each configuration while a result is NOTFOUND, so a
# tool that scripts/tools brought later is picked up.
foreach(tool IN ITEMS grpcurl buf clang-format hledger)
  string(TOUPPER "FLORIN_${tool}" variable)
  string(REPLACE "-" "_" variable "${variable}")
  find_program(${variable} ${tool} HINTS "${PROJECT_SOURCE_DIR}/build/tools/bin" "$ENV{HOME}/go/bin")
  if(NOT ${variable})
    message(STATUS "${tool} not found: the tests that call it are not registered")
  endif()
endforeach()

# Another version of clang-format lays out some lines differently, which is nobody's mistake.
if(FLORIN_CLANG_FORMAT)
  execute_process(COMMAND "${FLORIN_CLANG_FORMAT}" --version OUTPUT_VARIABLE clang_format_version)
  if(NOT clang_format_version MATCHES "version 14\\.")
    message(STATUS "clang-format is not version 14: the layout of the code is not checked")
    # Not in the cache: the next configuration finds out again.
    set(FLORIN_CLANG_FORMAT "")
  endif()
endif()
