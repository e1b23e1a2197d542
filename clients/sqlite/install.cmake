# A component of its own, as it is there only where SQLite is:
#
#   cmake --build build/release --target florin_client_sqlite
#   cmake --install build/release --component florin-client-sqlite --prefix PREFIX
#
# into the prefix of florin-client, whose package then defines florin::client_sqlite.
set_target_properties(florin_client_sqlite PROPERTIES EXPORT_NAME client_sqlite)

install(
  TARGETS florin_client_sqlite
  EXPORT florin-client-sqlite-targets
  COMPONENT florin-client-sqlite
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  INCLUDES
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/florin-client")
install(
  EXPORT florin-client-sqlite-targets
  COMPONENT florin-client-sqlite
  NAMESPACE florin::
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/florin-client")
install(
  FILES sqlite_effect_store.h
  COMPONENT florin-client-sqlite
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/florin-client/clients/sqlite")
