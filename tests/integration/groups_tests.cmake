# Consumer groups of the real server, over real gRPC.

florin_add_test(
  NAME groups_integration_test
  SOURCES groups_integration_test.cc groups_failures_test.cc groups_refusals_test.cc
          ledger_service_fixture.cc
  LIBS florin::test_support
  LABELS integration tsan-grpc
  DEPENDS florind)

florin_add_test(
  NAME groups_random_integration_test
  SOURCES groups_random_integration_test.cc
  LIBS florin::domain florin::test_support florin::test_commands
  LABELS integration tsan-grpc
  DEPENDS florind)
