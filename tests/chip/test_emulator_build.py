"""Every build of the emulator gives the same trace to the bit, and says which one it is."""

import hashlib
import os
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES

import pytest
from tests.arch.sources import ROOT

# What the emulator's pure Python, version 0.3.6, leaves after `_CODE` on the pinned image:
# `test_pure_python_leaves_the_known_state` shows it anew.
_KNOWN = "aa6c11600ddf82d47e4a55443feef34ef9b129998c4da543c9189143c3a20b57"
_CODE = """
import machine
from array import array
seen = array("I", range(40))
def tick(timer):
    seen[0] += 1
    led.toggle()
led = machine.Pin(25, machine.Pin.OUT)
pwm = machine.PWM(machine.Pin(2), freq=20000, duty_u16=9000)
timer = machine.Timer(-1, freq=1000, callback=tick, hard=True)
adc = machine.ADC(26)
for i in range(1, 40):
    seen[i] = (seen[i - 1] * 5 + adc.read_u16()) & 0xffff
    pwm.duty_u16(1000 * i)
while seen[0] < 8:
    machine.idle()
timer.deinit()
print(sum(seen))
"""


def left_by_code(chip):
    """One hash over the time, all of the RAM, and the core's registers; for a process."""
    said = chip.exec(_CODE)
    mcu = chip.mcu
    told = (said, chip.now_us, mcu.core.cycles, [int(one) for one in mcu.core.registers])
    digest = hashlib.sha256(repr(told).encode())
    digest.update(bytes(mcu.sram))
    return digest.hexdigest()


def left_on_a_new_chip():
    """`left_by_code` in a process of its own, after the name of the build."""
    from iontobench.chip.image import find_image
    from iontobench.chip.machine import Chip
    from iontobench.chip.native import emulator_build

    chip = Chip(find_image(), {})
    chip.prompt()
    return f"{emulator_build()}: {left_by_code(chip)}"


def test_the_build_that_is_installed_leaves_the_known_state(chip):
    assert left_by_code(chip) == _KNOWN


@pytest.mark.long
def test_pure_python_leaves_the_known_state(chip_image):
    code = "from tests.chip.test_emulator_build import left_on_a_new_chip as f; print(f())"
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    env = {**os.environ, "RP2040PY_SKIP_CYTHON": "1", "PYTHONPATH": path}
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, env=env, cwd=ROOT, check=True, capture_output=True, text=True)
    assert said.stdout == f"pure Python: {_KNOWN}\n"


@pytest.mark.parametrize(
    ("file", "build"),
    [
        (f"_simulator{EXTENSION_SUFFIXES[0]}", "native"),
        ("_simulator.abi3.so", "stock wheel"),
        ("_execute_batch.py", "pure Python"),
    ],
)
def test_build_is_told_by_the_suffix_of_the_code_that_runs(emulator, file, build):
    from iontobench.chip.native import build_of

    assert build_of(f"/site-packages/rp2040py/{file}") == build


def test_line_names_the_build_its_version_and_its_speed(emulator):
    from iontobench.chip.native import emulator_build, emulator_line

    assert emulator_line().startswith(f"emulator: {emulator_build()} (rp2040py 0.3.6, ")


def test_session_on_the_chip_tells_the_build_when_it_has_ended(chip_image):
    from iontobench.chip.native import emulator_line
    from iontobench.sessions.targets import target_for

    said = []
    target_for("chip").after(said.append)
    assert said == [emulator_line()]
