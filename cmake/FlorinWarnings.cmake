# florin::warnings: what each target of ours is compiled with. Link it PRIVATE.
# Third-party and generated headers are system includes and not covered.
#
# Warnings are errors with the compilers that the code is kept clean for: GCC 12, which Debian 12 has. Another
# compiler may warn of more; that is shown, and stops nobody's first build. -DFLORIN_WERROR=ON or OFF decides it.

set(werror_default OFF)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  set(werror_default ON)
endif()
option(FLORIN_WERROR "Treat warnings in our own code as errors" ${werror_default})

add_library(florin_warnings INTERFACE)
add_library(florin::warnings ALIAS florin_warnings)

# Includes in our code are written from the top of the tree.
target_include_directories(florin_warnings INTERFACE "${PROJECT_SOURCE_DIR}")

target_compile_options(
  florin_warnings
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wcast-align
            -Wcast-qual
            -Wconversion
            -Wextra-semi
            -Wnon-virtual-dtor
            -Wold-style-cast
            -Woverloaded-virtual
            -Wredundant-decls
            -Wshadow
            -Wundef
            -Wvla)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(
    florin_warnings
    INTERFACE -Wduplicated-cond
              -Wlogical-op
              # GCC 12 reports `"literal" + std::string` as overlapping memcpy
              # (GCC bug 105651).
              -Wno-restrict)
  if(FLORIN_SANITIZE OR FLORIN_COVERAGE)
    # The instrumentation hides from GCC that a variable was written.
    target_compile_options(florin_warnings INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()

if(FLORIN_WERROR)
  target_compile_options(florin_warnings INTERFACE -Werror)
endif()
