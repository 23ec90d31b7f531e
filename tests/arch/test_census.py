"""The census counts what is there and nothing else: on small trees that are written for it."""

import json

import pytest
from tests.arch.sources import ROOT
from tests.census import attributes, circles, classes, functions
from tests.census.__main__ import main
from tests.census.areas import sizes
from tests.census.imports import counts

HOST = "host_tools/iontobench"


@pytest.fixture
def grow(tmp_path):
    """A function that writes files, given as path and text, and returns the root."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


def run(capsys, root, *args):
    """The exit code, what was printed and what was complained of."""
    code = main(list(args), root)
    return code, *capsys.readouterr()


def test_files_lines_medians_and_small_files_are_counted_by_area(grow):
    root = grow(
        {
            "firmware/a.py": "x = 1\n" * 59,
            "firmware/b/c.py": "x = 1\n" * 60,
            "firmware/.hidden/d.py": "x = 1\n",
            "tests/vm/node_modules/e.py": "x = 1\n",
            "docs/page.md": "# Page\n",
            "README.md": "# Read\n\nme\n",
        }
    )
    found = sizes(root)
    assert found["firmware"] == {
        **{"files": 2, "lines": 119, "median_lines": 59.5},
        "under_60_lines": 1,
    }
    assert found["docs"]["lines"] == 4
    assert found["tests"]["files"] == 0


def test_a_class_name_of_two_modules_is_found_with_its_places(grow):
    root = grow(
        {
            "firmware/ionto/a.py": "class Bench:\n    pass\n",
            "boards/b/board.py": "\nclass Bench:\n    pass\n",
            f"{HOST}/c.py": "class Twice:\n    pass\nclass Twice:\n    pass\n",
            "tests/d.py": "class Twice:\n    pass\n",
        }
    )
    places = ["firmware/ionto/a.py:1", "boards/b/board.py:2"]
    assert classes.shared(root) == [{"name": "Bench", "places": places}]


@pytest.mark.parametrize(
    ("back", "at_load"),
    [
        *(("from . import a\n", 1), ("from iontobench.p.a import x\n", 1)),
        *(
            ("import iontobench.p.a\n", 1),
            ("try:\n    from .a import x\nfinally:\n    x = 1\n", 1),
        ),
        ("def f():\n    from . import a\n", 0),
        ("def f():\n    import_module('iontobench.p.a')\n", 0),
        ("import typing\nif typing.TYPE_CHECKING:\n    from .a import x\n", 0),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    from .a import x\n", 1),
    ],
)
def test_a_circle_of_modules_is_found_and_one_of_later_imports_counts_apart(grow, back, at_load):
    root = grow({f"{HOST}/p/a.py": "from .b import y\n", f"{HOST}/p/b.py": back})
    found = circles.circles(root)["modules"]
    members = ["iontobench.p.a", "iontobench.p.b"]
    steps = ["iontobench.p.a -> iontobench.p.b", "iontobench.p.b -> iontobench.p.a"]
    assert found["with_later"] == [{"members": members, "shortest": steps}]
    assert len(found["at_load"]) == at_load
    assert counts(root)["at_load"] == 1 + at_load


def test_a_chain_is_no_circle(grow):
    files = {f"{HOST}/p/{one}.py": f"from . import {other}\n" for one, other in ("ab", "bc")}
    root = grow({**files, f"{HOST}/p/c.py": "import os\n", f"{HOST}/p/__init__.py": ""})
    found = circles.circles(root)
    assert found["modules"] == found["packages"] == {"at_load": [], "with_later": []}


def test_a_circle_of_packages_needs_no_circle_of_modules(grow):
    root = grow(
        {
            f"{HOST}/p/a.py": "from ..q import one\n",
            f"{HOST}/p/b.py": "",
            f"{HOST}/q/__init__.py": "",
            f"{HOST}/q/one.py": "",
            f"{HOST}/q/two.py": "from ..p.b import x\n",
        }
    )
    found = circles.circles(root)
    assert found["modules"]["with_later"] == []
    [circle] = found["packages"]["at_load"]
    assert circle["members"] == ["iontobench.p", "iontobench.q"]
    assert circle["shortest"] == [
        *("iontobench.p.a -> iontobench.q.one", "iontobench.q.two -> iontobench.p.b")
    ]


def test_two_circles_are_two_and_the_shortest_way_round_is_told():
    pairs = ("ab", "bc", "ca", "ac", "de", "ed", "cd")
    found = [circles.Import(*pair, "at_load") for pair in pairs]
    edges = {}
    for one in found:
        edges.setdefault(one.source, {})[one.target] = one
    first, second = circles.components(edges)
    assert first == {"members": ["a", "b", "c"], "shortest": ["a -> c", "c -> a"]}
    assert second["members"] == ["d", "e"]


def test_a_function_is_as_long_as_its_lines_without_decorators(grow):
    text = "@one\n@two\ndef f():\n    x = 1\n    return x\n\ndef g(): pass\n"
    root = grow({"firmware/a.py": text})
    assert functions.longest(root, 1) == [{"lines": 3, "place": "firmware/a.py:3", "name": "f"}]
    assert [row["lines"] for row in functions.longest(root, 9)] == [3, 1]


def test_attributes_of_a_class_and_its_bases_are_counted_once_each(grow):
    text = (
        "class Base:\n    def __init__(self):\n        self.a = self.b = 0\n"
        "class Full(Base):\n    def step(self):\n"
        "        self.b += 1\n        self.c, self.d = 1, self.unset\n        other.e = 1\n"
    )
    root = grow({"firmware/a.py": text})
    full, base = attributes.largest(root, 9)
    assert full == {
        **{"attributes": 4, "slots": 4, "free": 0},
        **{"place": "firmware/a.py:4", "name": "Full"},
    }
    assert (base["attributes"], base["slots"], base["free"]) == (2, 2, 0)


SUITE = (
    '<testsuites><testsuite><testcase classname="t.a" name="one" time="0.5"/>'
    '<testcase classname="t.a" name="two" time="1.25"/></testsuite></testsuites>'
)


def test_the_slowest_tests_are_read_from_the_file_of_pytest(grow, capsys):
    root = grow({"firmware/a.py": "", "times.xml": SUITE})
    code, out, _ = run(capsys, root, "--json", "--durations", str(root / "times.xml"))
    rows = json.loads(out)["slowest_tests"]
    assert code == 0
    assert rows == [*({"seconds": 1.25, "name": "t.a::two"}, {"seconds": 0.5, "name": "t.a::one"})]
    code, out, _ = run(capsys, root, "--durations", str(root / "times.xml"))
    assert "1.25 s  t.a::two" in out


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *(("", "is no XML"), ("times", "is no XML"), ("<testsuites/>", "names no test")),
        (SUITE.replace("0.5", "soon"), "t.a::one has the time 'soon', not 0 s or more"),
        (SUITE.replace("0.5", "-1"), "'-1', not 0 s or more"),
        (SUITE.replace("0.5", "nan"), "'nan', not 0 s or more"),
        (None, "cannot be read"),
    ],
)
def test_a_bad_file_of_durations_is_one_clear_line_and_exit_2(grow, capsys, text, why):
    root = grow({"firmware/a.py": "", **({} if text is None else {"times.xml": text})})
    code, out, err = run(capsys, root, "--durations", str(root / "times.xml"))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert why in err
    assert f"{root / 'times.xml'}" in err
    assert "pytest --junitxml FILE" in err


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *(("firmware/a.py", b"def f(:\n"), ("firmware/b.py", b"x = 1\0\n")),
        *(("tests/a.py", b"x = '\xff'\n"), ("README.md", b"\xff"), ("boards/a.toml", b"\xff")),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_line_and_exit_2(grow, capsys, name, bad):
    root = grow({name: ""})
    (root / name).write_bytes(bad)
    code, out, err = run(capsys, root)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert name in err


def test_whatever_is_counted_the_exit_code_is_0(grow, capsys):
    root = grow({f"{HOST}/a.py": "from . import b\n", f"{HOST}/b.py": "from . import a\n"})
    code, out, err = run(capsys, root)
    assert (code, err) == (0, "")
    assert "Circles of modules at load: 1\n" in out
    assert "a shortest circle: iontobench.a -> iontobench.b; iontobench.b -> iontobench.a" in out
    assert "host_tools    2 files,      2 lines, median 1 lines, 2 files under 60 lines" in out
    assert "Slowest tests: not asked for" in out


def test_an_empty_tree_is_counted(tmp_path, capsys):
    code, out, _ = run(capsys, tmp_path, "--json")
    assert code == 0
    assert json.loads(out)["sizes"]["firmware"]["files"] == 0


def test_this_tree_defines_no_class_twice_and_imports_no_module_in_a_circle():
    assert classes.shared(ROOT) == []
    assert circles.circles(ROOT)["modules"] == {"at_load": [], "with_later": []}
