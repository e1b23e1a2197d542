# florin_precompile(TARGET HEADER...): precompiles heavy third-party headers for
# one target when FLORIN_PCH is on. The sources still include what they use, so
# that they build without.
#
#   florin_precompile(florin_server <grpcpp/grpcpp.h> <caf/all.hpp>)

function(florin_precompile target)
  if(NOT FLORIN_PCH)
    return()
  endif()
  target_precompile_headers(${target} PRIVATE ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Lets ccache see which precompiled header a preprocessed file uses.
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
endfunction()
