# Conversion, statuses, tokens, settings; calls against a ledger that is a fake.

florin_add_test(
  NAME convert_test
  SOURCES convert_accounts_test.cc convert_transactions_test.cc
  LIBS florin::server
  LABELS unit
  NO_CAF)

florin_add_test(
  NAME plumbing_test
  SOURCES held_calls_test.cc plumbing_test.cc wire_bounds_test.cc
  LIBS florin::server
  LABELS unit tsan-actors
  NO_CAF)

find_package(nlohmann_json REQUIRED)
florin_add_test(
  NAME logging_test
  SOURCES logging_test.cc
  LIBS florin::server nlohmann_json::nlohmann_json
  LABELS unit
  NO_CAF)

florin_add_test(
  NAME config_test
  SOURCES config_test.cc
  LIBS florin::server florin::test_support
  LABELS unit
  NO_CAF)

florin_add_test(
  NAME listening_test
  SOURCES connection_acceptor_test.cc descriptor_plan_test.cc listen_address_test.cc listener_test.cc
  LIBS florin::server florin::test_support
  LABELS unit
  NO_CAF)

florin_add_test(
  NAME metrics_server_test
  SOURCES metrics_server_test.cc
  LIBS florin::server florin::test_support
  LABELS unit
  NO_CAF)

florin_add_test(
  NAME reasons_test
  SOURCES reasons_test.cc
  LIBS florin::server
  LABELS unit
  NO_CAF)
target_compile_definitions(reasons_test PRIVATE FLORIN_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

florin_add_test(
  NAME as_of_test
  SOURCES as_of_test.cc
  LIBS florin_event_test_support florin::test_support
  LABELS unit)

florin_add_test(
  NAME ledger_calls_test
  SOURCES health_service_test.cc ledger_calls_test.cc stream_limits_test.cc
  LIBS florin_event_test_support
  LABELS unit tsan-grpc)
