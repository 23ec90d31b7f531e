"""Faults that are injected while a session runs: in force, on record, in view and report."""

import pytest
from tests.host.cli import call
from tests.host.live_models import model_at
from tests.host.protocol_bench import board_of
from tests.host.report_pages import Page
from tests.support.trial import calibration

from iontobench.link.events import LiveFault
from iontobench.protocols import compile_protocol, load, profile
from iontobench.records import read, verify
from iontobench.sessions.job import Job, plant_of
from iontobench.sessions.recording import report_session, run_session
from iontobench.sessions.virtual import run_virtual
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.fault import Fault

AT_US = 5_000_000  # within the hold of `demo`, where the host has its turn
BOARD = board_of("virtual")


class Injecting:
    """A listener that injects its faults once board time has come to `AT_US`."""

    def __init__(self, bench, faults):
        self.items = []
        self._bench, self._faults = bench, list(faults)

    def on_item(self, item):
        self.items.append(item)

    def on_tick(self, t_us):
        while t_us >= AT_US and self._faults:
            self._bench.inject(self._faults.pop(0))
        return []


class NoLatch:
    """A bench that forgets its faults."""

    def read(self):
        return None

    def set(self, fault, at, record):
        pass

    def clear(self):
        pass


def job(*faults, adc="ideal"):
    """`demo` on the virtual board, with faults that are known before it starts."""
    made = compile_protocol(load("demo"), profile("us"), BOARD)
    return Job(
        protocol=made,
        board=BOARD,
        skin="forearm",
        adc=adc,
        faults=faults,
        calibration=calibration(BOARD, adc, 1),
    )


def injected(*faults, known=(), adc="ideal"):
    """(result, items) of a session into which faults are injected at 5 s."""
    one = job(*known, adc=adc)
    bench = plant_of(one)
    listener = Injecting(bench, faults)
    return run_virtual(one, [listener], lambda job: bench), listener.items


@pytest.fixture
def recorded(tmp_path):
    """`recorded("open")` is (result, record's path) of such a session with its record."""

    def make(*faults):
        one = job()
        bench = plant_of(one)
        view = Injecting(bench, faults)
        return run_session(
            lambda job, listeners: run_virtual(job, listeners, lambda _: bench),
            *(one, tmp_path, view, NoLatch()),
        )

    return make


def test_a_fault_that_is_injected_live_ends_the_session_and_is_on_record(recorded):
    result, record = recorded("open")
    assert (result.outcome, result.fault) == ("fault", "open")
    assert verify(record).status == "intact"
    found = read(record)
    assert found.header["faults"] == []
    assert found.faults_live == [LiveFault(5000, "open:0")]
    [fate] = found.summary["faults"]
    assert fate == {
        "kind": "open",
        "at_us": AT_US,
        "value": 0,
        "fired": True,
        "met_output": True,
    }


def test_the_report_and_records_show_tell_a_live_fault_with_its_time(recorded):
    _, record = recorded("open@6:40")
    words = Page(report_session(record).read_text(encoding="utf-8")).text
    assert "Injected on purpose while the session ran: open:40 at 0:06.000." in words
    assert "0:06.000 A fault is injected on purpose: 'open:40'" in words
    assert "Faults injected on purpose open:40 while it ran" in words
    shown = call("records", "show", record)
    assert "injected while it ran, at 6.000 s: open:40" in shown.out


def test_the_live_view_has_a_line_for_a_live_fault():
    line = model_at(1000).add(LiveFault(12_000, "open:40"))
    assert line.split(maxsplit=1) == ["0:12.000", "a fault is injected on purpose: 'open:40'"]


@pytest.mark.parametrize(
    ("kind", "adc"),
    [
        ("overcurrent:1.5", "ideal"),
        ("limiter-trip", "ideal"),
        ("drying:100", "ideal"),
        ("a-dead", "rp2040"),
        ("b-offset:100", "ideal"),
        ("host-gone", "ideal"),
        ("cut-lines:3", "ideal"),
    ],
)
@pytest.mark.short_cases(
    "limiter-trip-ideal", "a-dead-rp2040", "overcurrent:1.5-ideal", "cut-lines:3-ideal"
)
def test_a_fault_from_now_on_does_what_the_same_fault_known_before_does(kind, adc):
    name, _, value = kind.partition(":")
    known = f"{name}@5" + (f":{value}" if value else "")
    live, items = injected(kind, adc=adc)
    planned, expected = injected(known=[known], adc=adc)
    assert [one for one in items if not isinstance(one, LiveFault)] == expected
    assert live.true_charge_uc == planned.true_charge_uc
    assert (live.outcome, live.fault, live.injected) == (
        planned.outcome,
        planned.fault,
        planned.injected,
    )


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("brown-out", "brown-out"),
        ("hang", "watchdog reset"),
        ("flip", "program or limits corrupt"),
    ],
)
def test_faults_of_processor_and_memory_strike_live_too(kind, fault):
    result, _ = injected(kind)
    assert (result.outcome, result.fault) == ("fault", fault)


@pytest.mark.long
def test_a_converter_that_freezes_live_trips_as_one_that_was_known_to_freeze():
    live, _ = injected("adc-stuck")
    planned, _ = injected(known=["adc-stuck@5"])
    assert live.outcome == planned.outcome == "fault"
    assert live.fault == planned.fault


def test_a_typed_fault_strikes_at_its_own_time():
    result, items = injected(Fault("open", 7_000_000, 0.0))
    assert LiveFault(7000, "open:0") in items
    assert 7_000_000 < result.duration_us < 7_500_000


def test_a_fault_injected_before_the_session_starts_is_told_too():
    one = job()
    bench = plant_of(one)
    bench.inject("open@5")
    listener = Injecting(bench, ())
    assert run_virtual(one, [listener], lambda job: bench).fault == "open"
    assert listener.items[0] == LiveFault(5000, "open:0")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("shorts", "no kind 'shorts'"),
        ("shorts", "did you mean short?"),
        ("open@1", "its time is past, the bench stands at 2000000 µs"),
        ("short:0", "VALUE is 0.1 to 10000 Ω, not 0"),
        ("open 3", "write KIND[@SECONDS][:VALUE]"),
        ("hang", "it is a virtual board's own, and there is none"),
        ("flip", "no processor's memory is within reach"),
        (Fault("shorts", 3_000_000, 0.0), "did you mean short?"),
        (Fault("short", 3_000_000, -1.0), "VALUE is 0.1 to 10000 Ω"),
        (Fault("open", -1, 0.0), "SECONDS is 0 to 100000 s"),
        (Fault("open", 1_000_000, 0.0), "fault 'open@1:0': its time is past"),
    ],
)
def test_a_fault_that_cannot_be_injected_is_one_clear_line_and_changes_nothing(fault, words):
    bench = SimulatedBench(BOARD)
    told = []
    bench.watch(told.append)
    bench.advance(2_000_000)
    with pytest.raises(ValueError, match=r"^fault ") as caught:
        bench.inject(fault)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert (told, bench.injected()) == ([], [])
