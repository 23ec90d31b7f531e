"""`make hil` on an emulated Pico, as a process of its own: what a user with a board would see."""

import json
import os
import subprocess
import sys

import pytest

from iontobench import resources

LOAD_OHM = 5000


@pytest.fixture
def port(chip_image, firmware, tmp_path):
    """The address of an emulated Pico with the firmware in its flash."""
    from iontobench.chip.flash import FILESYSTEM_BYTES, FILESYSTEM_OFFSET
    from iontobench.chip.machine import Chip

    flash = Chip(chip_image, firmware).mcu.flash
    file = tmp_path / "pico.flash"
    file.write_bytes(bytes(flash[FILESYSTEM_OFFSET : FILESYSTEM_OFFSET + FILESYSTEM_BYTES]))
    return f"emulated://{file}?load=resistor:{LOAD_OHM}"


@pytest.mark.long
def test_the_checks_pass_on_an_emulated_pico_and_leave_a_result_to_send(port, tmp_path):
    roots = [str(resources.data_root() / name) for name in ("firmware", "host_tools")]
    done = subprocess.run(
        [sys.executable, "-m", "iontobench.hil", port, "--out", str(tmp_path / "sent")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(roots)},
        capture_output=True,
        text=True,
        timeout=3000,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    [file] = (tmp_path / "sent").iterdir()
    text = file.read_text()
    told = json.loads(text)
    assert (told["is_emulated"], told["load_ohm"]) == (True, LOAD_OHM)
    assert [one for one in told["checks"] if one["verdict"] == "fail"] == []
    passed = {one["name"] for one in told["checks"] if one["verdict"] == "pass"}
    assert {"proof", "rhythm", "charge wall", "stop", "open lead: the gate goes low"} <= passed
    assert str(tmp_path) not in text
