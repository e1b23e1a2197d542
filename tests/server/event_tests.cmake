# Pages, subscriptions, commit groups and consumer groups, on a log in memory.

add_library(florin_event_test_support STATIC event_log.cc)
target_include_directories(florin_event_test_support PUBLIC "${PROJECT_SOURCE_DIR}")
target_link_libraries(
  florin_event_test_support
  PUBLIC florin::server florin_test_records
  PRIVATE florin::warnings)

foreach(
  name IN
  ITEMS event_checkpoint
        event_hub
        event_hub_end
        event_hub_random
        event_pages
        event_requests
        group_feed
        group_requests)
  florin_add_test(
    NAME ${name}_test
    SOURCES ${name}_test.cc
    LIBS florin_event_test_support
    LABELS unit tsan-actors)
endforeach()

florin_add_test(
  NAME group_calls_test
  SOURCES group_calls_test.cc group_stream_test.cc
  LIBS florin_event_test_support
  LABELS unit tsan-grpc)

florin_add_test(
  NAME event_hub_threads_test
  SOURCES event_hub_threads_test.cc
  LIBS florin_event_test_support
  LABELS unit tsan-actors
  NO_CAF)
