"""Shows that scripts/check-links finds what it is there to find."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).parents[1] / "check-links"


def run(files):
    """The check's exit code and output on a tree of `files` {path: text}."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        command = [sys.executable, str(CHECK), root]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        return result.returncode, result.stdout


class LinksTest(unittest.TestCase):
    def test_what_is_there_passes(self):
        page = "[a](docs/b.md) [c](docs) [d](#one-two) [e](docs/b.md#it-is) [f](https://x.y/z) `[g](h)`\n# One, two\n"
        self.assertEqual(run({"a.md": page, "docs/b.md": "## It `is`\n"}), (0, ""))

    def test_a_missing_page_is_found(self):
        self.assertEqual(run({"docs/a.md": "[b](b.md)"}), (1, "docs/a.md: b.md is not there\n"))

    def test_a_missing_heading_is_found(self):
        code, output = run({"a.md": "[b](b.md#c)", "b.md": "# B\n```\n# c\n```\n"})
        self.assertEqual((code, output), (1, "a.md: b.md#c is not there\n"))

    def test_a_page_named_in_a_source_is_looked_for(self):
        code, output = run({"a.h": "/// Source: docs/adr/0001-x.md"})
        self.assertEqual((code, output), (1, "a.h: docs/adr/0001-x.md is not there\n"))
        self.assertEqual(run({"a.h": "// docs/x.md", "docs/x.md": ""}), (0, ""))


if __name__ == "__main__":
    unittest.main()
