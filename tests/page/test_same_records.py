"""A session in the browser has the record of the command line, byte for byte."""

import hashlib

import pytest

from iontobench.protocols import load
from iontobench.sessions.recording import run_session
from iontobench.sessions.start import RunRequest, prepare
from iontobench.sessions.targets import target_for

CASES = {
    "whole": ("demo", {}),
    "lead": ("demo", {"faults": "open@5"}),
    "chip-adc": ("demo", {"adc": "rp2040", "seed": "7"}),
    "short": ("demo", {"adc": "rp2040", "faults": "short@6:10", "skin": "palm"}),
    "wide-adc": ("demo", {"adc": "ads8688", "faults": "part-lift@4 a-stuck@8", "skin": "bath"}),
    "pulses": ("acetylcholine-5x20s", {"seed": "3"}),
    "reversal": ("tapwater-reversal", {"adc": "rp2040"}),
    "gap": ("demo", {"faults": "garbage@3 clock-rate@6:3", "board": "pico_pwm"}),
    "memory": ("demo", {"faults": "flip@6:3"}),
}
ENGINES = ("pyodide", "micropython")
SHORT = ("pyodide-whole", "pyodide-lead", "micropython-lead", "micropython-chip-adc")


class Still:
    """A listener that asks for nothing."""

    def on_item(self, item):
        """It is recorded elsewhere."""

    def on_tick(self, t_us):
        """Nothing is asked for."""
        return []


def record_here(folder, name, setup):
    """The record's bytes as this Python makes them."""
    request = RunRequest(
        protocol=name,
        board=setup.get("board"),
        skin=setup.get("skin"),
        adc=setup.get("adc"),
        seed=int(setup.get("seed", 1)),
        faults=tuple(setup.get("faults", "").split()),
    )
    ready = prepare(request, target_for("virtual"), folder)
    _, path = run_session(ready.target.run, ready.job(), folder, Still(), ready.latch)
    return path.read_bytes()


@pytest.mark.short_cases(*SHORT)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_record_made_in_the_browser_is_the_command_lines_to_the_byte(
    shared_desk, tmp_path, case, engine
):
    name, setup = CASES[case]
    here = record_here(tmp_path, name, setup)
    there = shared_desk.run(name, seconds=1500, engine=engine, **setup)
    assert there["record_sha256"] == hashlib.sha256(here).hexdigest(), there.get("line")
    assert there["record"] == here
    assert there["sentence"].startswith("intact: ")
    assert shared_desk.tab.errors == []


def test_a_session_asks_for_nothing_from_elsewhere_and_prints_no_error(shared_desk):
    shared_desk.run("demo")
    assert shared_desk.tab.errors == []
    elsewhere = [
        one for one in shared_desk.tab.requests if not one.startswith(shared_desk.address)
    ]
    assert [one for one in elsewhere if not one.startswith(("data:", "blob:"))] == []


def test_an_edited_protocol_has_its_own_text_on_record(shared_desk):
    text = load("demo").toml.replace("Demo", "Mine", 1) + "\n# edited\n"
    ended = shared_desk.run("demo", protocol=text)
    assert b"# edited" in ended["record"], ended
