find_package(OpenSSL REQUIRED)

foreach(name IN ITEMS events_crowd events_integration events_refusals)
  set(labels integration)
  if(name STREQUAL events_integration)
    list(APPEND labels tsan-grpc)
  endif()
  florin_add_test(
    NAME ${name}_test
    SOURCES ${name}_test.cc
    LIBS florin::domain florin::proto florin::test_support OpenSSL::Crypto
    LABELS ${labels}
    DEPENDS florind)
endforeach()
