"""The real session loop, whole sessions of it, in the VM: same integers, no heap.

`drivers/loop.py` is its bench: an integer load, faults by stretches of ticks, a host that beats.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.programs import segment, words

from ionto.core import codes
from ionto.core import program as p
from iontobench.link.frames import command_line

from .cases import BOARDS, batch, boards, near, often, programs
from .runner import LOCKED, NEVER
from .test_core_traces import fewer
from .traces import Driver, assert_same_traces, assert_takes_no_bytes

LOOP = Driver.read("loop")
BOARD = BOARDS[0]
QUIET = [10_000, 1000, 2, 1000, 0]  # load _ohm, dt _us, noise _q4, stage gain 1.000, inputs
NEAR_WRAP_US = 0x3FFFFFFF - 5_000_000


def _program(level_ua, slew_ua_s, hold_ms):
    """Words of one timed hold."""
    held = segment(p.HOLD_TIME, level_ua, slew_ua_s, 0, hold_ms)
    walls = {"charge_uc": 100_000_000, "time_s": 3600, "area_mm2": 200_000, "density_ua_cm2": 2000}
    return words([held], level_ua, slew_ua_s, probe_min_q4=16, **walls)


def _typed(line):
    return [*line.encode(), 10]


def _told(line):
    """The same from a tool, with its checksum."""
    return [*command_line(line)]


def _eventful_session(part):
    """Params and stretches: 60 s / `part` with commands, a dry spell, a gap and a dip, at 2 mA."""
    params = [*BOARD, 1, NEAR_WRAP_US, *_program(2000, min(1000 * part, 10_000), 52_000 // part)]
    rows = [
        [8000 // part, *QUIET],
        [4000 // part, *QUIET, *_told("set 1500")],
        [4000 // part, *QUIET, *_told("set 2000")],
        [3, 0, *QUIET[1:]],  # a dip: shorter than the open debounce
        [4000 // part, *QUIET, *_typed("?")],
        [3000 // part, 60_000, *QUIET[1:]],  # dry: the stage is limited
        [4000 // part, *QUIET],
        [40, 0, *QUIET[1:]],  # contact lost, and back within 100 ms
        [5000 // part, *QUIET],
        [5000 // part, *QUIET, *_typed("pause")],
        [50_000 // part, *QUIET, *_told("resume")],
    ]
    return params, rows


loads_ohm = st.sampled_from([0, 1, 150, 2500, 10_000, 10_000, 30_000, 200_000])
typed = st.sampled_from(
    [
        *("", "", "stop", "pause", "resume", "set 1", "set 99999", "?", "beat 3", "stop*0000"),
        *(command_line(line).decode()[:-1] for line in ("set 500", "resume", "beat 3")),
        "x" * 30,
    ]
)
calm = st.tuples(
    near(1, 400, 5, 100),
    often(2500, loads_ohm),
    often(1000, st.sampled_from([999, 1500, 2000])),
    often(2, st.sampled_from([0, 40])),
    often(1000, st.sampled_from([960, 1040])),
    st.just(0),
)
upset = st.tuples(
    st.sampled_from([1, 2, 4, 5, 8, 40, 120]),
    often(0, loads_ohm),
    often(1000, near(1, 20_000, 2000, 3000)),
    often(2, near(0, 4000)),
    often(1000, near(0, 1500, 1000)),
    often(0, st.sampled_from([1, 2])),
)


@st.composite
def stretches_of_a_loop(draw):
    """A load that probe and proof find, then calm and upset stretches with lines typed."""
    rows = [[380, 2500, 1000, 0, 1000, 0]]
    for _ in range(draw(st.integers(1, 8))):
        rows.append([*draw(calm), *(_typed(line) if (line := draw(typed)) else [])])
        rows.append(list(draw(upset)))
    return rows


@st.composite
def benches(draw):
    """Params of the driver: a board, supervised or not, a time to begin, a program."""
    board = draw(boards)
    began_us = draw(st.sampled_from([0, 0x3FFFFFFF - 300_000]))
    return [
        *board,
        draw(st.sampled_from([0, 1])),
        began_us,
        *draw(programs(board, walls=draw(st.booleans()))),
    ]


@fewer
@given(batch(benches(), stretches_of_a_loop(), cases=2))
def test_the_session_loop_is_the_same_in_the_vm_tick_by_tick(vm, cases):
    assert_same_traces(vm, LOOP, cases)


def _only(row, ending):
    """The one column of that ending: an object is named by the first way that leads to it."""
    (value,) = [value for name, value in row.items() if name.endswith(ending)]
    return value


@pytest.mark.parametrize(
    "part", [pytest.param(5, id="12 s"), pytest.param(1, id="60 s", marks=pytest.mark.long)]
)
@pytest.mark.long
def test_a_session_with_events_of_all_kinds_needs_no_heap_in_any_of_its_ticks(vm, part):
    trace = assert_same_traces(vm, LOOP, [_eventful_session(part)], LOCKED)[0]
    last = trace.named(trace.rows - 1)
    assert trace.heap_tick == NEVER
    assert trace.ticks >= 60_000 // part
    assert last["outcome"] == codes.OUTCOME_COMPLETE
    assert _only(last, "session.glitches") == 1
    assert last["loop.port.frames"] > 500 // part
    assert _only(last, "telemetry.dropped") == 0


@pytest.mark.long
def test_ten_seconds_of_a_session_take_no_byte_from_an_open_heap(vm):
    params = [*BOARD, 1, NEAR_WRAP_US, *_program(2000, 1000, 8000)]
    rows = [[4000, *QUIET], [1000, 60_000, *QUIET[1:]], [9000, *QUIET, *_typed("?")]]
    assert_takes_no_bytes(vm, LOOP, params, rows)
