"""Every way out of the loop: after it the output is off, and nothing was asked of it since.

`LoopBench.run` itself checks gate, drive and probe, and that `off` was the last call that acts.
"""

from operator import attrgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.fake_port import OPEN
from tests.support.programs import make_program, pulses

from ionto.core import codes
from ionto.core.units import WRAP_US
from iontobench.testing import CALLS

from .loop_bench import HOLDING, RAMPING, Interrupter, LoopBench, quick

SHORT = quick(level_ua=500, time_ms=30)


def _call_sites():
    """(method, how many calls) of an undisturbed run, each method at several ticks."""
    bed = LoopBench()
    bed.run(SHORT)
    for name in CALLS:
        total = bed.checked.calls[name]
        picked = {1, 2, 3, total // 4, total // 3, total // 2, total - 2, total - 1, total}
        for count in sorted(one for one in picked if 0 < one <= total):
            yield name, count


@pytest.mark.hazard("H-20")
@pytest.mark.parametrize(
    "error",
    [
        pytest.param(KeyboardInterrupt, id="ctrl-c"),
        pytest.param(MemoryError, id="memory", marks=[pytest.mark.long, pytest.mark.thinned]),
    ],
)
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(("name", "count"), list(_call_sites()))
def test_an_exception_at_any_call_leaves_the_output_off(name, count, before, error):
    made = []

    def wrap(port):
        made.append(Interrupter(port, name, count, error, before))
        return made[0]

    bed = LoopBench(wrap=wrap)
    with pytest.raises(error):
        bed.run(SHORT)
    assert made[0].raised
    if name not in ("begin", "end"):
        assert not bed.port.begun, "end() did not run"


@pytest.mark.hazard("H-20")
@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("tick", "_check"),
        ("tick", "_decide"),
        ("tick", "_clamp_drive"),
        ("tick.supervisor", "recheck"),
        ("tick", "_regulate"),
        ("tick", "_count"),
        ("tick.link", "_say"),
        ("tick.link", "_take"),
    ],
)
def test_an_exception_inside_any_part_leaves_the_output_off(part, name):
    bed = (
        LoopBench()
        .at(HOLDING, lambda port: setattr(port, "offset_q4", 40000))
        .say(HOLDING - 10, "pause")
    )
    owner = attrgetter(part)(bed.loop)
    real = getattr(owner, name)

    def broken(*args):
        if bed.port.tick >= HOLDING - 5:
            raise MemoryError
        return real(*args)

    setattr(owner, name, broken)
    with pytest.raises(MemoryError):
        bed.run()
    assert bed.gates[-1][2] == 1, "the exception was to strike a closed gate"


def test_the_output_is_off_before_anything_else_of_the_tick_that_finds_a_fault():
    bed = LoopBench().at(HOLDING, lambda port: setattr(port, "offset_q4", 40000))
    decide = bed.parts._decide
    seen = []

    def watched(fault, ask, dt_us):
        if fault:
            seen.append((fault, bed.port.gate, bed.port.drive, bed.port.last_act))
        return decide(fault, ask, dt_us)

    bed.parts._decide = watched
    bed.run()
    assert seen[0] == (codes.FAULT_OVERCURRENT, 0, 0, "off")


@pytest.mark.hazard("H-20")
def test_off_is_called_at_least_three_times_on_the_way_out():
    bed = LoopBench().at(HOLDING, lambda port: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        bed.run()
    assert bed.checked.calls["off"] >= 3


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
    st.lists(st.tuples(st.integers(1, 1050), st.sampled_from(sorted(DISTURBANCES))), max_size=6),
    st.lists(st.tuples(st.integers(1, 1550), SAYINGS), max_size=12),
    st.booleans(),
)
def test_after_a_fault_the_gate_is_low_in_that_tick_and_stays_so(disturbances, sayings, host):
    bed = LoopBench(host=host)
    for tick, name in disturbances:
        bed.at(tick, DISTURBANCES[name])
    for tick, text in sayings:
        bed.say(tick, text, as_tool=text != "\x00")
    bed.at(2500, lambda port: port.rx.extend(b"stop\n"))
    bed.run(quick(time_ms=300), supervised=True)
    over = False
    for _, state, gate, drive in bed.gates:
        over = over or state in (codes.STATE_FAULT, codes.STATE_DONE)
        if over:
            assert (gate, drive) == (0, 0)
    supervisor = bed.parts.supervisor
    if supervisor.tripped:
        assert supervisor.clamp_drive(60_000, 1) == 0
    if bed.parts.session.state == codes.STATE_FAULT:
        assert supervisor.tripped == bed.parts.session.fault != 0


@pytest.mark.hazard("H-26")
@pytest.mark.parametrize("load_ohm", [OPEN, 5000], ids=["no load", "stage broken"])
def test_what_the_session_finds_itself_latches_the_supervisor_too(load_ohm):
    bed = LoopBench(load_ohm=load_ohm)
    bed.port.broken.add("stage")
    assert bed.run() == codes.OUTCOME_REFUSED
    supervisor = bed.parts.supervisor
    assert (supervisor.tripped, supervisor.later) == (bed.parts.session.fault, 0)
    assert supervisor.clamp_drive(60_000, 1) == 0


@pytest.mark.hazard("H-31")
def test_a_run_after_ctrl_c_in_a_train_has_every_pulse_of_its_own():
    def interrupt(port):
        raise KeyboardInterrupt

    def train(count):
        return make_program(segments=[pulses(50, 50, 1, count)], slew_ua_s=10_000)

    bed = LoopBench().at(RAMPING + 60, interrupt)
    with pytest.raises(KeyboardInterrupt):
        bed.run(train(3))
    assert bed.parts.session.state == codes.STATE_PULSE
    assert bed.run(train(7)) == codes.OUTCOME_COMPLETE
    assert bed.parts.dose.gross_uc == pytest.approx(7 * 102, abs=20)


@pytest.mark.hazard("H-10")
def test_a_run_straight_after_ctrl_c_waits_until_the_stage_has_unwound():
    # The checked port refuses REARM and ENABLE within 10 ms of a gate that opened, in any run.
    def interrupt(port):
        raise KeyboardInterrupt

    bed = LoopBench().at(HOLDING, interrupt)
    with pytest.raises(KeyboardInterrupt):
        bed.run(quick(level_ua=500, time_ms=300))
    ended_tick, ended_us = bed.port.tick, bed.port.elapsed_us
    rearms_us = []
    rearm = bed.port.rearm
    bed.port.rearm = lambda: (rearms_us.append(bed.port.elapsed_us), rearm())
    assert bed.run(SHORT) == codes.OUTCOME_COMPLETE
    assert rearms_us[0] - ended_us == 10_000
    waited = [row for row in bed.gates if ended_tick < row[0] <= ended_tick + 10]
    assert {(gate, drive) for _, _, gate, drive in waited} == {(0, 0)}


def test_the_first_run_and_one_long_after_another_wait_for_nothing():
    bed = LoopBench()
    for pause_us in (0, 10_000):
        bed.port.elapsed_us += pause_us
        bed.port.clock_us = (bed.port.clock_us + pause_us) & WRAP_US
        first_tick = bed.port.tick + 1
        rearms = []
        bed.checked.rearm = lambda rearms=rearms: rearms.append(bed.port.tick)
        bed.run(SHORT)
        assert rearms[0] == first_tick - 1
