"""Shows that scripts/check-words finds what it is there to find."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).parents[1] / "check-words"


def run(files):
    """The check's exit code and lines on a tree of `files` {path: text}."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        command = [sys.executable, str(CHECK), "--root", root]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.stderr:
            raise AssertionError(result.stderr)
        return result.returncode, result.stdout.splitlines()


class TypeNamesTest(unittest.TestCase):
    def assert_allowed(self, files):
        self.assertEqual(run(files), (0, []))

    def assert_same_name(self, first, second, name="Slot"):
        code, lines = run({"domain/a.h": first, "server/b.cc": second})
        self.assertEqual(code, 1)
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(f"{name} has the name of", lines[0])
        return lines[0]

    def test_types_with_names_of_their_own_pass(self):
        types = "struct Slot {};\nenum class Kind : int { kA };"
        self.assert_allowed({"domain/a.h": types, "actors/b.h": "class Item {};"})

    def test_every_kind_of_type_is_looked_at(self):
        for second in (
            "struct Slot {};",
            "class Slot final : public Base<int> {};",
            "class [[nodiscard]] Slot {};",
            "struct alignas(64) Slot {};",
            "union Slot { int a; };",
            "enum class Slot : std::uint8_t { kA };",
            "enum Slot { kA };",
            "using Slot = int;",
            "using Slot = std::function<void(int)>;",
            "template <typename T>\nusing Slot = std::vector<T>;",
            'extern "C" {\nstruct Slot {};\n}',
            "template <class T, int n = (1 < 2)>\nrequires(n > 1) struct Slot {};",
        ):
            with self.subTest(second):
                self.assert_same_name("struct Slot {};", second)
                self.assert_same_name(second, "struct Slot {};")

    def test_namespaces_make_no_difference(self):
        line = self.assert_same_name(
            "namespace florin::domain {\nstruct Slot {\n  int a = 0;\n};\n}",
            "namespace florin::server {\nnamespace {\nint F() { return 1; }\nclass Slot {};\n}\n}",
        )
        self.assertEqual(line, "server/b.cc:4: Slot has the name of Slot in domain/a.h:2")

    def test_what_defines_nothing_passes(self):
        first = "struct Slot {};"
        for second in (
            "class Slot;\nstruct Slot;\nenum class Slot : int;",
            "using domain::Slot;\nusing namespace domain;",
            "template <typename T> class Slot;\nextern template class Slot<int>;",
            "class Other { friend class Slot; };",
            "struct Slot* Find(int a);\nstruct Slot Make() { return {}; }",
            "// struct Slot {};\n/* struct Slot {}; */\n#define A struct Slot {};\n#define B \\\n  struct Slot {};",
            'const char* a = "struct Slot {};";\nconst char* b = R"x(struct Slot {};)x";\nchar c = \'{\';',
            "template <typename Slot>\nvoid F(Slot slot) {}",
            "int F() {\n  using Slot = int;\n  struct Slot {};\n  return 1;\n}",
            "int a = 1'000'000;\nbool operator<(int a, int b) { return a < b; }",
        ):
            with self.subTest(second):
                self.assert_allowed({"domain/a.h": first, "server/b.cc": second})

    def test_what_stands_behind_is_still_seen(self):
        for before in (
            "void F(int a = {}, B b = {1, {2}}) { if (a < 1) { G([] { return 1; }); } }",
            "class Other : public Base {\n public:\n  Other() : a_{1}, b_(2) {}\n  int a_{1};\n  B b_ = {1};\n};",
            "template <>\nstruct hash<Other> {\n  int operator()(int a) const { return a; }\n};",
            "const std::map<int, int> kMap = {{1, 2}, {3, 4}};",
            "#include <a>\nextern \"C\" {\nint F();\n}",
            "auto f = [](int a) -> int { return a; };",
            "bool F() requires std::is_same_v<A, B> { return true; }",
            "[[nodiscard]] inline std::vector<std::pair<int, int>> F() { return {{1, 2}}; }",
        ):
            with self.subTest(before):
                self.assert_same_name("struct Slot {};", before + "\nstruct Slot {};")

    def test_a_class_inside_a_class_has_a_name_of_its_own(self):
        inside = "class A {\n private:\n  struct Entry {};\n};"
        line = self.assert_same_name(inside, "class B {\n class Entry;\n};\nclass B::Entry {};", "B::Entry")
        self.assertEqual(line, "server/b.cc:4: B::Entry has the name of A::Entry in domain/a.h:3")
        line = self.assert_same_name("struct Entry {};", "class B { struct Entry {}; };", "B::Entry")
        self.assertEqual(line, "server/b.cc:1: B::Entry has the name of Entry in domain/a.h:1")

    def test_the_type_of_the_namespace_keeps_its_name(self):
        line = self.assert_same_name("class B { struct Entry {}; };", "struct Entry {};", "B::Entry")
        self.assertTrue(line.startswith("domain/a.h:1: "), line)

    def test_enums_and_aliases_of_classes_may_share_a_name(self):
        inside = "enum class Kind {}; using Done = int;"
        self.assert_allowed({"domain/a.h": f"class A {{ {inside} }};", "server/b.h": f"struct B {{ {inside} }};"})
        self.assert_same_name("enum class Kind {};", "struct B { enum class Kind {}; };", "B::Kind")
        self.assert_same_name("struct Done {};", "struct B { using Done = int; };", "B::Done")
        self.assert_same_name("struct Done {};", "class B { public: using Done = int; };", "B::Done")

    def test_an_alias_for_the_type_of_its_name_is_none_of_its_own(self):
        files = {"domain/a.h": "struct Slot {};", "server/b.h": "class B {\n using Slot = domain::Slot; };"}
        self.assert_allowed(files)

    def test_the_second_ledger_and_the_clients_are_apart(self):
        folders = ("domain", "reference", "clients/cpp", "tests/domain")
        self.assert_allowed({f"{folder}/a.h": "struct Slot {};" for folder in folders})


class HeadersTest(unittest.TestCase):
    def test_two_headers_have_two_names(self):
        files = {"actors/groups/feed.h": "", "actors/groups/feed.cc": "", "server/feed.cc": "", "tests/feed.h": ""}
        self.assertEqual(run(files), (0, []))
        files["server/feed.h"] = ""
        self.assertEqual(run(files), (1, ["server/feed.h:1: feed.h is the name of actors/groups/feed.h too"]))


class GlossaryTest(unittest.TestCase):
    def words(self, row):
        return run({"docs/words.md": f"# Words\n{row}\n", "domain/a.h": "struct Posting {};", "proto/a.proto": ""})

    def test_what_is_there_passes(self):
        self.assertEqual(self.words("| posting | an amount | `Posting`, `domain/a.h` |"), (0, []))
        self.assertEqual(self.words("| event | `a.b`, and `Posted` | `proto/a.proto` |"), (0, []))

    def test_a_missing_file_is_found(self):
        self.assertEqual(self.words("| leg | half | `domain/b.h` |"), (1, ["docs/words.md:2: domain/b.h is not there"]))

    def test_a_missing_type_is_found(self):
        code, lines = self.words("| leg | half | `Leg`, `domain/a.h` |")
        self.assertEqual((code, lines), (1, ["docs/words.md:2: Leg is not defined in domain/a.h"]))


if __name__ == "__main__":
    unittest.main()
