"""Functions and classes of a C++ file, read without a compiler. For scripts/check-size.

It reads this code base's style, not all of C++: comments, strings and directives
are left out, brackets are matched, and what stands outside function bodies is
split into declarations. A declaration says by its words what its `{` opens: a
namespace, a class, an enumeration, an initialiser, else a body. What stands
inside a body (lambdas, local classes) belongs to that body.

A file whose brackets do not match is not guessed at: `Unreadable` says where.
"""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""
    (?P<comment> //(?:\\\n|[^\n])* | /\*.*?\*/ )
  | (?P<string> (?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"
              | (?:u8|[uUL])?"(?:\\.|[^"\\\n])*" | (?:u8|[uUL])?'(?:\\.|[^'\\\n])+' )
  | (?P<directive> \#(?:\\\n|//[^\n]*|/\*.*?\*/|[^\n])* )
  | (?P<number> \.?\d(?:'?[\w.])* )
  | (?P<word> [A-Za-z_]\w* )
  | (?P<sign> ::|->|\.\.\.|\S )
    """,
    re.VERBOSE | re.DOTALL,
)
CLOSING = {"(": ")", "[": "]", "{": "}"}
CLASS_KEYS = {"class", "struct", "union"}
TYPE_KEYS = CLASS_KEYS | {"enum"}
# What stands in brackets behind these says nothing about what is declared.
ASIDE = {"alignas", "decltype", "explicit", "noexcept", "requires", "__attribute__"}
NO_MEMBERS = {"using", "typedef", "friend", "static_assert"}


class Unreadable(Exception):
    """A bracket without its other half: (line, text)."""


@dataclass
class Function:
    """A function's body. In a class or a namespace; `name` is as short as C++ has it there."""

    name: str  # Class::Name, Name, or Suite.Name of a test
    first: int  # line of its first word
    last: int  # line of the closing brace

    @property
    def lines(self):
        return self.last - self.first + 1


@dataclass
class Class:
    """A class, struct or union with a body."""

    name: str  # Outer::Name
    line: int
    members: int = 0  # data members; constants (constexpr) are none
    methods: int = 0  # member functions, without those that are `= default` or `= delete`


@dataclass
class Signature:
    """What a function is given: of a method where its class declares it, of any other where its body is."""

    name: str
    line: int
    parameters: int


@dataclass
class Outline:
    """What a file has."""

    functions: list = field(default_factory=list)
    classes: list = field(default_factory=list)
    signatures: list = field(default_factory=list)
    comment_lines: set = field(default_factory=set)  # lines with a comment on them
    lines: int = 0  # lines that are not empty


@dataclass(frozen=True)
class Token:
    """A word, number, string or sign; in a declaration also a group, named by its opening bracket."""

    text: str
    line: int
    is_word: bool = False
    inside: tuple = ()  # a group's tokens


def tokens_of(text, outline):
    """The tokens of `text`, an operator's name being one. Notes in `outline` the lines with comments."""
    found, line, at = [], 1, 0
    for match in TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        kind = match.lastgroup if match.lastgroup != "mark" else "string"
        if kind == "comment":
            outline.comment_lines.update(range(line, line + match.group().count("\n") + 1))
        elif kind != "directive":
            found.append(Token('""' if kind == "string" else match.group(), line, kind == "word"))
    return list(with_operators(found))


def with_operators(tokens):
    """`operator` and what follows it as one word: operator==, operator(), operator bool."""
    at = 0
    while at < len(tokens):
        token, at = tokens[at], at + 1
        if token.text != "operator":
            yield token
            continue
        end = at
        if [one.text for one in tokens[at : at + 2]] == ["(", ")"]:
            end += 2
        while end < len(tokens) and tokens[end].text not in ("(", ";"):
            end += 1
        name = "".join(one.text for one in tokens[at:end])
        space = " " if at < end and tokens[at].is_word else ""
        yield Token(f"operator{space}{name}", token.line, True)
        at = end


def partners_of(tokens):
    """For the place of each opening bracket that of the closing one."""
    partners, opened = {}, []
    for place, token in enumerate(tokens):
        if token.text in CLOSING:
            opened.append(place)
        elif token.text in CLOSING.values():
            if not opened or CLOSING[tokens[opened[-1]].text] != token.text:
                raise Unreadable(token.line, f"'{token.text}' closes nothing")
            partners[opened.pop()] = place
    if opened:
        raise Unreadable(tokens[opened[-1]].line, f"'{tokens[opened[-1]].text}' is not closed")
    return partners


class Reader:
    """Walks through the declarations of one file."""

    def __init__(self, text):
        self.outline = Outline(lines=sum(1 for line in text.splitlines() if line.strip()))
        self.tokens = tokens_of(text, self.outline)
        self.partners = partners_of(self.tokens)

    def read(self):
        self._scope(0, None)
        return self.outline

    def _scope(self, at, owner):
        """Reads declarations from `at` to the end of their scope, of the class `owner` or of a namespace."""
        declared = []
        while at < len(self.tokens) and self.tokens[at].text != "}":
            token = self.tokens[at]
            if token.text == ";":
                self._statement(declared, owner)
                declared, at = [], at + 1
            elif token.text == "{":
                declared, at = self._brace(declared, at, owner)
            else:
                at = self._item(declared, at)
        return at

    def _item(self, declared, at):
        """Adds what stands at `at` to `declared`, a group in brackets as one; returns what is behind it."""
        token = self.tokens[at]
        before = declared[-1] if declared else None
        end = self.partners.get(at)
        if token.text == "<" and before and before.is_word and not has(declared, "="):
            end = self._angle_end(at)
        if end is None:
            declared.append(token)
            # A label of access stands for itself.
            if token.text == ":" and [one.text for one in declared[:-1]] in (["public"], ["protected"], ["private"]):
                declared.clear()
            return at + 1
        inside = tuple(self.tokens[at + 1 : end])
        if token.text == "(" and before and before.text in ASIDE:
            declared.pop()
        elif token.text != "[" or not inside or inside[0].text != "[":  # no attribute
            declared.append(Token(token.text, token.line, False, inside))
        return end + 1

    def _angle_end(self, at):
        """Where the template arguments end that begin at `at`; None if that is a comparison."""
        depth = 0
        while at < len(self.tokens) and self.tokens[at].text not in (";", ")", "]", "}"):
            depth += {"<": 1, ">": -1}.get(self.tokens[at].text, 0)
            if depth == 0:
                return at
            at = self.partners.get(at, at) + 1
        return None

    def _brace(self, declared, at, owner):
        """Reads from the `{` at `at`; returns what is declared so far, and what is behind the `}`."""
        end = self.partners[at]
        plain = without_template(declared)
        kind = kind_of(plain)
        if kind == "scope":
            self._scope(at + 1, None)
            return [], end + 1
        if kind == "class":
            name = class_name(plain)
            one = Class(f"{owner.name}::{name}" if owner else name, declared[0].line)
            self.outline.classes.append(one)
            self._scope(at + 1, one)
            return [*plain, Token("{", self.tokens[at].line)], end + 1
        if kind == "body":
            self._function(plain, declared[0].line, owner, self.tokens[end].line)
            return [], end + 1
        return declared + [Token("{", self.tokens[at].line)], end + 1

    def _statement(self, declared, owner):
        """Counts what a declaration without a body adds to its class."""
        plain = without_template(declared)
        if owner is None or not plain or plain[0].text in NO_MEMBERS:
            return
        if plain[0].text in TYPE_KEYS and not is_variable(plain):
            plain = behind_type(plain)
        elif parameters_at(plain) is not None:
            if not any(has(plain, word) for word in ("default", "delete")):
                self._method(plain, owner)
            return
        if plain and not has(plain, "constexpr"):
            owner.members += 1 + sum(1 for one in plain if one.text == ",")

    def _method(self, plain, owner):
        owner.methods += 1
        name = f"{owner.name}::{function_name(plain)}"
        self.outline.signatures.append(Signature(name, plain[0].line, parameter_count(plain)))

    def _function(self, plain, first, owner, last):
        name = function_name(plain)
        is_friend = has(plain, "friend")
        if owner and not is_friend:
            self._method(plain, owner)
            name = f"{owner.name}::{name}"
        elif "::" not in name and not is_macro(name):
            self.outline.signatures.append(Signature(name, first, parameter_count(plain)))
        if is_macro(name):
            words = [one.text for one in plain[parameters_at(plain)].inside if one.is_word]
            name = ".".join(words[:2])
        self.outline.functions.append(Function(name, first, last))


def has(declared, text):
    return any(one.text == text for one in declared)


def is_macro(name):
    """TEST(Suite, Name), MATCHER_P(Name, argument): their arguments are no parameters."""
    return re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", name) is not None and len(name) > 2


def is_variable(plain):
    """`struct stat found`: no class, but a variable of a class of C's."""
    keys = [place for place, one in enumerate(plain) if one.text in CLASS_KEYS]
    behind = plain[keys[0] + 1 : keys[0] + 3] if keys else []
    return [one.is_word and one.text != "final" for one in behind] == [True, True]


def behind_type(plain):
    """What is declared behind the body of a class or an enumeration: members of that type, seldom any."""
    bodies = [place for place, one in enumerate(plain) if one.text == "{"]
    return plain[bodies[0] + 1 :] if bodies else []


def without_template(declared):
    while len(declared) > 1 and declared[0].text == "template" and declared[1].text == "<":
        declared = declared[2:]
    return declared


def kind_of(plain):
    """What a `{` opens behind the words `plain`: scope, class, body or value."""
    if has(plain, "namespace") or [one.text for one in plain] == ["extern", '""']:
        return "scope"
    if not plain or has(plain, "=") or has(plain, "enum"):
        return "value"
    parameters = parameters_at(plain)
    if parameters is None:
        return "class" if any(has(plain, key) for key in CLASS_KEYS) and not is_variable(plain) else "value"
    # Behind `:` stand a constructor's initialisers, `member_{value}` among them.
    starts = any(one.text == ":" for one in plain[parameters:])
    return "value" if starts and (plain[-1].is_word or plain[-1].text == "<") else "body"


def parameters_at(plain):
    """The place of a function's parameters; None if `plain` declares no function."""
    for place, one in enumerate(plain):
        if one.text == "=":
            return None
        if one.text == "(":
            is_pointer = one.inside and one.inside[0].text in ("*", "&")
            return None if is_pointer or place == 0 else place
    return None


def class_name(plain):
    place = next(place for place, one in enumerate(plain) if one.text in CLASS_KEYS)
    name = ""
    for one in plain[place + 1 :]:
        if one.text in (":", "final", "<"):
            break
        name += one.text if one.is_word or one.text == "::" else ""
    return name or "(unnamed)"


def function_name(plain):
    """The name in front of the parameters, without template arguments: Class::Name."""
    name, place = "", parameters_at(plain) - 1
    while place >= 0:
        one = plain[place]
        if one.text in ("::", "~") or (one.is_word and (not name or name.startswith("::"))):
            name = one.text + name
        elif one.text != "<":
            break
        place -= 1
    return name.removeprefix("::")


def parameter_count(plain):
    inside = plain[parameters_at(plain)].inside
    if not inside or [one.text for one in inside] == ["void"]:
        return 0
    count, depth, before = 1, 0, None
    for one in inside:
        if one.text in CLOSING or (one.text == "<" and before and before.is_word):
            depth += 1
        elif one.text in CLOSING.values() or (one.text == ">" and depth):
            depth -= 1
        elif one.text == "," and depth == 0:
            count += 1
        before = one
    return count


def outline_of(text):
    """The `Outline` of a file's text; raises `Unreadable`."""
    return Reader(text).read()
