"""`iontobench faults` and `--fault help`: their options, files and exit codes."""

import json

from tests.host.cli import call

from iontobench.cli.run import fault_kinds
from iontobench.sim.faults import KINDS


def test_a_subset_that_is_all_in_time_is_exit_0_with_two_files(tmp_path):
    path = tmp_path / "deep" / "matrix.json"
    said = call(
        "faults", "--subset", "open,hold,resistor:2000", "--jobs", "1", "--out", path, "--json"
    )
    assert said.code == 0
    assert said.object["summary"]["missed"] == 0
    assert said.object["summary"]["injected"] == 2
    assert json.loads(path.read_bytes())["summary"] == said.object["summary"]
    assert path.with_suffix(".md").read_text(encoding="utf-8").startswith("# Fault matrix")
    assert not path.with_suffix(".html").exists()


def test_anything_late_or_missed_is_exit_1_and_named(tmp_path, monkeypatch):
    from iontobench.campaign import matrix

    strict = tuple(case._replace(required_ms=0.1) for case in matrix.CASES)
    monkeypatch.setattr(matrix, "CASES", strict)
    path = tmp_path / "matrix.json"
    said = call("faults", "--subset", "open,hold,resistor:2000", "--jobs", "1", "--out", path)
    assert said.code == 1
    assert "late" in said.out


def test_a_board_that_cannot_drive_the_trials_currents_is_one_line_and_exit_2(tmp_path):
    said = call("faults", "--board", "pico_demo", "--out", tmp_path / "matrix.json")
    assert said.code == 2
    assert "--board pico_demo: it drives at most 320 µA, and these trials hold" in said.err
    assert "boards that carry them: pico_dac, pico_pwm, virtual" in said.err
    assert not (tmp_path / "matrix.json").exists()


def test_a_name_that_is_no_kind_phase_or_load_is_one_line_and_exit_2(tmp_path):
    said = call("faults", "--subset", "xopen", "--out", tmp_path / "matrix.json")
    assert said.code == 2
    assert "xopen" in said.err
    assert not (tmp_path / "matrix.json").exists()


def test_fault_help_says_of_every_kind_what_its_value_is_and_its_scenario():
    rows = {name: (text, value, scenario) for name, text, value, scenario in fault_kinds()}
    assert set(rows) == set(KINDS)
    assert rows["open"][2] == "1"
    assert rows["hang"][1] == "no VALUE"
    assert rows["reference"][1] == "-20 to 20 %, else 5"


def test_faults_of_the_virtual_boards_own_are_refused_on_other_rungs():
    said = call("run", "dexamethasone-40", "--on", "chip", "--fault", "hang@3")
    assert said.code in (2, 4)  # 4 where the chip's extra or image is not there
    assert "--fault hang@3" in said.err or said.code == 4
