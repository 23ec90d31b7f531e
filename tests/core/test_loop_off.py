"""Every way out of the loop: after it the output is off, and nothing was asked of it since.

`Bed.run` itself checks gate, drive and probe, and that `off` was the last call that acts.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionto.core import faults
from ionto.port import CALLS

from .fake_port import OPEN
from .loops import Bed, Interrupter, quick

SHORT = quick(level_ua=500, time_ms=30)


def _call_sites():
    """(method, how many calls) of an undisturbed run, each method at several ticks."""
    bed = Bed()
    bed.run(SHORT)
    for name in CALLS:
        total = bed.checked.calls[name]
        picked = {1, 2, 3, total // 4, total // 3, total // 2, total - 2, total - 1, total}
        for count in sorted(one for one in picked if 0 < one <= total):
            yield name, count


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError], ids=["ctrl-c", "memory"])
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(("name", "count"), list(_call_sites()))
def test_an_exception_at_any_call_leaves_the_output_off(name, count, before, error):
    made = []

    def wrap(port):
        made.append(Interrupter(port, name, count, error, before))
        return made[0]

    bed = Bed(wrap=wrap)
    with pytest.raises(error):
        bed.run(SHORT)
    assert made[0].raised
    if name not in ("begin", "end"):
        assert not bed.port.begun, "end() did not run"


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("", "_check"),
        ("", "_step"),
        ("supervisor", "limit"),
        ("supervisor", "recheck"),
        ("regulator", "step"),
        ("dose", "step"),
        ("telemetry", "step"),
        ("command", "step"),
    ],
)
def test_an_exception_inside_any_part_leaves_the_output_off(part, name):
    bed = Bed().at(450, lambda port: setattr(port, "offset_q4", 40000)).say(440, "pause")
    owner = getattr(bed.loop, part) if part else bed.loop
    real = getattr(owner, name)

    def broken(*args):
        if bed.port.tick >= 445:
            raise MemoryError
        return real(*args)

    setattr(owner, name, broken)
    if part == "command":  # made anew by each run
        bed.at(440, lambda port: setattr(bed.loop.command, name, broken))
    with pytest.raises(MemoryError):
        bed.run()
    assert bed.gates[-1][2] == 1, "the exception was to strike a closed gate"


DISTURBANCES = {
    "open": lambda port: setattr(port, "load_ohm", OPEN),
    "load": lambda port: setattr(port, "load_ohm", 5000),
    "dry": lambda port: setattr(port, "load_ohm", 60_000),
    "offset": lambda port: setattr(port, "offset_q4", 3000),
    "over": lambda port: setattr(port, "offset_q4", 50_000),
    "apart": lambda port: setattr(port, "second_q4", -20_000),
    "leak": lambda port: setattr(port, "leak_q4", 1500),
    "late": lambda port: setattr(port, "dt_us", 2800),
    "on time": lambda port: setattr(port, "dt_us", 1000),
    "limiter": lambda port: setattr(port, "inputs", 2),
    "stop": lambda port: setattr(port, "inputs", 1),
}
SAYINGS = st.sampled_from(["stop", "pause", "resume", "set 1", "set 2000", "?", "beat 3", "\x00"])


@given(
    st.lists(st.tuples(st.integers(1, 900), st.sampled_from(sorted(DISTURBANCES))), max_size=6),
    st.lists(st.tuples(st.integers(1, 1400), SAYINGS), max_size=12),
    st.booleans(),
)
def test_after_a_fault_the_gate_is_low_in_that_tick_and_stays_so(disturbances, sayings, host):
    bed = Bed(host=host)
    for tick, name in disturbances:
        bed.at(tick, DISTURBANCES[name])
    for tick, text in sayings:
        bed.say(tick, text, as_tool=text != "\x00")
    bed.at(2500, lambda port: port.rx.extend(b"stop\n"))
    bed.run(quick(time_ms=300), supervised=True)
    over = False
    for _, state, gate, drive in bed.gates:
        over = over or state in (faults.FAULT, faults.DONE)
        if over:
            assert (gate, drive) == (0, 0)
    limit = bed.loop.supervisor.limit
    if bed.loop.supervisor.tripped:
        assert limit(60_000, 1) == 0
    if bed.loop.session.state == faults.FAULT and bed.loop.supervisor.tripped:
        assert bed.loop.session.fault == bed.loop.supervisor.tripped
