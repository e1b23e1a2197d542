# What another project needs to say find_package(florin-client) and link
# florin::client: the library, the generated contract, their headers.
#
#   cmake --build build/release --target florin_client
#   cmake --install build/release --component florin-client --prefix PREFIX
#
# Nothing in it names the prefix, so the directory may be moved.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# A directory of their own, as the headers include each other from the top of
# this tree ("clients/cpp/client.h").
set(florin_client_include "${CMAKE_INSTALL_INCLUDEDIR}/florin-client")
set(florin_client_cmake "${CMAKE_INSTALL_LIBDIR}/cmake/florin-client")

set_target_properties(florin_client PROPERTIES EXPORT_NAME client)
set_target_properties(florin_proto PROPERTIES EXPORT_NAME proto)
set_target_properties(florin_process PROPERTIES EXPORT_NAME process)
set_target_properties(florin_text PROPERTIES EXPORT_NAME text)

install(
  TARGETS florin_client florin_process florin_proto florin_text
  EXPORT florin-client-targets
  COMPONENT florin-client
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  INCLUDES
  DESTINATION "${florin_client_include}")
install(
  EXPORT florin-client-targets
  COMPONENT florin-client
  NAMESPACE florin::
  DESTINATION "${florin_client_cmake}")
install(
  DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/"
  COMPONENT florin-client
  DESTINATION "${florin_client_include}/clients/cpp"
  FILES_MATCHING
  PATTERN "*.h")
install(
  DIRECTORY "${PROJECT_SOURCE_DIR}/process" "${PROJECT_SOURCE_DIR}/text"
  COMPONENT florin-client
  DESTINATION "${florin_client_include}"
  FILES_MATCHING
  PATTERN "*.h")
install(
  DIRECTORY "${PROJECT_BINARY_DIR}/proto/gen/florin"
  COMPONENT florin-client
  DESTINATION "${florin_client_include}"
  FILES_MATCHING
  PATTERN "*.pb.h")

configure_package_config_file(
  florin-client-config.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/florin-client-config.cmake"
  INSTALL_DESTINATION "${florin_client_cmake}")
# Before 1.0 each minor version may change what it offers.
write_basic_package_version_file(
  "${CMAKE_CURRENT_BINARY_DIR}/florin-client-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(
  FILES "${CMAKE_CURRENT_BINARY_DIR}/florin-client-config.cmake"
        "${CMAKE_CURRENT_BINARY_DIR}/florin-client-config-version.cmake"
  COMPONENT florin-client
  DESTINATION "${florin_client_cmake}")
