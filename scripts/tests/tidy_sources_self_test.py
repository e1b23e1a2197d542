"""Shows which sources scripts/tidy-sources checks, and what it remembers, with a clang-tidy that only notes its calls."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

RUN = pathlib.Path(__file__).parents[1] / "tidy-sources"
# Its last argument is the source. It finds whatever has "wrong" in it.
TOOL = """#!/bin/sh
for source; do :; done
[ "$1" != --version ] || exit 0
echo "$source" >>called
if grep -q wrong "$source"; then echo "$source is wrong"; exit 1; fi
"""


class TidySourcesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        self.write("tool", TOOL)
        (self.root / "tool").chmod(0o755)
        self.write(".clang-tidy", "Checks: '*'")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def check(self, *names):
        """The exit code, the sources that the tool was called for, and the output."""
        sources = sorted(self.root.rglob("*.cc"))
        commands = [{"file": str(path), "command": f"c++ -c {path}"} for path in sources]
        self.write("build/compile_commands.json", json.dumps(commands))
        self.write("called", "")
        command = [sys.executable, str(RUN), "--root", str(self.root), "--build", str(self.root / "build")]
        command += ["--tool", str(self.root / "tool"), *names]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        return done.returncode, sorted((self.root / "called").read_text().split()), done.stdout + done.stderr

    def test_what_passed_is_not_checked_again(self):
        self.write("a/one.cc", "int one;")
        self.assertEqual(self.check("a/one.cc")[:2], (0, ["a/one.cc"]))
        self.assertEqual(self.check("a/one.cc")[:2], (0, []))

    def test_what_it_includes_counts_as_its_own(self):
        self.write("a/one.cc", '#include "a/one.h"')
        self.write("a/one.h", '#include "b/two.h"')
        self.write("b/two.h", "int two;")
        self.check("a/one.cc")
        self.write("b/two.h", "int three;")
        self.assertEqual(self.check("a/one.cc")[:2], (0, ["a/one.cc"]))

    def test_a_change_of_the_rules_or_the_contract_counts(self):
        self.write("a/one.cc", "int one;")
        self.check("a/one.cc")
        for name in (".clang-tidy", "proto/a/b.proto"):
            self.write(name, "another")
            self.assertEqual(self.check("a/one.cc")[:2], (0, ["a/one.cc"]), name)

    def test_what_the_analyzer_passed_is_remembered_apart(self):
        self.write("a/one.cc", "int one;")
        for arguments in (("a/one.cc",), ("--analyze", "a/one.cc")):
            self.assertEqual(self.check(*arguments)[:2], (0, ["a/one.cc"]), arguments)
        for arguments in (("a/one.cc",), ("--analyze", "a/one.cc")):
            self.assertEqual(self.check(*arguments)[:2], (0, []), arguments)

    def test_findings_are_shown_each_time(self):
        self.write("a/one.cc", "wrong")
        self.write("a/two.cc", "int two;")
        for called in (["a/one.cc", "a/two.cc"], ["a/one.cc"]):
            code, sources, output = self.check("a/one.cc", "a/two.cc")
            self.assertEqual((code, sources), (1, called))
            self.assertIn("a/one.cc is wrong", output)

    def test_a_header_is_checked_by_its_own_source(self):
        for name in ("a/one.cc", "a/other.cc"):
            self.write(name, '#include "a/one.h"')
        self.write("a/one.h", "int one;")
        self.assertEqual(self.check("a/one.h")[:2], (0, ["a/one.cc"]))

    def test_a_header_without_source_is_checked_by_the_smallest_that_includes_it(self):
        self.write("a/big.cc", '#include "a/more.h"\n#include "a/only.h"')
        self.write("b/small.cc", '#include "b/way.h"')
        self.write("b/way.h", '#include "a/only.h"')
        self.write("a/more.h", '#include "a/most.h"')
        self.write("a/most.h", "int most;")
        self.write("a/only.h", "int only;")
        self.assertEqual(self.check("a/only.h")[:2], (0, ["b/small.cc"]))
        self.assertEqual(self.check("a/only.h", "a/big.cc")[:2], (0, ["a/big.cc"]))

    def test_what_is_out_of_time_is_named_and_no_failure(self):
        self.write("a/one.cc", "wrong")
        code, sources, output = self.check("--minutes", "1e-9", "a/one.cc")
        self.assertEqual((code, sources), (0, []))
        self.assertIn("Not reached: a/one.cc", output)
        self.assertIn("1 of 1 sources were not checked within 1e-09 minutes.", output)

    def test_what_is_not_compiled_is_named(self):
        code, sources, output = self.check("a/none.cc")
        self.assertEqual((code, sources), (0, []))
        self.assertIn("does not compile them: a/none.cc", output)


if __name__ == "__main__":
    unittest.main()
