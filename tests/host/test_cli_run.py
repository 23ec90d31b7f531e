"""`run`: its JSON object, its files, what it says where, and how it ends; played sessions."""

import json
from functools import partial

import msgspec
import pytest
from tests.host.cli import call, play
from tests.host.fake_runner import FakeRunner

from iontobench.device.calibration import CalibrationError
from iontobench.records import verify
from iontobench.sessions.job import calibration_for

KEYS = [
    "outcome",
    "fault",
    "dose_mamin",
    "dose_true_mamin",
    "dose_uncertainty_mamin",
    "dose_coverage_factor",
    "duration_s",
    "peak_ma",
    "overshoot_ua",
    "gate_off_ms",
    "snapshot_rows",
    "realtime_factor",
    "faults",
    "record",
    "report",
    "board",
    "board_note",
]


@pytest.fixture
def run(monkeypatch, tmp_path):
    """`run("--json", runner=...)` plays a session into this test's own folder."""

    def one(*options, runner=None, **changes):
        play(monkeypatch, runner or FakeRunner(), **changes)
        return call("run", "dexamethasone-40", "--data", tmp_path, *options)

    one.folder = tmp_path
    return one


def test_json_object_has_exactly_its_keys_and_is_all_of_stdout(run):
    said = run("--json")
    assert said.code == 0
    assert list(said.object) == KEYS
    assert len(said.out.splitlines()) == 1
    assert said.object["outcome"] == "complete"
    assert said.object["fault"] is None
    assert said.object["gate_off_ms"] is None
    assert said.object["dose_mamin"] == pytest.approx(40.0, abs=0.1)
    assert said.object["peak_ma"] == pytest.approx(2.0, abs=0.03)
    assert said.object["duration_s"] == pytest.approx(1220.3)


def test_json_names_a_record_that_verifies_and_a_report(run, tmp_path):
    said = run("--json")
    assert verify(said.object["record"]).status == "intact"
    assert (tmp_path / "records" / "dexamethasone-40-s1-001" / "report.html").is_file()
    assert said.object["report"].endswith("report.html")


@pytest.mark.long
def test_prose_goes_to_stderr_with_json_and_to_stdout_without(run):
    with_json = run("--json")
    without = run("--clear")
    assert "holding the set level" in with_json.err
    assert "holding the set level" in without.out
    assert "complete: the whole program was delivered" in without.out


def test_summary_says_where_to_look(run, tmp_path):
    said = run()
    for part in ("dose", "duration", "peak", "record", "report", "records show", "records verify"):
        assert part in said.out
    assert f"--data {tmp_path}" in said.out


def test_status_lines_come_every_minute_of_board_time_at_full_speed(run):
    said = run()
    status = [line for line in said.out.splitlines() if "current" in line and " left" in line]
    assert len(status) == 21
    assert status[5].strip().startswith("5:00.000")


def test_fault_ends_with_exit_3_its_cause_and_time(run):
    said = run("--json", runner=FakeRunner(open_at_s=300))
    assert said.code == 3
    assert said.object["outcome"] == "fault"
    assert said.object["fault"] == "open"
    assert said.object["gate_off_ms"] == pytest.approx(5.2)
    assert "5:00.100  FAULT: open" in said.err


def test_latched_fault_refuses_the_next_run_until_cleared(run, tmp_path):
    run(runner=FakeRunner(open_at_s=30))
    refused = run("--json")
    assert refused.code == 3
    assert list(refused.object) == KEYS
    assert refused.object["outcome"] == "refused"
    assert refused.object["fault"] == "open"
    assert refused.object["record"] is None
    [line] = [line for line in refused.err.splitlines() if line.startswith("iontobench:")]
    assert "open" in line
    assert "dexamethasone-40-s1-001" in line
    assert "run --clear" in line
    assert len(list((tmp_path / "records").iterdir())) == 1
    cleared = run("--json", "--clear")
    assert cleared.code == 0
    assert run("--json").code == 0


@pytest.mark.long
def test_latch_is_of_one_board_only(run):
    run(runner=FakeRunner(open_at_s=30))
    assert run("--board", "pico_pwm", "--json").code == 0
    assert run("--json").code == 3


def test_refusal_of_a_simulated_bench_says_in_its_line_that_it_is_and_how_to_go_on(run):
    run(runner=FakeRunner(open_at_s=300))
    [line] = [row for row in run().err.splitlines() if row.startswith("iontobench:")]
    assert "this bench is simulated" in line
    assert "go on with --clear" in line


def test_summary_of_a_fault_says_how_the_next_run_goes_on(run):
    said = run(runner=FakeRunner(open_at_s=300))
    assert "the next run on this simulated bench needs --clear" in said.out


@pytest.mark.long
def test_damaged_latch_counts_as_latched(run, tmp_path):
    (tmp_path / "latched").mkdir()
    (tmp_path / "latched" / "virtual.json").write_text("{")
    assert run("--json").object["outcome"] == "refused"
    assert run("--json", "--clear").code == 0


def test_bad_input_does_not_clear_a_latch(run, tmp_path):
    run(runner=FakeRunner(open_at_s=30))
    assert run("--clear", "--seed", "x").code == 2
    assert run("--clear", "--profile", "eu").code == 2
    assert (tmp_path / "latched" / "virtual.json").exists()


def test_refused_profile_is_exit_2_and_starts_nothing(run, tmp_path):
    said = run("--profile", "eu", "--json")
    assert said.code == 2
    assert set(said.object) == {"error", "exit_code"}
    assert "0.100 mA/cm" in said.err
    assert list(tmp_path.iterdir()) == []


def test_fault_help_lists_every_kind_and_runs_nothing(run, tmp_path):
    said = run("--fault", "help")
    assert said.code == 0
    assert all(kind in said.out for kind in ("open", "short", "reopen", "overcurrent"))
    assert list(tmp_path.iterdir()) == []


def test_job_is_what_was_asked_for(run):
    runner = FakeRunner()
    run(
        "--seed",
        "7",
        "--skin",
        "resistor:5000",
        "--fault",
        "open@9",
        "--fault",
        "short@1:10",
        runner=runner,
    )
    assert runner.job.seed == 7
    assert runner.job.skin == "resistor:5000"
    assert tuple(runner.job.faults) == ("open@9", "short@1:10")
    assert runner.job.board.name == "virtual"
    assert runner.job.adc == "ideal"


def test_without_a_skin_it_is_the_protocols_own(run):
    runner = FakeRunner()
    run(runner=runner)
    assert runner.job.skin == "forearm"


@pytest.mark.long
def test_same_seed_gives_the_same_bytes_and_meta_has_the_clock(run, tmp_path):
    first, second = run("--json").object["record"], run("--json").object["record"]
    assert first != second
    one, two = ((tmp_path / name).read_bytes() for name in (first, second))
    assert one == two
    meta = json.loads((tmp_path / second).with_name("meta.json").read_text())
    assert "started_at" in meta
    assert b"started_at" not in two
    assert str(tmp_path).encode() not in two


@pytest.mark.drawn
def test_real_session_with_an_open_lead_ends_off_and_on_record(tmp_path):
    said = call("run", "dexamethasone-40", "--fault", "open@8", "--json", "--data", tmp_path)
    assert said.code == 3
    assert said.object["fault"] == "open"
    assert 0 <= said.object["gate_off_ms"] <= 20
    assert verify(said.object["record"]).status == "intact"
    shown = call("records", "show", "last", "--data", tmp_path)
    assert "FAULT: open" in shown.out
    report = call("records", "report", "last", "--out", tmp_path / "r.html", "--data", tmp_path)
    assert report.code == 0
    assert "<svg" in (tmp_path / "r.html").read_text()


@pytest.mark.long
def test_converter_that_needs_it_is_calibrated_and_the_record_says_how(run):
    ideal, real = FakeRunner(), FakeRunner()
    run("--json", runner=ideal)
    said = run("--json", "--adc", "rp2040", runner=real)
    assert ideal.job.calibration is None
    assert len(real.job.calibration) == 4
    with open(said.object["record"], "rb") as stream:
        header = msgspec.json.decode(stream.readline())["header"]
    assert header["calibration"] == [list(row) for row in real.job.calibration]


def test_board_that_cannot_be_calibrated_is_not_run(run, tmp_path):
    def impossible(board, adc, seed):
        raise CalibrationError("no line")

    calibrate = partial(calibration_for, fit=impossible)
    said = run("--adc", "rp2040", calibrate=calibrate)
    assert said.code == 3
    assert "cannot be calibrated on its known loads: no line" in said.err
    assert list(tmp_path.iterdir()) == []
