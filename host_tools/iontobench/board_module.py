"""The `board.py` of any folder: read, judged, and told in one line where it is wrong.

It is Python and is executed, as the firmware will execute it; its top level may import
`ionto.core` alone. Currents in uA, voltages in mV, as `core.limits.Board` has them. Must not know
which boards there are: that is `resources`.
"""

import importlib.util
import re
import traceback
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import NamedTuple, Never

from ionto.core.limits import PEAK_MAX_UA, Board
from iontobench import signs
from iontobench.errors import UserError

FILE = "board.py"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
NAME_TEXT = "a letter, then up to 39 of a-z, 0-9 and _"
PROOF_UA = 60  # at most what a proof may drive, times proof_scale [docs/control.md, Proof]
PROBE_MAX_UA = 50  # [boards/pico_pwm/README.md, What the stage must be], S-19


class _FreshLoader(SourceFileLoader):
    """Without a cache: Python takes a file of the same second and length for the one of before."""

    def path_stats(self, path: str) -> Never:
        raise OSError(f"no cache of {path}")


class BoardFileError(UserError):
    """A folder that is no board; the line names the file, what is wrong and what to do."""


class DataRange(NamedTuple):
    """What one of the numbers of a `Board` may be, and why not more."""

    least: int
    most: int
    why: str


FLAGS = ("lim_test", "bridge", "limiter")
_MOST_OHM = 100_000

# Of the arguments of `Board`. What depends on another one is in `_together`.
RANGES = {
    "max_ua": DataRange(100, PEAK_MAX_UA, "the firmware's own limits"),
    "compliance_mv": DataRange(1000, 60_000, "no board here makes more than 60 V"),
    "sigma_q4": DataRange(1, 4800, "noise of one sample, at most 1 % of max_ua"),
    "drive_counts": DataRange(255, 65535, "the drive has 16 bits"),
    "proof_scale": DataRange(1, 6, f"the proof drives 30 and 45 {signs.UA} times that"),
    "probe_mv": DataRange(100, 5000, "PROBE is 5 V at most"),
    "probe_ohm": DataRange(2000, 1_000_000, f"PROBE makes {PROBE_MAX_UA} {signs.UA} at most"),
    "supply_min_mv": DataRange(1, 65_000, "what the supply sense can tell"),
    "accuracy_ua": DataRange(1, 1500, "at most 5 % of max_ua"),
    "code_top": DataRange(4095, 65535, "4095 or 65535: converters of 12 or 16 bits"),
    "inside_ohm": DataRange(0, 3000, "a drop that the firmware can calculate"),
    "drive_steps": DataRange(4096, 65536, "4096 or 65536: a PWM of 30.5 kHz, a DAC of 16 bits"),
}


def read(folder: Path) -> ModuleType:
    """The module `folder`/board.py: data, and a `make_port()` that nobody has called yet.

    Raises:
        BoardFileError: the first thing that is wrong with it.
    """
    path = folder / FILE
    module = execute(path)
    for trouble in troubles(module, folder):
        raise BoardFileError(f"{path}: {trouble}")
    return module


def execute(path: Path) -> ModuleType:
    """The module of a `board.py`, whatever it holds.

    Raises:
        BoardFileError: it is not there, is no Python, or raises.
    """
    if not path.is_file():
        raise BoardFileError(_missing(path))
    name = f"iontobench_boards_{path.parent.name}"
    loader = _FreshLoader(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None or spec.loader is None:
        raise BoardFileError(f"{path}: it cannot be read")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise BoardFileError(f"{path}:{error.lineno}: {error.msg}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BoardFileError(f"{path}: it cannot be read: {error}") from error
    except ImportError as error:
        line = f"{path}:{_line_of(error, path)}: {error}; the top level imports ionto.core alone"
        raise BoardFileError(f"{line}: move it into make_port()") from error
    except Exception as error:  # it is somebody's code: any
        line = f"{path}:{_line_of(error, path)}: {type(error).__name__}: {error}"
        raise BoardFileError(line) from error
    return module


def _missing(path: Path) -> str:
    folder = path.parent
    begin = "`iontobench boards new NAME` writes one to start from"
    if not folder.exists():
        return f"{folder}: there is no such folder; {begin}"
    if not folder.is_dir():
        return f"{folder}: a board is a folder; give the one that holds {FILE}"
    return f"{folder}: there is no {FILE} in it; {begin}"


def _line_of(error: BaseException, path: Path) -> int:
    """The last line of `path` that the error passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [one.lineno for one in frames if Path(one.filename).resolve() == path.resolve()]
    return lines[-1] or 1 if lines else 1


def troubles(module: ModuleType, folder: Path) -> Iterator[str]:
    """What is wrong with a board's name and data, each in one line with what is allowed."""
    board = getattr(module, "BOARD", None)
    if not isinstance(board, Board):
        yield "there is no BOARD; it is a Board of ionto.core.limits"
        return
    own = folder.resolve().name
    if not isinstance(board.name, str) or not NAME.fullmatch(board.name):
        yield f"name: found {board.name!r}; allowed: {NAME_TEXT}"
    elif board.name != own:
        yield f"name: found {board.name!r}, its folder is called {own!r}; both have one name"
    wrong = [*_alone(board)]
    yield from wrong or _together(board)
    if not callable(getattr(module, "make_port", None)):
        yield "there is no make_port(); it returns the port to this board"


def _alone(board: Board) -> Iterator[str]:
    for name, one in RANGES.items():
        value = getattr(board, name)
        if type(value) is not int or not one.least <= value <= one.most:
            yield (
                f"{name}: found {value!r}; allowed: a whole number of {one.least} to {one.most} "
                f"({one.why})"
            )
    for name in FLAGS:
        if type(getattr(board, name)) is not bool:
            yield f"{name}: found {getattr(board, name)!r}; allowed: True or False"
    loads = board.loads_ohm
    whole = isinstance(loads, tuple) and all(type(one) is int for one in loads)
    if not whole or (loads and (len(loads) != 2 or not 1 <= loads[0] < loads[1] <= _MOST_OHM)):
        yield (
            f"loads_ohm: found {loads!r}; allowed: (), or (least, most) of 1 to {_MOST_OHM} "
            f"{signs.OHM}"
        )


def _together(board: Board) -> Iterator[str]:
    """What two numbers have to agree on."""
    for name in ("code_top", "drive_steps"):
        one = RANGES[name]
        if getattr(board, name) not in (one.least, one.most):
            yield f"{name}: found {getattr(board, name)}; allowed: {one.least} or {one.most}"
    if board.lim_test and not board.limiter:
        yield "lim_test: found True; allowed: False on a board without a limiter"
    most_q4 = board.max_ua * 16 // 100
    if board.sigma_q4 > most_q4:
        yield (
            f"sigma_q4: found {board.sigma_q4}; allowed: at most {most_q4}, 1 % of max_ua in "
            f"1/16 {signs.UA}; the thresholds of a noisier sense protect nothing"
        )
    if PROOF_UA * board.proof_scale > board.max_ua:
        yield (
            f"proof_scale: found {board.proof_scale}; allowed: up to max_ua / {PROOF_UA}, as a "
            f"proof may drive {PROOF_UA} {signs.UA} times that"
        )
    probe_ua = board.probe_mv * 1000 / board.probe_ohm
    if probe_ua > PROBE_MAX_UA:
        yield (
            f"probe_ohm: found {board.probe_ohm}, which lets PROBE make {probe_ua:.0f} "
            f"{signs.UA}; allowed: at most {PROBE_MAX_UA} {signs.UA}"
        )
    if board.accuracy_ua * 20 > board.max_ua:
        yield (
            f"accuracy_ua: found {board.accuracy_ua}; allowed: at most {board.max_ua // 20}, "
            "5 % of max_ua; no set point would be right to 5 %"
        )
