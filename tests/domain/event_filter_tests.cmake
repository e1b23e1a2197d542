# Which events a subscriber sees.

florin_add_test(NAME topic_pattern_test SOURCES topic_pattern_test.cc LIBS florin::domain LABELS unit NO_CAF)
florin_add_test(NAME event_filter_test SOURCES event_filter_test.cc LIBS florin::domain LABELS unit NO_CAF)
