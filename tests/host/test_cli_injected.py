"""`run --fault`: faults at time 0, and those that never strike or meet no output."""

from pathlib import Path

import pytest
from tests.host.cli import call

from iontobench.records import read

SHORT = """
name = "short"
title = "Some seconds on a dummy load, then some with the output off"
source = "made for a test"
family = "physical-therapy"
application = "iontophoresis"
mode = "constant-time"
skin = "forearm"
ramp_down_s = 3.0

[electrodes.active]
polarity = "anode"
area_cm2 = 10.0
material = "ag-agcl"

[electrodes.return]
area_cm2 = 20.0
material = "ag-agcl"

[[phases]]
current_ma = 0.3
hold_s = 5.0
ramp_up_s = 3.0

[[phases]]
kind = "off"
time_s = 10.0
"""


@pytest.fixture
def run(tmp_path):
    """`run("open@1")` runs a session of a few seconds with those faults."""
    path = tmp_path / "short.toml"
    path.write_text(SHORT, encoding="utf-8")

    def one(*specs, options=()):
        faults = [word for spec in specs for word in ("--fault", spec)]
        return call("run", path, "--plain", "--data", tmp_path / "data", *faults, *options)

    return one


def fates(said):
    """(kind, at_s, fired, met_output) of each fault of the JSON object."""
    keys = ("kind", "at_s", "fired", "met_output")
    return [tuple(row[key] for key in keys) for row in said.object["faults"]]


@pytest.mark.parametrize("spec", ["flip@0", "limit-flip@0"])
def test_a_fault_of_the_memory_at_0_s_strikes_as_soon_as_a_program_is_in_it(run, spec):
    said = run(spec, options=["--json"])
    assert said.code == 3
    assert said.object["fault"] == "program or limits corrupt"
    assert fates(said) == [(spec.partition("@")[0], 0.0, True, False)]
    assert "bug" not in said.err


def test_every_other_fault_at_0_s_is_there_before_anything_else(run):
    said = run("open@0", options=["--json"])
    assert (said.object["outcome"], said.object["fault"]) == ("refused", "no load")
    assert fates(said) == [("open", 0.0, True, False)]
    assert said.object["peak_ma"] == 0


def test_a_fault_after_the_end_is_said_never_to_have_struck_and_marked(run):
    said = run("open@99999", "drying@1:2", options=["--json"])
    assert said.code == 0
    assert fates(said) == [("open", 99999.0, False, False), ("drying", 1.0, True, True)]
    told = read(Path(said.object["record"])).summary["faults"]
    assert [(row["kind"], row["at_us"], row["fired"]) for row in told] == [
        ("open", 99_999_000_000, False),
        ("drying", 1_000_000, True),
    ]
    page = Path(said.object["report"]).read_text(encoding="utf-8")
    assert "Open@99999 never struck: the session ended before it." in page
    assert page.count("never struck") == 1


def test_a_fault_while_the_output_is_off_for_good_is_said_in_one_line(run):
    said = run("open@16")
    assert said.code == 0
    [line] = [one for one in said.out.splitlines() if "open@16" in one]
    assert line.split(maxsplit=1) == [
        "injected",
        "open@16 struck while the output was off, and the output stayed off",
    ]


def test_a_fault_that_ends_the_session_needs_no_such_line(run):
    said = run("open@1.5")
    assert said.code == 3
    assert "injected" not in said.out


def test_a_session_without_faults_says_nothing_of_them_and_its_record_is_as_it_was(run):
    said = run(options=["--json"])
    assert said.object["faults"] == []
    assert "faults" not in read(Path(said.object["record"])).summary


def test_a_record_shows_what_became_of_its_faults_in_words(run, tmp_path):
    run("open@99999")
    shown = call("records", "show", "last", "--data", tmp_path / "data")
    [line] = [one for one in shown.out.splitlines() if "fired no" in one]
    assert "kind open" in line
    assert "{" not in line
