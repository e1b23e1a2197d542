# Choices that must be the same for every object in a build: build type, ccache,
# linker, sanitizers, coverage. They are global for that reason; everything else
# is a property of a target.

include(CheckCXXCompilerFlag)
include(CheckLinkerFlag)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE
      Release
      CACHE STRING "Debug, Release, RelWithDebInfo" FORCE)
endif()

# ccache caches nothing that uses a precompiled header unless it is told that
# macros defined before it do not matter; with GCC they do not, as the compiler
# itself refuses a header that does not fit.
find_program(FLORIN_CCACHE ccache)
if(FLORIN_CCACHE AND (NOT CMAKE_CXX_COMPILER_LAUNCHER
                      OR CMAKE_CXX_COMPILER_LAUNCHER MATCHES "(^|/)ccache$"))
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;${FLORIN_CCACHE}")
endif()

foreach(linker IN ITEMS mold lld)
  check_linker_flag(CXX "-fuse-ld=${linker}" FLORIN_HAVE_${linker})
  if(FLORIN_HAVE_${linker})
    add_link_options("-fuse-ld=${linker}")
    break()
  endif()
endforeach()

# x86: memory asked for ahead can be asked for to be written. A processor
# without that instruction does nothing at it.
check_cxx_compiler_flag(-mprfchw FLORIN_HAVE_PRFCHW)
if(FLORIN_HAVE_PRFCHW)
  add_compile_options(-mprfchw)
endif()

if(FLORIN_SANITIZE)
  if(NOT FLORIN_SANITIZE MATCHES "^(address|undefined|thread|address,undefined|undefined,address)$")
    message(FATAL_ERROR "FLORIN_SANITIZE is '${FLORIN_SANITIZE}'; it may be address, undefined, "
                        "address,undefined or thread")
  endif()
  add_compile_options("-fsanitize=${FLORIN_SANITIZE}" -fno-omit-frame-pointer)
  add_link_options("-fsanitize=${FLORIN_SANITIZE}")
  if(FLORIN_SANITIZE MATCHES "undefined")
    # Undefined behaviour fails the test instead of printing a line.
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

if(FLORIN_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()
