"""Shows what scripts/cpp_outline.py reads in a source, on samples of the style of this code base."""

import pathlib
import sys
import textwrap
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from cpp_outline import Unreadable, outline_of  # noqa: E402 # pylint: disable=wrong-import-position


def outline(text):
    return outline_of(textwrap.dedent(text))


def functions(text):
    return {one.name: (one.first, one.last) for one in outline(text).functions}


def classes(text):
    return {one.name: (one.members, one.methods) for one in outline(text).classes}


def parameters(text):
    found = outline(text).signatures
    names = [one.name for one in found]
    assert len(set(names)) == len(names), names
    return {one.name: one.parameters for one in found}


class FunctionsTest(unittest.TestCase):
    def test_a_body_ends_with_its_own_brace(self):
        text = """\
            namespace florin {
            namespace {
            int First(int a) {
              if (a) { return 1; }
              auto twice = [](int b) {
                return b + b;
              };
              return twice(a);
            }
            }  // namespace

            int Second() { return 2; }
            }  // namespace florin
            """
        self.assertEqual(functions(text), {"First": (3, 9), "Second": (12, 12)})

    def test_brackets_in_texts_comments_and_directives_are_none(self):
        text = """\
            #define OPEN(x) \\
              if (x) {
            void Say() {
              Print("}} \\" {", '{', '\\'', R"json({"a": "}"})json", 1'000'000);  // }
              /* } and
                 } */
            }
            void Next() {}
            """
        self.assertEqual(functions(text), {"Say": (3, 7), "Next": (8, 8)})

    def test_names_have_their_class_and_no_template_arguments(self):
        text = """\
            template <typename T, int kSize = 3>
            std::vector<std::pair<int, T>> Table<T>::Row::All() const {
            }
            Table::~Table() {}
            bool operator==(const A& a, const A& b) { return true; }
            void Task::operator()() {}
            Text::operator bool() const { return true; }
            auto Later() -> std::optional<int> { return {}; }
            """
        names = ["Table::Row::All", "Table::~Table", "operator==", "Task::operator()", "Text::operator bool", "Later"]
        self.assertEqual(list(functions(text)), names)
        self.assertEqual(functions(text)["Table::Row::All"], (1, 3))

    def test_the_initialisers_of_a_constructor_are_not_its_body(self):
        text = """\
            Actor::Actor(Port* port, Clock clock)
                : Base<Port>{port},
                  clock_{std::move(clock)}, names_({"a", "b"}) {
              Start();
            }
            Actor::Actor() : port_{nullptr} {}
            """
        self.assertEqual([(one.first, one.last) for one in outline(text).functions], [(1, 5), (6, 6)])

    def test_values_are_no_functions(self):
        text = """\
            constexpr std::array<int, 2> kTwo = {1, 2};
            const std::map<int, std::function<void(int)>> kCalls{{1, [](int) { return; }}};
            const auto kLess = [](int a, int b) { return a < b; };
            enum class Kind : int { kOne, kTwo };
            struct stat found {};
            """
        self.assertEqual(functions(text), {})
        self.assertEqual(classes(text), {})

    def test_a_test_is_named_as_it_is_run(self):
        text = """\
            TEST_F(LedgerTest, Opens) {
              Open();
            }
            MATCHER_P(IsNamed, name, "") { return arg == name; }
            """
        self.assertEqual(functions(text), {"LedgerTest.Opens": (1, 3), "IsNamed.name": (4, 4)})
        self.assertEqual(parameters(text), {})


class ClassesTest(unittest.TestCase):
    def test_counts_members_and_methods(self):
        text = """\
            class [[nodiscard]] Ledger final : public Base<int>, Other {
             public:
              using Name = std::string;
              static constexpr int kMax = 3;
              explicit Ledger(Options options);
              Ledger(const Ledger&) = delete;
              ~Ledger() override = default;
              [[nodiscard]] std::string_view name() const { return name_; }
              template <typename T>
              void Visit(T&& visitor) const;
              virtual int Size() const = 0;
              bool operator<(const Ledger& other) const;
              friend bool operator==(const Ledger& a, const Ledger& b) { return true; }
              friend class Reader;

             private:
              class Impl;
              std::string name_;
              int first_ = 1, second_{2};
              std::function<void(int, int)> call_ = [](int, int) {};
              void (*done_)(int) = nullptr;
              alignas(64) std::atomic<std::int64_t> head_{0};
              static int made_;
            };
            """
        self.assertEqual(classes(text), {"Ledger": (7, 5)})

    def test_a_class_in_a_class_counts_for_itself(self):
        text = """\
            struct Outer {
              struct Inner {
                int a;
                int b;
              };
              struct { int c; } unnamed;
              enum class Phase : std::uint8_t { kOne, kTwo } phase = Phase::kOne;
              enum class Other;
              struct timespec since;
              Inner inner;
              void Do() { struct Local { int x; }; }
            };
            struct Outer::Later { int d; };
            """
        found = {"Outer": (4, 1), "Outer::Inner": (2, 0), "Outer::(unnamed)": (1, 0), "Outer::Later": (1, 0)}
        self.assertEqual(classes(text), found)

    def test_methods_that_require_something_are_methods(self):
        text = """\
            template <typename T>
            class Boxed {
              template <typename U>
              requires(std::is_same_v<T, U> && !std::is_const_v<U>) Boxed& operator=(U&& value) {
                return *this;
              }
              operator std::string_view() const requires std::is_same_v<T, int> { return ""; }
            };
            """
        self.assertEqual(classes(text), {"Boxed": (0, 2)})
        self.assertEqual(list(functions(text)), ["Boxed::operator=", "Boxed::operator std::string_view"])


class ParametersTest(unittest.TestCase):
    def test_counts_what_is_given(self):
        text = """\
            int None(void) { return 0; }
            int Three(std::map<int, int> a, const std::function<void(int, int)>& b = {},
                      std::optional<std::pair<int, int>> c = Make(1, 2)) { return 3; }
            """
        self.assertEqual(parameters(text), {"None": 0, "Three": 3})

    def test_a_method_counts_once_where_its_class_declares_it(self):
        text = """\
            class Door {
              Door(int a, int b);
              void Open(int a);
            };
            Door::Door(int a, int b) : a_(a) {}
            void Door::Open(int a) {}
            void Free(int a, int b, int c);
            """
        self.assertEqual(parameters(text), {"Door::Door": 2, "Door::Open": 1})


class LinesTest(unittest.TestCase):
    def test_notes_lines_with_comments(self):
        found = outline("""\
            /// What it is.
            int a;  // In seconds.

            /* Over
               two. */
            const char* kUrl = "http://no.comment";
            """)
        self.assertEqual(found.comment_lines, {1, 2, 4, 5})
        self.assertEqual(found.lines, 5)

    def test_names_the_line_of_a_bracket_without_its_other_half(self):
        for text, line in (("void A() {\n  if (x) {\n}\n", 1), ("int a;\n}\n", 2), ("f(\n]", 2)):
            with self.assertRaises(Unreadable) as caught:
                outline(text)
            self.assertEqual(caught.exception.args[0], line)


if __name__ == "__main__":
    unittest.main()
