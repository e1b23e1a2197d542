# The group clients, and the programs of examples/, against the real server.
find_package(nlohmann_json REQUIRED)

florin_add_test(
  NAME compliance_feed_integration_test
  SOURCES compliance_feed_integration_test.cc
  LIBS florin::domain florin::test_support nlohmann_json::nlohmann_json
  LABELS integration
  DEPENDS florind compliance-feed)
target_compile_definitions(compliance_feed_integration_test
                           PRIVATE FLORIN_COMPLIANCE_FEED="$<TARGET_FILE:compliance-feed>")

florin_add_test(
  NAME group_clients_integration_test
  SOURCES group_clients_integration_test.cc
  LIBS florin::client florin::domain florin::test_support
  LABELS integration
  DEPENDS florind notifications)
target_compile_definitions(group_clients_integration_test
                           PRIVATE FLORIN_NOTIFICATIONS="$<TARGET_FILE:notifications>")
