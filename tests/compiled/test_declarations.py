"""The reviewed types: do they fit the sources, and is each difference one clear line?"""

import sys
from collections import Counter

import pytest
from tests.closed_loop.sessions import by_time

from iontobench.campaign.fault_bench import FaultBench, board_of, calibration_of
from iontobench.compiled import declarations, rewrite, select
from iontobench.sim.skin import load_skin

SOURCE = '''"""A part."""

from .const import const

LIMIT = const(4)


class Part:
    def __init__(self, other):
        self.other = other
        self._step = other.step
        self.count = 0

    def step(self, value):
        self.count += value
        return self.count
'''
TYPES = """
cdef class Part:
    cdef public object other
    cdef public long long count
    cpdef long long step(self, long long value) except? -1
"""


def found(tmp_path, source=SOURCE, types=TYPES):
    """The differences between a source and its types."""
    place, typed = tmp_path / "part.py", tmp_path / "made.part.pxd"
    place.write_text(source, "utf-8")
    typed.write_text(types, "utf-8")
    return list(declarations.differences(declarations.read(typed), place))


def test_every_declaration_fits_its_source():
    wrong = []
    for module, path in declarations.modules().items():
        wrong += declarations.differences(declarations.read(path), select.source_of(module))
    assert wrong == []


def test_every_source_can_be_prepared_and_keeps_its_lines():
    known = {name: declarations.read(path) for name, path in declarations.modules().items()}
    for name in known:
        text = select.source_of(name).read_text("utf-8")
        done = rewrite.prepared(text, name, known)
        assert done.count("\n") == text.count("\n"), name


def test_every_module_that_a_tick_calls_has_types():
    board = "virtual"
    bench = FaultBench(
        board_of(board), load_skin("palm"), "rp2040", 1, calibration_of(board, "rp2040", 1)
    )
    calls = Counter()

    def count(frame, event, _):
        if event == "call":
            calls[frame.f_globals["__name__"]] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        seen = bench.run(by_time((500, 500), time_s=20, charge_uc=20_000))
    finally:
        sys.setprofile(before)
    ticks = seen.ending["t_ms"]
    assert ticks > 1000
    often = {name for name in calls if calls[name] >= ticks / 2}
    own = {name for name in often if name.split(".")[0] in ("ionto", "iontobench")}
    assert {"ionto.tick", "iontobench.sim.plant", "iontobench.sim.smooth"} <= own
    assert own - set(declarations.modules()) == set()


def test_types_say_in_their_first_line_that_a_module_is_of_every_tick():
    modules = declarations.modules()
    assert declarations.is_of_every_tick(modules["ionto.tick"])
    assert not declarations.is_of_every_tick(modules["ionto.core.command"])


def test_types_that_fit_have_no_difference(tmp_path):
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "self.count = 0",
            "self.count = self.more = 0",
            "made.part.pxd: Part sets more in part.py: declare it with its type",
        ),
        (
            "self, value",
            "self, value, much",
            "made.part.pxd: Part.step takes (self, value, much) in the source: declare the same",
        ),
        (
            "def step",
            "def walk",
            "made.part.pxd: the source has no Part.step: remove it there",
        ),
        (
            "class Part",
            "class Whole",
            "made.part.pxd: part.py has no class Part: remove it there",
        ),
        (
            "self.other = other",
            "pass",
            "made.part.pxd: Part never sets other in part.py: remove it there",
        ),
    ],
)
def test_a_source_that_has_changed_is_one_line_that_says_what_to_do(tmp_path, old, new, line):
    assert line in found(tmp_path, SOURCE.replace(old, new))


def test_a_line_that_cannot_be_read_is_told_with_its_number(tmp_path):
    with pytest.raises(declarations.DeclarationError, match=r"made.part.pxd:3: cannot read"):
        found(tmp_path, types="\ncdef class Part:\n    cdef count\n")
