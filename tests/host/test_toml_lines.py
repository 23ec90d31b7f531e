"""The line of every key of a TOML file: against files written with known positions."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iontobench.protocols import list_protocols, load
from iontobench.tomlfile.lines import lines_of, path_of

TEXT = '''\
# first
top = 1

[a.b] # [c]
"key [x]\\n" = """
[no.table]
not_a_key = 1
\\""" still
"""
dotted . 'odd "key"' = { inner = [1, 2], "other" = { deep = 3 } }
list = [
  # not = "a key"
  'one]', """
two""",
  [ 3, { four = 4 } ],
]

[a]
own = 1979-05-27 07:32:00

[[many]]
x = 1
[many.sub]
y = 2
[[many]]
[[many.inner]]
z = """""quoted"""""
[[many.inner]]
'''
EXPECTED = {
    ("top",): 2,
    ("a",): 18,
    ("a", "b"): 4,
    ("a", "b", "key [x]\n"): 5,
    ("a", "b", "dotted"): 10,
    ("a", "b", "dotted", 'odd "key"'): 10,
    ("a", "b", "dotted", 'odd "key"', "inner", 1): 10,
    ("a", "b", "dotted", 'odd "key"', "other", "deep"): 10,
    ("a", "b", "list"): 11,
    ("a", "b", "list", 0): 13,
    ("a", "b", "list", 1): 13,
    ("a", "b", "list", 2): 15,
    ("a", "b", "list", 2, 1, "four"): 15,
    ("a", "own"): 19,
    ("many",): 21,
    ("many", 0): 21,
    ("many", 0, "x"): 22,
    ("many", 0, "sub", "y"): 24,
    ("many", 1): 25,
    ("many", 1, "inner", 0, "z"): 27,
    ("many", 1, "inner", 1): 28,
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_kind_of_key_is_found_on_its_line(end):
    text = TEXT.replace("\n", end)
    found = lines_of(text, tomllib.loads(text))
    assert {path: found.get(path) for path in EXPECTED} == EXPECTED


def test_no_line_is_given_where_the_keys_are_not_those_of_the_data():
    assert lines_of(TEXT, {**tomllib.loads(TEXT), "more": 1}) == {}
    assert lines_of(TEXT, {}) == {}
    assert lines_of("a = [", {"a": []}) == {}


def test_a_nesting_too_deep_to_follow_gives_no_lines():
    text = f"a = {'[' * 20000}"
    assert lines_of(text, {"a": []}) == {}


@pytest.mark.parametrize("name", list_protocols())
def test_every_key_that_ships_is_on_the_line_that_is_given(name):
    text = load(name).toml
    found = lines_of(text, tomllib.loads(text))
    assert found
    for path, number in found.items():
        last = next(step for step in reversed(path) if isinstance(step, str))
        assert last in text.splitlines()[number - 1]


def test_a_key_as_it_is_shown_is_a_path_again():
    assert path_of("phases[11].ramp_up_s") == ("phases", 11, "ramp_up_s")
    assert path_of("electrodes.return") == ("electrodes", "return")
    assert path_of("") == ()


ODD = "".join(["ab[]{}=#,.'\"\\", "é \t"])
STRINGS = st.text(st.sampled_from(ODD), max_size=6)
LITERAL = STRINGS.map(lambda text: text.replace("'", ""))


def basic(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def many_lines(text):
    body = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"""{body}\n[x]\ny = 1 # {body}\\\n  ""\n"""'


SCALARS = st.one_of(
    st.sampled_from(["1", "-2.5", "true", "nan", "0xF", "1979-05-27 07:32:00"]),
    STRINGS.map(basic),
    LITERAL.map(lambda text: f"'{text}'"),
    STRINGS.map(many_lines),
    LITERAL.map(lambda text: f"'''\n{text}\n[[x]]\n'''"),
)
GAPS = st.sampled_from(["", " ", "\t", "\n", " # ]}\n", "\n\n  "])
ARRAYS = st.lists(st.tuples(GAPS, SCALARS, GAPS), max_size=3).map(
    lambda items: "[" + ",".join(f"{a}{value}{b}" for a, value, b in items) + "]"
)
INLINE = st.lists(STRINGS, unique=True, max_size=3).map(
    lambda keys: "{" + ", ".join(f"{basic(key)} = [[1], {{a.b = 2}}]" for key in keys) + "}"
)
VALUES = st.one_of(SCALARS, ARRAYS, INLINE)
KEYS = st.one_of(st.from_regex(r"[A-Za-z0-9_-]{1,4}", fullmatch=True), STRINGS)
BARE = st.from_regex(r"[A-Za-z0-9_-]+", fullmatch=True)
ENDS = st.sampled_from(["\n", "\r\n"])
FILLERS = st.sampled_from(["", "# [comment] = 1", "\t# 'x", "   "])


@st.composite
def documents(draw):
    """A text, and the line on which each key that was written stands."""
    lines, expected, places = [], {}, [((), None)]
    end = draw(ENDS)
    tables = draw(
        st.lists(st.tuples(KEYS, st.integers(0, 2)), max_size=4, unique_by=lambda t: t[0])
    )
    for name, repeats in tables:
        places += [((name, number), name) for number in range(repeats)] if repeats else []
        places += [] if repeats else [((name,), name)]
    for path, header in places:
        lines += draw(st.lists(FILLERS, max_size=2))
        if header is not None:
            written = basic(header)
            expected.setdefault(path[:1], len(lines) + 1)
            expected[path] = len(lines) + 1
            many = len(path) == 2
            lines.append(f"[[ {written} ]] # x" if many else f" [{written}]")
        taken = {name for name, _ in tables} if header is None else set()
        keys = draw(st.lists(KEYS, max_size=4, unique=True))
        for key in [one for one in keys if one not in taken]:
            shown = basic(key)
            full = (*path, key)
            lines += draw(st.lists(FILLERS, max_size=2))
            expected[full] = len(lines) + 1
            if draw(st.booleans()):
                shown = f"{shown} . 'in ner'"
                expected[(*full, "in ner")] = len(lines) + 1
            lines += f"{shown} = {draw(VALUES)}".split("\n")
    return end.join(lines), expected


@given(documents())
def test_every_key_of_a_generated_file_is_on_the_line_where_it_was_written(document):
    text, expected = document
    found = lines_of(text, tomllib.loads(text))
    assert {path: found.get(path) for path in expected} == expected


@given(st.text(st.sampled_from(ODD + "\n\r1"), max_size=30))
def test_any_text_that_is_toml_has_lines_for_all_its_keys_or_none(text):
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = lines_of(text, data)
    assert found or not data
    assert all(1 <= number <= text.count("\n") + 1 for number in found.values())
