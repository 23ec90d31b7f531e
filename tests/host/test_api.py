"""`import iontobench`: the command's record byte for byte, arrays, steps, marks and errors."""

import subprocess
import sys
import threading
from itertools import chain

import numpy as np
import pytest
from tests.host import api_user
from tests.host.cli import call

import iontobench
from ionto.core import codes
from iontobench.api.live_session import Rendezvous
from iontobench.api.results import COLUMNS


def threads():
    """Threads of sessions that are left."""
    return [one for one in threading.enumerate() if one.name == "iontobench-session"]


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    assert threads() == []


@pytest.fixture(scope="module")
def result():
    return iontobench.run("demo", skin="palm", seed=7)


def loaded(code):
    """The modules that a fresh interpreter has loaded after `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(done.stdout.split())


def test_the_import_alone_loads_no_library():
    heavy = ("numpy", "matplotlib", "click", "rich", "msgspec", "pandas", "serial", "ionto")
    assert loaded("import iontobench") & set(heavy) == set()


def test_a_session_loads_neither_plots_nor_the_command_line():
    heavy = ("matplotlib", "click", "rich", "pandas", "serial", "mpremote")
    assert loaded("import iontobench; iontobench.run") & set(heavy) == set()


def test_every_public_name_is_there_and_another_is_told():
    assert {name for name in iontobench.__all__ if not hasattr(iontobench, name)} == set()
    assert set(iontobench.__all__) <= set(dir(iontobench))
    with pytest.raises(AttributeError, match="no attribute 'start'"):
        _ = iontobench.start


def test_the_command_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "iontobench", "--version"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert done.stdout.strip() == f"iontobench {iontobench.__version__}"


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        (("--seed", "3"), {"seed": 3}),
        (
            ("--skin", "resistor:20000", "--adc", "rp2040"),
            {"skin": "resistor:20000", "adc": "rp2040"},
        ),
        (("--fault", "open@5", "--fault", "mains@2"), {"faults": ["open@5", "mains@2"]}),
        (
            ("--board", "virtual_500ua", "--profile", "eu"),
            {"board": "virtual_500ua", "profile": "eu"},
        ),
    ],
)
@pytest.mark.short_cases("options2-asked2")
def test_a_record_is_the_commands_byte_for_byte(tmp_path, options, asked):
    said = call("run", "demo", *options, "--json", "--data", tmp_path / "command")
    result = iontobench.run("demo", data_dir=tmp_path / "api", **asked)
    [of_command] = (tmp_path / "command").rglob("record.jsonl")
    assert result.record.read_bytes() == of_command.read_bytes()
    assert result.record.parent.name == of_command.parent.name
    assert result.outcome == said.object["outcome"]
    assert result.fault == said.object["fault"]


def test_a_result_is_arrays_of_one_length_with_the_samples_of_the_record(tmp_path):
    result = iontobench.run("demo", seed=3, data_dir=tmp_path)
    again = iontobench.read(result.record.parent)
    assert {getattr(result, name).shape for name in COLUMNS} == {result.t_ms.shape}
    for name in COLUMNS:
        assert np.array_equal(
            getattr(result, name), getattr(again, name), equal_nan=name == "load_ohm"
        )
    assert (again.header, again.summary) == (result.header, result.summary)
    assert iontobench.verify(result.record.parent).status == "intact"


def test_a_result_without_a_folder_is_the_same_and_leaves_nothing(tmp_path, result, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kept = iontobench.run("demo", skin="palm", seed=7, data_dir="data")
    assert result.record is None
    assert result.verdict == kept.verdict
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_units_are_those_of_the_names(result):
    flows = result.current_ua >= 20
    assert np.isnan(result.load_ohm[~flows]).all()
    ohm = result.load_mv[flows] * 1000 / result.current_ua[flows]
    assert np.array_equal(result.load_ohm[flows], ohm)
    assert result.set_ua.max() == 300
    # The summary is later than the last sample; zeros below 0 may have taken one back.
    assert 0 <= result.dose_uc[-1] - result.summary["dose_uc"] <= 1
    assert result.state_names[int(result.state[-1])] == "done"
    assert result.events[0].name == "start"


def test_a_cut_record_is_read_as_far_as_it_verifies(tmp_path):
    path = iontobench.run("demo", data_dir=tmp_path).record
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    cut = iontobench.read(path)
    assert (cut.outcome, cut.summary) == ("no closing line", {})
    assert cut.verdict.status == "incomplete"
    assert 0 < len(cut.t_ms) < 150


def test_steps_of_any_length_make_the_record_of_a_whole_run(tmp_path, result):
    with iontobench.Session("demo", skin="palm", seed=7) as session:
        for seconds in chain([0.001] * 30, [0.02, 3.3, 0.5]):
            assert session.step(seconds)
        assert session.sample.t_ms // 100 == 38
        stepped = session.finish()
    assert stepped.verdict == result.verdict


def test_time_stands_still_between_two_steps():
    with iontobench.Session("demo") as session:
        session.step(4.0)
        before = session.sample
        session.pause()
        assert session.sample is before
        session.step(2.0)
        assert session.sample.state == codes.STATE_PAUSED
        session.resume()
        assert session.finish().outcome == "complete"


@pytest.mark.long
def test_the_same_steps_and_commands_give_the_same_record():
    def once():
        with iontobench.Session("demo", seed=5) as session:
            session.step(4.0)
            session.set(200)
            session.mark("lower")
            session.step(2.0)
            assert session.sample.set_ua == 200
            session.inject("mains:60")
            return session.finish()

    one, other = once(), once()
    assert one.verdict == other.verdict
    assert [mark.text for mark in one.marks] == ["lower"]
    assert one.marks[0].t_ms in one.t_ms
    assert [live.fault for live in one.faults_live] == ["mains:60"]
    assert one.verdict.status == "intact"


def test_a_fault_that_is_injected_live_ends_the_session_and_latches(tmp_path):
    with iontobench.Session("demo", data_dir=tmp_path) as session:
        session.step(5.0)
        session.inject("open")
        assert not session.step(60.0)
        assert (session.result.outcome, session.result.fault) == ("fault", "open")
    with pytest.raises(iontobench.LatchedError, match=r"latched by a fault: open .* clear=True"):
        iontobench.run("demo", data_dir=tmp_path)
    assert iontobench.run("demo", data_dir=tmp_path, clear=True).outcome == "complete"


def test_leaving_early_is_off_at_once_and_the_record_is_closed(tmp_path):
    with iontobench.Session("demo", data_dir=tmp_path) as session:
        session.step(5.0)
    assert not session.is_running
    assert session.result.outcome == "stopped"
    assert session.result.t_ms[-1] < 5200
    assert iontobench.verify(session.result.record).status == "intact"


def test_an_error_of_the_caller_leaves_the_output_off_and_is_raised(tmp_path):
    session = iontobench.Session("demo", data_dir=tmp_path)

    def failing():
        with session:
            session.step(1.0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert session.result.outcome == "stopped"


def test_stop_ends_by_the_ramp():
    with iontobench.Session("demo") as session:
        session.step(5.0)
        session.stop()
        result = session.finish()
    assert result.outcome == "stopped"
    assert codes.STATE_RAMP_DOWN in result.state


def test_a_failure_in_the_session_is_raised_where_it_is_stepped(tmp_path, monkeypatch):
    def full(self, item):
        if item.t_ms > 2000:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("iontobench.records.writer.RecordWriter.item", full)
    with iontobench.Session("demo", data_dir=tmp_path) as session:
        assert session.step(1.0)
        with pytest.raises(iontobench.EndedEarlyError, match="No space left"):
            session.step(5.0)


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda one: one.step(0), "above 0"),
        (lambda one: one.step(float("inf")), "above 0"),
        (lambda one: one.set(0), "above 0"),
        (lambda one: one.set(1.5), "whole number"),
        (lambda one: one.mark("  "), "without text"),
        (lambda one: one.inject("open_"), "did you mean open"),
        (lambda one: one.inject("open@0.1"), "its time is past"),
        (lambda one: one.result, "has not ended"),
    ],
)
def test_what_cannot_be_is_one_line_and_the_session_goes_on(act, told):
    with iontobench.Session("demo") as session:
        session.step(1.0)
        with pytest.raises(iontobench.UserError, match=told) as caught:
            act(session)
        assert "\n" not in str(caught.value)
        assert session.step(0.1)


@pytest.mark.parametrize("name", ["pause", "resume", "stop"])
def test_a_session_that_has_ended_takes_no_command(name):
    with iontobench.Session("demo") as session:
        session.off()
        with pytest.raises(iontobench.UserError, match="does not run"):
            getattr(session, name)()
        assert not session.step(1.0)
    with pytest.raises(iontobench.UserError, match="run once"), session:
        pass


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"protocol": "nope"}, iontobench.ProtocolError),
        ({"profile": "nope"}, iontobench.ProtocolError),
        ({"skin": "nope"}, iontobench.UserError),
        ({"board": "nope"}, iontobench.UserError),
        ({"adc": "nope"}, iontobench.UserError),
        ({"seed": -1}, iontobench.UserError),
        ({"faults": "nope"}, iontobench.UserError),
        ({"on": "nope"}, iontobench.UserError),
        ({"on": "virtual", "uf2": "x.uf2"}, iontobench.UserError),
    ],
)
def test_bad_input_is_one_line_and_starts_nothing(tmp_path, asked, kind):
    with pytest.raises(kind) as caught:
        iontobench.run(**({"protocol": "demo", "data_dir": tmp_path} | asked))
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_check_answers_as_the_command_does():
    said = call("check", "dexamethasone-40", "--profile", "eu", "--json")
    found = iontobench.check("dexamethasone-40", profile="eu")
    assert not found.ok
    assert found.as_dict() == {key: said.object[key] for key in found.as_dict()}


def test_a_users_script_runs(tmp_path):
    *said, mark, version = api_user.main(tmp_path)
    assert said[0] == "ok: True"
    assert said[1] == "fault: open, True"
    assert said[-2:] == ["intact: True", "latched: 3"]
    assert (mark, version) == ("half way", iontobench.__version__)


def test_samples_become_a_table_with_units_in_its_columns(result):
    pytest.importorskip("pandas", reason="pandas: install the extra `data`")
    frame = iontobench.to_pandas(result)
    assert tuple(frame.columns) == COLUMNS
    assert np.array_equal(frame["current_ua"].to_numpy(), result.current_ua)
    assert frame.attrs == {"protocol": "demo", "outcome": "complete", "fault": None}


def test_without_pandas_the_extra_is_named(result, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(iontobench.UserError, match=r"pip install 'iontobench\[data\]'"):
        iontobench.to_pandas(result)


def test_where_time_passes_by_itself_the_session_never_waits():
    meeting = Rendezvous(waits=False)
    meeting.ask("pause")
    assert meeting.on_tick(20_000) == ["pause"]
    assert meeting.on_tick(40_000) == []
    meeting.off()
    with pytest.raises(KeyboardInterrupt):
        meeting.on_tick(60_000)
