# The services of the real server, over real gRPC.

florin_add_test(
  NAME ledger_service_test
  SOURCES ledger_service_accounts_test.cc
          ledger_service_bad_input_test.cc
          ledger_service_batch_test.cc
          ledger_service_fixture.cc
          ledger_service_limits_test.cc
          ledger_service_reads_test.cc
          ledger_service_transactions_test.cc
  LIBS florin::test_support
  LABELS integration tsan-grpc
  DEPENDS florind)

florin_add_test(
  NAME server_lifecycle_test
  SOURCES server_lifecycle_test.cc ledger_service_fixture.cc
  LIBS florin::test_support
  LABELS integration tsan-grpc
  DEPENDS florind)
target_compile_definitions(server_lifecycle_test
                           PRIVATE FLORIN_FLORIND_PATH="$<TARGET_FILE:florind>")

florin_add_test(
  NAME server_descriptors_test
  SOURCES server_descriptors_test.cc ledger_service_fixture.cc
  LIBS florin::test_support florin::process
  LABELS integration
  DEPENDS florind florin)
target_compile_definitions(
  server_descriptors_test PRIVATE FLORIN_FLORIND_PATH="$<TARGET_FILE:florind>"
                                  FLORIN_CLI_PATH="$<TARGET_FILE:florin>")

florin_add_test(
  NAME server_stop_test
  SOURCES server_stop_test.cc ledger_service_fixture.cc
  LIBS florin::test_support
  LABELS integration
  DEPENDS florind)

florin_add_test(
  NAME oversized_headers_test
  SOURCES oversized_headers_test.cc ledger_service_fixture.cc
  LIBS florin::client florin::test_support
  LABELS integration
  DEPENDS florind)
