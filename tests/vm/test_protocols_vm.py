"""Every shipped protocol, shortened, on its board and its site's median load: CPython against VM.

The samples that the virtual bench gave are replayed on both Pythons. Integers are compared tick
by tick, or by running sums of what decides, what is counted and what is said: the sums are quick,
and serve for the protocols of the short tier that are like another, and for longer sessions. The
replay has to do with its pins what the firmware did on the bench.
"""

import pytest
from tests.host.protocol_bench import compiled

from ionto.core import codes
from iontobench.protocols import list_protocols, load
from iontobench.sim.skin import load_skin

from .harness import Vm
from .recorded import record
from .runner import LOCKED, NEVER, TRACED
from .short_programs import cut_short
from .traces import Driver, assert_same_traces

SECOND = (200, 400, 100)  # ramp and hold _ms, percent of the levels
SMALL = (100, 200, 20)
SECONDS_2 = (400, 800)
SECONDS_5 = (1000, 2000)  # 2.5 to 12 s, most of them 4.7
MINUTE = (5500, 11_000)  # 12 to 60 s
LONG = pytest.mark.long
REPLAY = Driver.read("replay")
PORT = "loop.port."


def recorded(name, ramp_ms, hold_ms, percent=100):
    """A session of a shipped protocol on the virtual bench, cut short."""
    protocol = load(name)
    made, board = compiled(protocol)
    electrodes = protocol.electrodes
    skin = load_skin(protocol.skin, electrodes.active.area_cm2, electrodes.return_.area_cm2)
    return record(cut_short(made.words, ramp_ms, hold_ms, percent), board, skin)


def replayed(vm, session, mode):
    """The same session on both Pythons, which have to agree; CPython's trace."""
    trace = assert_same_traces(vm, REPLAY, [(session.params, session.rows)], mode)[0]
    last = trace.named(trace.rows - 1)
    assert session.outcome == last["outcome"] == codes.OUTCOME_COMPLETE
    assert trace.ticks == len(session.rows)
    assert last["loop.tick.dose.gross_uc"] == session.charge_uc > 0
    return trace


# One by its dose, one of pulses, one that waits between two doses, one that reverses: at its own
# levels the ramps of that one, which the firmware's slew limits, are six of its eight seconds.
UNLIKE = {
    "dexamethasone-40": SECOND,
    "acetylcholine-5x20s": SECOND,
    "patch-two-phase": SECOND,
    "tapwater-reversal": SMALL,
}
# Those whose segments are of the kinds, and on the board, of another of the short tier.
LIKE = (
    *("acetic-acid-80", "demo", "dental-fluoride", "dexamethasone-80", "lidocaine-40"),
    *("sweat-test-pilocarpine", "tapwater-feet"),
)


def summed():
    """Every protocol; long if it is like another, or if the short tier compares its ticks."""
    rest = set(list_protocols()) - set(LIKE) - {name for name in UNLIKE if UNLIKE[name] == SECOND}
    return [pytest.param(one, marks=() if one in rest else LONG) for one in list_protocols()]


@pytest.mark.parametrize("name", summed())
@pytest.mark.short_cases("tapwater-reversal", "sham")
def test_a_shipped_protocol_of_two_seconds_has_the_same_running_sums_in_the_vm(vm, name):
    assert replayed(vm, recorded(name, *SECONDS_2), LOCKED).heap_tick == NEVER


@pytest.mark.parametrize(
    ("name", "times_ms"),
    [
        *UNLIKE.items(),
        *(pytest.param(name, SECOND, marks=LONG) for name in UNLIKE if UNLIKE[name] != SECOND),
        *(pytest.param(one, SECONDS_5, marks=LONG) for one in list_protocols()),
    ],
)
@pytest.mark.short_cases("dexamethasone-40-times_ms0")
def test_a_shipped_protocol_gives_the_same_integers_in_the_vm_in_every_tick(vm, name, times_ms):
    session = recorded(name, *times_ms)
    trace = replayed(vm, session, TRACED)
    gates, drives = trace.column(PORT + "gate"), trace.column(PORT + "drive_counts")
    assert list(zip(gates, drives, strict=True))[:-1] == session.pins


@pytest.fixture(scope="module")
def roomy(vm_path):
    """A VM with room for the samples of a minute."""
    with Vm(vm_path, heap_bytes=1 << 26) as machine:
        yield machine


@LONG
@pytest.mark.parametrize("name", list_protocols())
def test_a_shipped_protocol_of_a_minute_is_the_same_in_the_vm_without_heap(roomy, name):
    session = recorded(name, *MINUTE)
    assert 10_000 < len(session.rows) <= 60_000
    assert replayed(roomy, session, LOCKED).heap_tick == NEVER


def test_the_running_sum_of_a_session_sees_one_sample_that_is_one_off(vm):
    session = recorded("dexamethasone-40", *SECOND)
    other = [list(row) for row in session.rows]
    other[800][1] += 1  # current A, while it is held
    cases = [(session.params, rows) for rows in (session.rows, other)]
    sums = [
        trace.column(PORT + "sum")[-1] for trace in assert_same_traces(vm, REPLAY, cases, LOCKED)
    ]
    assert sums[0] != sums[1]
