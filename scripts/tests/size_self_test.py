"""Shows that scripts/check-size finds what is too large, and that its list of exceptions can only become shorter."""

import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
CHECK = pathlib.Path(__file__).parents[1] / "check-size"
sys.path.insert(0, str(CHECK.parent))


def front_doors():
    loader = importlib.machinery.SourceFileLoader("check_size", str(CHECK))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_size", loader))
    sys.modules["check_size"] = module
    loader.exec_module(module)
    return module.FRONT_DOORS


DOORS = [pattern.replace("**/", "") for pattern in front_doors()]
LIST = "scripts/size-exceptions.txt"


def function(name, lines):
    return f"void {name}() {{\n" + "  Do();\n" * (lines - 2) + "}\n"


def class_of(name, members, methods):
    body = [f"  int m{i}_;" for i in range(members)] + [f"  void F{i}();" for i in range(methods)]
    return "\n".join([f"class {name} {{", *body, "};", ""])


class SizeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        for door in DOORS:
            self.write(door, "// What it is.\nint a;\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def list(self):
        return (self.root / LIST).read_text()

    def run_check(self, *arguments):
        command = [sys.executable, str(CHECK), "--root", str(self.root), *arguments]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(result.stderr, "")
        return result.returncode, result.stdout

    def assert_passes(self):
        self.assertEqual(self.run_check(), (0, ""))

    def assert_finds(self, *lines):
        self.assertEqual(self.run_check(), (1, "".join(f"{line}\n" for line in lines)))

    def assert_bound(self, name, fits, exceeds, finding):
        """`fits` passes; `exceeds`, which is just larger, does not."""
        self.write(name, fits)
        self.assert_passes()
        self.write(name, exceeds)
        self.assert_finds(finding)


class BoundsTest(SizeTest):
    def test_files(self):
        finding = "server/a.cc: a.cc has 401 lines, and may have at most 400 (rule file)"
        self.assert_bound("server/a.cc", "int a;\n" * 400, "int a;\n" * 401, finding)

    def test_functions(self):
        finding = "server/a.cc:1: Long has 71 lines, and may have at most 70 (rule function)"
        self.assert_bound("server/a.cc", function("Long", 70), function("Long", 71), finding)

    def test_functions_of_tests(self):
        long = function("TEST", 71).replace("TEST()", "TEST(ATest, Does)").replace("void ", "")
        self.write("tests/a_test.cc", long)
        self.assert_finds("tests/a_test.cc:1: ATest.Does has 71 lines, and may have at most 70 (rule function)")

    def test_data_members(self):
        finding = "server/a.h:1: Wide has 21 data members, and may have at most 20 (rule members)"
        self.assert_bound("server/a.h", class_of("Wide", 20, 0), class_of("Wide", 21, 0), finding)

    def test_methods(self):
        finding = "server/a.h:1: Busy has 31 methods, and may have at most 30 (rule methods)"
        self.assert_bound("server/a.h", class_of("Busy", 0, 30), class_of("Busy", 0, 31), finding)

    def test_classes_of_tests_have_looser_bounds(self):
        finding = "tests/a.h:1: Fake has 46 methods, and may have at most 45 (rule methods)"
        self.assert_bound("tests/a.h", class_of("Fake", 30, 45), class_of("Fake", 30, 46), finding)

        finding = "tests/a.h:1: Fake has 31 data members, and may have at most 30 (rule members)"
        self.assert_bound("tests/a.h", class_of("Fake", 30, 45), class_of("Fake", 31, 45), finding)

    def test_parameters(self):
        six, seven = (f"void F({', '.join(f'int p{i}' for i in range(count))}) {{}}\n" for count in (6, 7))
        finding = "server/a.cc:1: F has 7 parameters, and may have at most 6 (rule parameters)"
        self.assert_bound("server/a.cc", six, seven, finding)

    def test_folders(self):
        for number in range(40):
            self.write(f"server/rpc/{number}.{'h' if number % 2 else 'cc'}", "")
        self.write("server/rpc/CMakeLists.txt", "")
        self.write("server/rpc/further/in.cc", "")
        self.assert_passes()
        self.write("server/rpc/40.cc", "")
        self.assert_finds("server/rpc: server/rpc has 41 sources and headers, and may have at most 40 (rule folder)")

    def test_comments_of_front_doors(self):
        fits, silent = "// A\n// B\n\nint a;\nint b;\nint c;\n", "// A\n// B\n\nint a;\nint b;\nint c;\nint d;\n"
        self.write("server/no_door.h", silent)
        found = "has 33 % of its lines with a comment, and may have at least 40 (rule comments)"
        self.assert_bound("actors/ledger.h", fits, silent, f"actors/ledger.h: ledger.h {found}")

    def test_a_front_door_may_move_further_in_but_not_go(self):
        (self.root / "storage/journal.h").unlink()
        self.assert_finds("storage/**/journal.h: this front door is gone")
        self.write("storage/journal/journal.h", "// What it is.\nint a;\n")
        self.assert_passes()

    def test_the_readme(self):
        self.write("docs/README.md", "a\n" * 161)
        finding = "README.md: README.md has 161 lines, and may have at most 160 (rule page)"
        self.assert_bound("README.md", "a\n" * 160, "a\n" * 161, finding)

    def test_lines_of_pages(self):
        long = "a" * 251
        apart = f"| {long} |\n```\n{long}\n```\n    {long}\n[a](docs/{long}.md)\n{'a' * 250}\n"
        finding = "docs/a.md:8: a.md has 251 characters in a line, and may have at most 250 (rule line)"
        self.assert_bound("docs/a.md", apart, f"{apart}{long}\n", finding)

    def test_what_is_generated_is_left_out(self):
        self.write("build/release/a.h", "int a;\n" * 401)
        self.assert_passes()

    def test_what_cannot_be_read_does_not_pass(self):
        self.write("server/a.cc", "void A() {\n")
        self.assert_finds("server/a.cc:1: '{' is not closed")


class ExceptionsTest(SizeTest):
    def test_what_is_listed_passes_as_it_is(self):
        self.write("server/a.cc", function("Long", 80))
        self.write("server/b.h", class_of("Wide", 25, 0))
        self.write(LIST, "# Why.\n\nfunction Long 80\nmembers Wide 25\n")
        self.assert_passes()

    def test_what_is_listed_may_move(self):
        self.write(LIST, "function Long 80\n")
        self.write("server/rpc/other.cc", function("Long", 80))
        self.assert_passes()

    def test_what_is_listed_may_not_grow(self):
        self.write("server/a.cc", function("Long", 81))
        self.write(LIST, "function Long 80\n")
        grown = "server/a.cc:1: Long has 81 lines, and had 80 when it was listed (rule function)"
        self.assert_finds(grown)
        self.assertEqual(self.run_check("--update"), (1, f"{grown}\n"))
        self.assertEqual(self.list(), "function Long 80\n")

    def test_comments_may_not_become_fewer(self):
        self.write("actors/ledger.h", "// A\nint a;\nint b;\nint c;\n")
        self.write(LIST, "comments ledger.h 30\n")
        found = "has 25 % of its lines with a comment, and had 30 when it was listed (rule comments)"
        self.assert_finds(f"actors/ledger.h: ledger.h {found}")
        self.write("actors/ledger.h", "// A\nint a;\nint b;\n")
        self.assertEqual(self.run_check("--update"), (0, ""))
        self.assertEqual(self.list(), "comments ledger.h 33\n")

    def test_what_has_shrunk_is_noticed_and_lowered(self):
        self.write("server/a.cc", function("Long", 75))
        self.write(LIST, "# Why.\nfunction Long 80\n")
        self.assert_finds(f"{LIST}:2: Long has 75 lines, no longer 80: run scripts/check-size --update")
        self.assertEqual(self.run_check("--update"), (0, ""))
        self.assertEqual(self.list(), "# Why.\nfunction Long 75\n")

    def test_what_is_gone_is_noticed_and_removed(self):
        self.write("server/a.cc", function("Short", 70))
        self.write(LIST, "function Gone 80\nfunction Short 75\n# Why.\n")
        code, output = self.run_check()
        self.assertEqual((code, output.count("is within its bound or gone")), (1, 2))
        self.assertEqual(self.run_check("--update"), (0, ""))
        self.assertEqual(self.list(), "# Why.\n")

    def test_an_update_adds_nothing(self):
        self.write("server/a.cc", function("Long", 71))
        self.write(LIST, "")
        self.assertEqual(self.run_check("--update")[0], 1)
        self.assertEqual(self.list(), "")

    def test_of_several_with_one_name_each_is_listed(self):
        self.write("server/a.cc", function("Long", 90))
        self.write("actors/b.cc", function("Long", 80))
        self.write(LIST, "function Long 90\n")
        self.assert_finds("actors/b.cc:1: Long has 80 lines, and may have at most 70 (rule function)")
        self.write(LIST, "function Long 90\nfunction Long 80\n")
        self.assert_passes()
        # One goes: the line that stays has the number of the other.
        self.write("server/a.cc", "")
        self.assertEqual(self.run_check("--update"), (0, ""))
        self.assertEqual(self.list(), "function Long 80\n")

    def test_a_line_that_is_no_exception_does_not_pass(self):
        self.write(LIST, "funktion Long 80\n")
        self.assert_finds(f"{LIST}:1: write a rule, a place and a number")


if __name__ == "__main__":
    unittest.main()
