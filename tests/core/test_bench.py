"""The object at the REPL: what it loads, what it refuses, and that its fault latches."""

import pytest
from tests.support.fake_port import OPEN, FakePort
from tests.support.programs import SMALL, segment, words

from ionto.bench import Bench
from ionto.core import program
from ionto.core.program import ProgramError, crc16, pack
from ionto.core.units import INPUT_LIMITER
from iontobench.testing import CheckedPort

from .loop_bench import HOLDING, Interrupter

QUICK = words([segment(program.HOLD_TIME, 2000, 10_000, 0, 100)], slew_ua_s=10_000)


def made(load_ohm=5000, loaded=True, wrap=None):
    port = FakePort(SMALL, load_ohm)
    checked = CheckedPort(port, SMALL)
    bench = Bench(wrap(checked) if wrap else checked, SMALL)
    if loaded:
        bench.load(pack(QUICK), crc16(pack(QUICK)))
    return bench, port


def at(tick, act):
    def on_tick(port):
        if port.tick == tick:
            act(port)

    return on_tick


def open_lead(port):
    port.load_ohm = OPEN


def strike(port):
    raise KeyboardInterrupt


def assert_off(port):
    assert (port.gate, port.drive, port.probe_on, port.live) == (0, 0, 0, False)


def test_making_a_bench_switches_its_port_off():
    _, port = made()
    assert port.last_act == "off"
    assert_off(port)


def test_a_run_without_a_program_is_refused():
    bench, port = made(loaded=False)
    with pytest.raises(ProgramError, match="no program"):
        bench.run()
    assert port.tick == 0


def test_a_wrong_checksum_or_program_is_refused_and_the_old_one_is_gone():
    bench, _ = made()
    with pytest.raises(ProgramError, match="CRC"):
        bench.load(pack(QUICK), crc16(pack(QUICK)) ^ 1)
    assert not bench.info()["loaded"]
    bench, _ = made()
    data = pack(words(peak_ua=5001))
    with pytest.raises(ProgramError, match="peak_ua"):
        bench.load(data, crc16(data))
    with pytest.raises(ProgramError, match="no program"):
        bench.run()


def test_a_run_that_completes_says_so_and_may_be_repeated():
    bench, port = made()
    for _ in range(2):
        last = bench.run()
        assert (last["outcome"], last["fault"], last["state"]) == ("complete", None, "done")
        assert last["positive_uc"] == last["dose_uc"] == pytest.approx(610, abs=10)
        assert last == bench.last()
        assert_off(port)


def test_a_fault_latches_until_it_is_cleared():
    bench, port = made()
    port.on_tick = at(HOLDING, open_lead)
    last = bench.run()
    assert (last["outcome"], last["fault"]) == ("fault", "open")
    assert last["dose_uc"] > 250
    assert bench.info()["fault"] == "open"
    ticks = port.tick
    with pytest.raises(RuntimeError, match=r"latched fault: open; bench.clear\(\)"):
        bench.run()
    assert port.tick == ticks
    bench.clear()
    assert_off(port)
    port.load_ohm = 5000
    assert bench.run()["outcome"] == "complete"


def test_loading_does_not_clear_a_fault():
    bench, port = made()
    port.on_tick = at(HOLDING, open_lead)
    bench.run()
    bench.load(pack(QUICK), crc16(pack(QUICK)))
    with pytest.raises(RuntimeError):
        bench.run()


def test_a_refused_start_latches_nothing():
    bench, port = made(load_ohm=OPEN)
    assert (bench.run()["outcome"], bench.last()["fault"]) == ("refused", "no load")
    port.load_ohm = 5000
    assert bench.run()["outcome"] == "complete"


@pytest.mark.parametrize("tick", [1, 100, 300, 444, HOLDING, HOLDING + 150])
def test_ctrl_c_stops_with_the_output_off_and_no_fault(tick):
    bench, port = made()
    port.on_tick = at(tick, strike)
    assert bench.run()["outcome"] == "stopped"
    assert_off(port)
    port.on_tick = None
    assert bench.run()["outcome"] == "complete"


@pytest.mark.parametrize(
    ("disturb", "fault"),
    [(open_lead, "open"), (lambda port: setattr(port, "inputs", 2), "hardware limiter")],
)
def test_ctrl_c_just_after_a_fault_does_not_unlatch_it(disturb, fault):
    bench, port = made()

    def on_tick(port):
        if port.tick == HOLDING:
            disturb(port)
        if port.tick == HOLDING + 110:
            strike(port)

    port.on_tick = on_tick
    assert bench.run(supervised=True)["fault"] == fault
    assert bench.last()["outcome"] == "fault"
    with pytest.raises(RuntimeError, match=fault):
        bench.run()


def test_an_error_in_the_loop_latches_an_internal_fault():
    bench, port = made(wrap=lambda checked: Interrupter(checked, "feed", 300, KeyError("x"), True))
    with pytest.raises(KeyError):
        bench.run()
    assert bench.last()["fault"] == "internal error"
    assert_off(port)
    with pytest.raises(RuntimeError, match="internal"):
        bench.run()


def test_a_look_at_rest_energises_nothing():
    bench, port = made()
    port.offset_q4, port.inputs = 7, 1
    assert bench.sense(100) == [7, 0, 0, 12000, 1]
    assert port.history == []
    assert_off(port)
    for ticks in (0, 1001):
        with pytest.raises(ValueError, match="not within"):
            bench.sense(ticks)


@pytest.mark.hazard("H-26")
@pytest.mark.parametrize("after_ticks", [30, 500])
def test_a_fault_after_the_end_was_told_keeps_the_bench_from_another_run(after_ticks):
    """A supervised session that nobody acknowledges stays a second, to be rid of its frames."""
    bench, port = made()
    done = []

    def leak(port):
        if bench._loop.tick.ended_ms and not done:
            done.append(port.tick)
        if done and port.tick >= done[0] + after_ticks:
            port.leak_q4 = 1500

    port.on_tick = leak
    last = bench.run(supervised=True)
    assert (last["outcome"], last["fault"]) == ("complete", None), "as the record has it"
    assert bench.info()["fault"] == "leak with the gate off"
    with pytest.raises(RuntimeError, match="leak"):
        bench.run()
    port.on_tick, port.leak_q4 = None, 0
    bench.clear()
    assert bench.run()["outcome"] == "complete"


@pytest.mark.hazard("H-26")
def test_an_exception_after_a_trip_leaves_the_trip_as_the_cause():
    bench, port = made()

    def on_tick(port):
        if port.tick == HOLDING:
            port.inputs = INPUT_LIMITER
        if bench._loop.tick.supervisor.tripped:
            raise ValueError("after the trip")

    port.on_tick = on_tick
    with pytest.raises(ValueError, match="after the trip"):
        bench.run()
    assert bench.last()["fault"] == bench.info()["fault"] == "hardware limiter"
