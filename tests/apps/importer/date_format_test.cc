#include "apps/importer/date_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/importer/time_zone.h"

namespace florin::importer {
namespace {

using testing::HasSubstr;

absl::TimeZone Zone(std::string_view text) {
  const auto zone = ParseTimeZone(text);
  EXPECT_TRUE(zone.ok()) << text;
  return zone.ok() ? zone.value() : absl::UTCTimeZone();
}

std::int64_t Seconds(std::string_view format, std::string_view text, std::string_view zone = "Z") {
  const auto parsed = DateFormat::Parse(format, Zone(zone));
  EXPECT_TRUE(parsed.ok()) << format;
  const auto seconds = parsed.value().Read(text);
  EXPECT_TRUE(seconds.ok()) << text;
  return seconds.ok() ? seconds.value() : -1;
}

TEST(DateFormatTest, Dates) {
  EXPECT_EQ(Seconds("%y%m%d", "930101"), 725846400);
  EXPECT_EQ(Seconds("%y%m%d", "690101"), -31536000);
  EXPECT_EQ(Seconds("%y%m%d", "680101"), 3092601600);
  EXPECT_EQ(Seconds("%Y-%m-%d", "1970-01-01"), 0);
  EXPECT_EQ(Seconds("%d.%m.%Y", "29.02.2000"), 951782400);
  EXPECT_EQ(Seconds("%Y-%m-%dT%H:%M:%S", "2026-01-31T09:05:07"), 1769850307);
  EXPECT_EQ(Seconds("%Y-%m-%d %H", "1970-01-01 00", "+01:00"), -3600);
  EXPECT_EQ(Seconds("%%%Y%m%d", "%19700102"), 86400);
}

TEST(DateFormatTest, DatesThatDoNotExistOrDoNotFit) {
  const auto format = DateFormat::Parse("%Y-%m-%d", absl::UTCTimeZone()).value();
  for (const char* text : {"2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31"}) {
    ASSERT_FALSE(format.Read(text).ok()) << text;
    EXPECT_THAT(format.Read(text).error().message, HasSubstr("exists"));
  }
  for (const char* text :
       {"", "2026-02", "2026-02-281", "26-02-28", "2026/02/28", "2026-2-28", "abcd-02-28"}) {
    ASSERT_FALSE(format.Read(text).ok()) << text;
    EXPECT_THAT(format.Read(text).error().message,
                HasSubstr("does not fit the date format '%Y-%m-%d'"));
  }
}

TEST(DateFormatTest, DateFormatsThatMeanNothing) {
  for (const char* text :
       {"%Y-%m-%q", "%Y-%m-%", "%m-%d", "%Y-%d", "%Y%m", "", "%Y%m%d%M", "%Y%m%d%S"}) {
    EXPECT_FALSE(DateFormat::Parse(text, absl::UTCTimeZone()).ok()) << text;
  }
}

TEST(DateFormatTest, WithoutAnHourItIsTheDayWhateverTheZone) {
  constexpr std::int64_t kFirstOfJune = 1780272000;  // 2026-06-01T00:00:00Z
  for (const char* zone :
       {"Z", "+02:00", "-08:00", "+14:00", "Europe/Berlin", "America/New_York"}) {
    EXPECT_EQ(Seconds("%d.%m.%Y", "01.06.2026", zone), kFirstOfJune) << zone;
  }
}

TEST(DateFormatTest, ANamedZoneHasItsSummerTime) {
  constexpr char kFormat[] = "%Y-%m-%d %H:%M";
  EXPECT_EQ(Seconds(kFormat, "2026-01-15 12:00", "Europe/Berlin"),
            Seconds(kFormat, "2026-01-15 11:00"));
  EXPECT_EQ(Seconds(kFormat, "2026-07-15 12:00", "Europe/Berlin"),
            Seconds(kFormat, "2026-07-15 10:00"));
  EXPECT_EQ(Seconds(kFormat, "2026-07-15 12:00", "America/New_York"),
            Seconds(kFormat, "2026-07-15 16:00"));
}

TEST(DateFormatTest, OfATimeThatTheClockShowedTwiceItIsTheFirst) {
  // The last Sunday of October: 03:00 in summer time becomes 02:00.
  EXPECT_EQ(Seconds("%Y-%m-%d %H:%M", "2026-10-25 02:30", "Europe/Berlin"),
            Seconds("%Y-%m-%d %H:%M", "2026-10-25 00:30"));
}

TEST(DateFormatTest, ATimeThatTheClockLeftOutIsRefused) {
  // The last Sunday of March: 02:00 becomes 03:00.
  const auto format = DateFormat::Parse("%Y-%m-%d %H:%M", Zone("Europe/Berlin")).value();
  ASSERT_FALSE(format.Read("2026-03-29 02:30").ok());
  EXPECT_THAT(format.Read("2026-03-29 02:30").error().message,
              HasSubstr("does not exist in Europe/Berlin"));
  EXPECT_TRUE(format.Read("2026-03-29 03:00").ok());
}

TEST(DateFormatTest, ZonesAreOffsetsOrNames) {
  const auto offset = [](std::string_view text) { return Zone(text).At(absl::UnixEpoch()).offset; };
  EXPECT_EQ(offset("Z"), 0);
  EXPECT_EQ(offset("+01:00"), 3600);
  EXPECT_EQ(offset("+05:30"), 19800);
  EXPECT_EQ(offset("-08:00"), -28800);
  EXPECT_EQ(offset("Asia/Tokyo"), 32400);
  for (const char* text : {"", "1", "+1:00", "+01.00", "+15:00", "+01:60", "Europe/Bärlin",
                           "Europe/Berlin2", "localtime", "libc:localtime", "/etc/localtime",
                           "../zoneinfo/Europe/Berlin", "file:Europe/Berlin"}) {
    ASSERT_FALSE(ParseTimeZone(text).ok()) << text;
    EXPECT_THAT(ParseTimeZone(text).error().message, HasSubstr("Europe/Berlin")) << text;
  }
}

TEST(DateFormatTest, ADateThatLooksRightShowsWhatItHolds) {
  const auto format = DateFormat::Parse("%d.%m.%Y", absl::UTCTimeZone()).value();
  EXPECT_THAT(format.Read("01.06.2026\u00A0").error().message, HasSubstr("'01.06.2026<U+00A0>'"));
}

}  // namespace
}  // namespace florin::importer
