"""What ends a session from outside: Ctrl-C, signals, a full disk, a view that fails."""

import signal

import pytest
from tests.host.cli import call, play
from tests.host.fake_runner import FakeRunner

from iontobench.cli.session_view import StopSignal
from iontobench.records import verify
from iontobench.sessions.recording import Guard, Recorder


@pytest.fixture
def run(monkeypatch, tmp_path):
    """`run("--json", runner=...)` plays a session into this test's own folder."""

    def one(*options, runner=None):
        play(monkeypatch, runner or FakeRunner())
        return call("run", "dexamethasone-40", "--data", tmp_path, *options)

    one.folder = tmp_path
    return one


def test_interrupt_is_stopped_exit_3_with_a_closed_record(run):
    said = run("--json", runner=FakeRunner(interrupt_at_s=100))
    assert said.code == 3
    assert said.object["outcome"] == "stopped"
    assert verify(said.object["record"]).status == "intact"
    assert "stopped by the operator" in said.err


def test_stopped_session_latches_nothing(run):
    run(runner=FakeRunner(interrupt_at_s=100))
    assert run("--json").code == 0


class Broken:
    """A listener that fails at its third item."""

    def __init__(self, error):
        self.error = error
        self.items = 0

    def on_item(self, item):
        self.items += 1
        if self.items == 3:
            raise self.error

    def on_tick(self, t_us):
        return []


def test_failing_listener_stops_the_session_and_comes_back_afterwards():
    broken, other = Broken(ZeroDivisionError("a bug")), Broken(None)
    other.items = 10
    guard = Guard([broken, other])
    result = FakeRunner()(_Job, [guard])
    assert result.outcome == "stopped"
    assert broken.items == 3
    with pytest.raises(ZeroDivisionError, match="a bug"):
        guard.reraise()


class _Job:
    seed = 1


def test_record_that_cannot_be_written_ends_the_session_early(run, monkeypatch):
    def full(self, item):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("iontobench.records.RecordWriter.item", full)
    said = run("--json")
    assert said.code == 3
    assert "its record cannot be written: No space left on device" in said.object["error"]
    assert "; make room there, or name another folder" in said.object["error"]
    assert "Traceback" not in said.err


def test_recorder_asks_for_nothing():
    assert Recorder(None).on_tick(0) == []


def test_signal_waits_for_a_safe_point_and_a_second_one_changes_nothing():
    with StopSignal(clock=lambda: 10.0) as stop:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        assert stop.seen == "SIGTERM"
        with pytest.raises(KeyboardInterrupt, match="SIGTERM"):
            stop.check()


def test_another_signal_two_seconds_later_raises_at_once():
    now_s = [10.0]
    with StopSignal(clock=lambda: now_s[0]):
        signal.raise_signal(signal.SIGTERM)
        now_s[0] = 12.1
        with pytest.raises(KeyboardInterrupt, match="SIGTERM"):
            signal.raise_signal(signal.SIGTERM)


def test_interrupted_report_leaves_the_session_as_it_ended(run, monkeypatch):
    def interrupted(record):
        raise KeyboardInterrupt

    play(monkeypatch, FakeRunner())
    where = ("--json", "--data", run.folder)
    said = call("run", "dexamethasone-40", *where, report=interrupted)
    assert said.code == 0
    assert said.object["report"] is None
    assert "records report dexamethasone-40-s1-001" in said.err


def test_signal_handlers_are_put_back():
    before = signal.getsignal(signal.SIGTERM)
    with StopSignal():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
