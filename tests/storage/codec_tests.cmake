# The stored format and event expansion: they need no store.

add_library(florin_test_records STATIC random_records.cc record_book.cc record_samples.cc record_text.cc)
target_link_libraries(
  florin_test_records
  PUBLIC florin::storage_codec
  PRIVATE florin::warnings)

florin_add_test(NAME codec_wire_test SOURCES codec_wire_test.cc LIBS florin::storage_codec LABELS unit NO_CAF)
florin_add_test(NAME record_codec_test SOURCES record_codec_test.cc LIBS florin_test_records LABELS unit NO_CAF)
florin_add_test(
  NAME record_codec_random_test SOURCES record_codec_random_test.cc LIBS florin_test_records LABELS unit NO_CAF)
florin_add_test(NAME event_codec_test SOURCES event_codec_test.cc LIBS florin_test_records LABELS unit NO_CAF)
florin_add_test(
  NAME event_codec_random_test SOURCES event_codec_random_test.cc LIBS florin_test_records LABELS unit NO_CAF)
florin_add_test(NAME event_encoder_test SOURCES event_encoder_test.cc LIBS florin_test_records LABELS unit NO_CAF)
florin_add_test(NAME codec_format_test SOURCES codec_format_test.cc LIBS florin_test_records LABELS unit NO_CAF)
target_compile_definitions(codec_format_test PRIVATE FLORIN_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
