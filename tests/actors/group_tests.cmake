# Consumer groups: the plain logic on one thread, then the actors with a real store.

foreach(name IN ITEMS group_core_test group_parked_test finished_positions_test)
  florin_add_test(
    NAME ${name}
    SOURCES ${name}.cc
    LIBS florin::pipeline GTest::gmock
    LABELS unit
    NO_CAF)
endforeach()

florin_add_test(
  NAME group_random_test
  SOURCES group_random_test.cc
  LIBS florin::pipeline florin::test_commands
  LABELS unit tsan-actors
  NO_CAF
  TIMEOUT 300)

florin_add_test(
  NAME groups_test
  SOURCES groups_test.cc groups_life_test.cc
  LIBS florin::actors florin::test_support florin_storage_test_support GTest::gmock
  LABELS unit tsan-actors)
