# florin_generate_proto(TARGET target PATHS dir... [MESSAGES a.proto...] [SERVICES b.proto...])
#
# Generates C++ for .proto files named relative to one of PATHS and adds it to
# `target`. SERVICES also get gRPC code. The headers are system includes for
# whoever links `target`. The target `target`_sources generates and compiles
# nothing, for tools that read our sources.

function(florin_generate_proto)
  cmake_parse_arguments(arg "" "TARGET" "PATHS;MESSAGES;SERVICES" ${ARGN})
  set(out "${CMAKE_CURRENT_BINARY_DIR}/gen")
  file(MAKE_DIRECTORY "${out}")
  list(TRANSFORM arg_PATHS PREPEND "--proto_path=" OUTPUT_VARIABLE path_flags)
  foreach(proto IN LISTS arg_MESSAGES arg_SERVICES)
    foreach(path IN LISTS arg_PATHS)
      if(EXISTS "${path}/${proto}")
        set(source "${path}/${proto}")
        break()
      endif()
    endforeach()
    string(REGEX REPLACE "\\.proto$" "" stem "${out}/${proto}")
    set(flags ${path_flags} "--cpp_out=${out}")
    set(outputs "${stem}.pb.cc" "${stem}.pb.h")
    if(proto IN_LIST arg_SERVICES)
      list(APPEND flags "--grpc_out=${out}"
           "--plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>")
      list(APPEND outputs "${stem}.grpc.pb.cc" "${stem}.grpc.pb.h")
    endif()
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND protobuf::protoc ${flags} "${source}"
      DEPENDS "${source}"
      COMMENT "Generating ${proto}"
      VERBATIM)
    target_sources(${arg_TARGET} PRIVATE ${outputs})
    list(APPEND generated ${outputs})
  endforeach()
  add_custom_target(${arg_TARGET}_sources DEPENDS ${generated})
  add_dependencies(${arg_TARGET} ${arg_TARGET}_sources)
  target_include_directories(${arg_TARGET} SYSTEM PUBLIC "$<BUILD_INTERFACE:${out}>")
endfunction()
