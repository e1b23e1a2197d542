# florin::storage_codec: records and commit groups to bytes and back, events expanded from records, domain to
# contract types. No store: the engine and the server both lean on it.

find_package(OpenSSL REQUIRED)

add_library(
  florin_storage_codec STATIC
  codec_decode.cc
  codec_dictionary.cc
  codec_encode.cc
  codec_uuid.cc
  event_codec.cc
  event_encoder.cc
  event_legs.cc
  event_walk.cc
  proto_convert.cc
  record_codec.cc
  record_decode.cc)
add_library(florin::storage_codec ALIAS florin_storage_codec)
target_include_directories(florin_storage_codec PUBLIC "${PROJECT_SOURCE_DIR}")
target_link_libraries(
  florin_storage_codec
  PUBLIC florin::domain florin::proto
  PRIVATE florin::warnings OpenSSL::Crypto)
