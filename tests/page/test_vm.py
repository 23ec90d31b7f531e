"""The firmware behind the wall of a VM: the same records as without one, and what crosses."""

import pytest
from tests.page.test_same_records import Still
from tests.page.vm_here import booter

from iontobench.page import vm
from iontobench.sessions.job import plant_of
from iontobench.sessions.recording import run_session
from iontobench.sessions.start import RunRequest, prepare
from iontobench.sessions.targets import target_for

CASES = {
    "whole": {},
    "lead": {"faults": ("open@4",), "adc": "rp2040"},
    "short": {"faults": ("short@5:10",)},
    "host-gone": {"faults": ("host-gone@4",)},
    "brown-out": {"faults": ("brown-out@5",)},
    "clock": {"faults": ("clock-rate@3:2",)},
    "limit": {"faults": ("limit-flip@5",)},
    "program": {"faults": ("flip@5:3",)},
    "garbage": {"faults": ("garbage@4",)},
}


class Off(Still):
    """Asks for off at once after a time."""

    def on_tick(self, t_us):
        if t_us > 4_000_000:
            raise KeyboardInterrupt("off")
        return []


def ready_for(folder, **changes):
    return prepare(RunRequest(protocol="demo", **changes), target_for("virtual"), folder)


def usual(folder, view, **changes):
    ready = ready_for(folder, **changes)
    return run_session(ready.target.run, ready.job(), folder, view, ready.latch)


def behind_the_wall(folder, view, **changes):
    ready = ready_for(folder, **changes)

    def runner(job, listeners):
        return vm.run_in_vm(booter(folder / "vm"), job, listeners, plant_of(job))

    return run_session(runner, ready.job(), folder, view, ready.latch)


@pytest.mark.parametrize("case", CASES)
def test_the_record_is_the_same_behind_the_wall(tmp_path, case):
    here = usual(tmp_path / "here", Still(), **CASES[case])
    there = behind_the_wall(tmp_path / "there", Still(), **CASES[case])
    assert there[1].read_bytes() == here[1].read_bytes()


def test_off_at_once_is_the_same_behind_the_wall(tmp_path):
    here = usual(tmp_path / "here", Off())
    there = behind_the_wall(tmp_path / "there", Off())
    assert here[0].outcome == there[0].outcome == "stopped"
    assert there[1].read_bytes() == here[1].read_bytes()


def test_a_line_of_the_firmware_that_is_no_longer_found_is_an_error(tmp_path, monkeypatch):
    job = ready_for(tmp_path).job()
    altered = {"ionto/loop.py": (("no such line\n", "yield\n"),)}
    monkeypatch.setattr(vm, "STEPPED", altered)
    with pytest.raises(vm.VmError, match=r"ionto/loop\.py: not one line 'no such line'"):
        vm.files_of(job)


def test_only_the_lines_of_the_table_differ_from_the_firmwares_own(tmp_path):
    from iontobench import resources

    files = vm.files_of(ready_for(tmp_path).job())
    root = resources.firmware_package()
    differs = {
        name: sum(1 for a, b in zip(text.splitlines(), _own(root, name), strict=True) if a != b)
        for name, text in files.items()
        if name.startswith("/ionto/") and text.splitlines() != _own(root, name)
    }
    assert differs == {"/ionto/loop.py": 2, "/ionto/bench.py": 1}


def _own(root, name):
    return (root / name.removeprefix("/ionto/")).read_text("utf-8").splitlines()
