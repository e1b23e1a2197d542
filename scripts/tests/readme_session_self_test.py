"""Shows that scripts/readme-session notices when a page is not true."""

import importlib.machinery
import importlib.util
import pathlib
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parents[1] / "readme-session"
LOADER = importlib.machinery.SourceFileLoader("readme_session", str(SCRIPT))
SESSION = importlib.util.module_from_spec(importlib.util.spec_from_loader("readme_session", LOADER))
LOADER.exec_module(SESSION)

README = """
Text
```console
$ florin one
a 1
$ grpcurl -d '{
    "b": 2}' \\
    host
b
```
```
$ not a session
```
"""


def is_true(shown, printed):
    return SESSION.fits(SESSION.masked(shown), SESSION.masked(printed))


class ReadmeSessionTest(unittest.TestCase):
    def test_commands_go_on_while_a_quote_or_a_backslash_is_open(self):
        steps = SESSION.sessions(README)
        self.assertEqual(
            steps, [("florin one", ["a 1"]), ("grpcurl -d '{\n    \"b\": 2}' \\\n    host", ["b"])]
        )

    def test_every_page_shows_a_session(self):
        for page in SESSION.PAGES:
            self.assertTrue(SESSION.steps_of(page, True), page)

    def test_without_grpcurl_its_commands_are_left_out(self):
        with tempfile.TemporaryDirectory() as directory:
            page = pathlib.Path(directory) / "page.md"
            page.write_text(README, encoding="utf-8")
            self.assertEqual([command for command, _ in SESSION.steps_of(page, False)], ["florin one"])
            self.assertEqual(len(SESSION.steps_of(page, True)), 2)

    def test_a_page_without_a_session_is_an_error(self):
        with tempfile.TemporaryDirectory() as directory:
            page = pathlib.Path(directory) / "page.md"
            page.write_text("Text\n```\n$ not a session\n```\n", encoding="utf-8")
            with self.assertRaises(SystemExit):
                SESSION.steps_of(page, True)

    def test_equal_output_is_true(self):
        self.assertTrue(is_true(["a", "b"], ["a", "b"]))
        self.assertTrue(is_true([], []))

    def test_another_value_is_not_true(self):
        self.assertFalse(is_true(['"posted": "100.00"'], ['"posted": "100.01"']))
        self.assertFalse(is_true(["version 2"], ["version 3"]))

    def test_a_line_too_few_or_too_many_is_not_true(self):
        self.assertFalse(is_true(["a"], ["a", "b"]))
        self.assertFalse(is_true(["a", "b"], ["a"]))
        self.assertFalse(is_true(["a"], []))

    def test_what_varies_is_masked(self):
        self.assertTrue(is_true(["at 2026-11-20T12:53:16.584Z   x"], ["at 2027-01-02T03:04:05Z x"]))
        self.assertTrue(is_true(["ledger  " + "a1" * 16], ["ledger  " + "b2" * 16]))
        self.assertTrue(is_true(["hash  " + "a1" * 32], ["hash  " + "b2" * 32]))
        self.assertTrue(is_true(["data  260.8 KiB"], ["data  1.1 MiB"]))

    def test_a_mask_hides_nothing_else(self):
        self.assertFalse(is_true(["hash  " + "a1" * 32], ["hash  none"]))
        self.assertFalse(is_true(["at 2026-11-20T12:53:16Z x"], ["at 2026-11-20T12:53:16Z y"]))

    def test_dots_stand_for_lines_left_out(self):
        printed = ["a", "b", "c", "d", "e"]
        for shown in (["..."], ["a", "...", "e"], ["a", "...", "c", "...", "e"], ["a", "b", "..."], ["...", "e"]):
            self.assertTrue(is_true(shown, printed), shown)

    def test_what_stands_around_dots_is_compared(self):
        printed = ["a", "b", "c", "d", "e"]
        for shown in (["x", "..."], ["...", "x"], ["a", "...", "x", "...", "e"], ["a", "...", "d", "...", "c", "..."]):
            self.assertFalse(is_true(shown, printed), shown)

    def test_dots_do_not_count_a_line_twice(self):
        self.assertFalse(is_true(["a", "b", "...", "b", "c"], ["a", "b", "c"]))
        self.assertFalse(is_true(["...", "b", "...", "b", "..."], ["a", "b", "c"]))


if __name__ == "__main__":
    unittest.main()
