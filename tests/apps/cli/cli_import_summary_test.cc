#include <gtest/gtest.h>

#include <sstream>

#include "apps/cli/import_summary.h"

namespace florin::cli {
namespace {

// Bug: the importer shows what it quotes by escapes, and the backslashes of these were doubled.
TEST(ImportSummaryTest, NotesShowQuotedTextAsItWasQuoted) {
  importer::ImportOutcome outcome;
  outcome.counts.rejected = 2;
  outcome.rejected = {{7, "FIELD_INVALID",
                       R"(column "booked" is "a\tb\x1b")"
                       "\n and more"}};
  outcome.warnings = {R"(line 8: "a\nb" has a line end)"};
  std::ostringstream out;
  std::ostringstream err;
  PrintNotes({.out = out, .err = err}, outcome);
  EXPECT_EQ(err.str(),
            "rejected: line 7: FIELD_INVALID: column \"booked\" is \"a\\tb\\x1b\"\\n and more\n"
            "rejected: and 1 more\n"
            "warning: line 8: \"a\\nb\" has a line end\n");
}

}  // namespace
}  // namespace florin::cli
