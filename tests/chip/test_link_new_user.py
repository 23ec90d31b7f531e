"""From a blank emulated Pico to a logged session, as a new user would; and a deploy that is cut.

Each command is its own process; the chip's flash is kept in a file between them.
"""

import os
import subprocess
import sys

import pytest

from iontobench import resources

from .forks import in_copy


@pytest.fixture
def typed(chip_image, tmp_path):
    """Types a command, as its own process in a folder of its own: `(exit code, what was said)`."""
    from .link_plugged import PROTOCOL

    port = f"emulated://{tmp_path / 'pico.flash'}?load=resistor:5000"
    roots = os.pathsep.join(
        str(resources.data_root() / name) for name in ("firmware", "host_tools")
    )
    environment = {**os.environ, "IONTOBENCH_PORT": port, "PYTHONPATH": roots}
    (tmp_path / "short.toml").write_text(PROTOCOL)

    def call(*words, given=""):
        command = [sys.executable, "-m", "iontobench", *words]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=1800,
        )
        return done.returncode, done.stdout + done.stderr

    return call


@pytest.mark.long
def test_what_is_typed_into_repl_runs_on_the_emulated_chip(typed):
    """mpremote's terminal cannot open such a port, and showed a traceback."""
    code, said = typed("repl", "auto", given="import sys\nsys.platform\n6 * 7\n")
    assert code == 0, said
    assert "'rp2'" in said
    assert "42" in said
    assert "Traceback" not in said


@pytest.mark.long
def test_four_commands_from_a_blank_chip_to_a_logged_session(typed):
    code, said = typed("doctor")
    assert code == 1
    assert "do: iontobench deploy emulated://" in said
    code, said = typed("run", "short.toml", "--on", "auto")  # too early: one line, and what to do
    assert code == 4
    assert "no firmware on the board; put it there: iontobench deploy" in said
    assert "Traceback" not in said
    code, said = typed("deploy", "auto")
    assert code == 0, said
    code, said = typed("run", "short.toml", "--on", "auto", "--plain")
    assert code == 0, said
    assert "end: complete" in said
    code, said = typed("records", "verify", "last")
    assert code == 0
    assert "intact" in said
    code, said = typed("doctor")
    assert (code, "all is well" in said) == (0, True), said


@pytest.mark.long
def test_file_that_is_no_flash_is_one_line(typed, tmp_path):
    (tmp_path / "pico.flash").write_bytes(b"something else")
    code, said = typed("doctor")
    assert code == 1
    assert "is no flash of an emulated Pico" in said
    assert "Traceback" not in said


_FIRMWARE = {
    "ionto/__init__.py": b"",
    "ionto/board.py": b"BOARD = 'MARK'\ndef make_port(): return None\n",
    "ionto/bench.py": b"class Bench:\n def __init__(self, port, board): self.b = board\n",
}
_NEVER = 1_000_000


def _tiny(mark):
    """A whole tree of a few lines: files of a slot, and what lies beside the slots."""
    from iontobench.device.build import manifest

    main_py = resources.main_py().read_bytes() + b"# " + mark + b"\n"
    files = {name: data.replace(b"MARK", mark) for name, data in _FIRMWARE.items()}
    return files | {"manifest": manifest(files, main_py)}, {
        "main.py": main_py,
        "boot.py": b"x = '" + mark + b"'\n",
    }


def _cut_deploy(chip_image, count):
    """A tiny firmware is replaced by another; cut at a write, and the power goes.

    What boots then, the last line of its `main.py`, and how many writes were left.
    """
    from iontobench.chip.machine import Chip
    from iontobench.device.connection import connect
    from iontobench.device.deploy import deploy
    from iontobench.device.files import BoardFiles
    from iontobench.device.port import PortError

    from .link_plugged import NAME, plug
    from .link_serial.protocol_chip import Serial

    slot, root = _tiny(b"old")
    old = {f"a/{name}": data for name, data in slot.items()}
    chip = Chip(chip_image, old | root | {"slot": b"a"})
    plug(chip)
    Serial.cut_after = None
    connection = connect(NAME)
    Serial.cut_after = count
    was_cut = False
    try:
        deploy(BoardFiles(connection), *_tiny(b"new"))
    except PortError:
        was_cut = True
    left = Serial.cut_after
    Serial.cut_after = None
    chip.hard_reset()
    shown = chip.prompt()
    last_line = chip.exec("print(open('/main.py').read().split()[-1])").decode().strip()
    return was_cut, chip.exec("print(bench.b)").decode().strip(), last_line, left, shown


@pytest.mark.long
def test_deploy_cut_on_the_chip_boots_old_or_new_and_never_a_mix(chip_image):
    was_cut, *whole, left, _ = in_copy(_cut_deploy, chip_image, _NEVER)
    assert (was_cut, whole) == (False, ["new", "new"])
    writes = _NEVER - left
    cuts = [3, writes // 3, writes // 2, *range(writes - 40, writes, 4), writes - 1]
    seen = []
    for count in cuts:
        was_cut, *boots, _, shown = in_copy(_cut_deploy, chip_image, count)
        assert was_cut
        assert boots in (["old", "old"], ["new", "new"]), f"cut at write {count}: {shown}"
        assert b"Traceback" not in shown
        seen.append(boots[0] == "new")
    assert seen == sorted(seen)
    assert {False, True} == set(seen)
