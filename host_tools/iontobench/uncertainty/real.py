"""The budget of a real board: its own data, and what its calibration says of itself.

`accuracy.toml` in a board's folder holds tolerances and temperature coefficients of the parts that
sense A is made of [docs/uncertainty.md, Real boards]. A board without that file, or with a
calibration that does not say how sure it is, has no budget: nothing is told then. Currents in uA.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from ionto.core.limits import Board
from iontobench import resources
from iontobench.device.calibration_file import NOMINAL, ZEROS_ONLY, told_of
from iontobench.tomlfile.errors import FileError
from iontobench.tomlfile.judge import read_as
from iontobench.tomlfile.source import Source

from .budget import EDGES, RECTANGULAR, BudgetPart, DoseBudget, of_fit

FILE = "accuracy.toml"
_PPM = 1e-6

Percent = Annotated[float, Meta(ge=0, le=10)]
PpmPerK = Annotated[float, Meta(ge=0, le=1000)]


class BoardAccuracy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of sense A: half widths, all of them; where each comes from stands in the file."""

    shunt_percent: Percent
    amplifier_percent: Percent
    reference_percent: Percent
    offset_ua: Annotated[float, Meta(ge=0, le=1000)]
    shunt_ppm_k: PpmPerK
    amplifier_ppm_k: PpmPerK
    reference_ppm_k: PpmPerK
    offset_ua_k: Annotated[float, Meta(ge=0, le=100)]
    span_k: Annotated[float, Meta(ge=0, le=100)]
    clock_ppm: Annotated[float, Meta(ge=0, le=5000)]


class AccuracyError(FileError):
    """A board's `accuracy.toml` that cannot be used."""


def accuracy_of(board: str) -> BoardAccuracy | None:
    """The data of a board by its name or folder; None where it has no such file.

    Raises:
        AccuracyError: it has one that is wrong; `all` has a line for each thing.
    """
    path = resources.board_folder(board) / FILE
    if not path.is_file():
        return None
    source = Source.read(str(path), path, AccuracyError)
    return read_as(source, source.data, BoardAccuracy)


def real_budget(board: Board, accuracy: BoardAccuracy | None, told: str) -> DoseBudget | None:
    """Of a board with these data; None where they, or its calibration, do not say enough.

    Args:
        told: what the board tells of its calibration, `Scales.told`.
    """
    if accuracy is None:
        return None
    dated, sure = told_of(told)
    left = _left(board, accuracy)
    if dated.startswith(NOMINAL):
        offset = BudgetPart(name="offset", shape=RECTANGULAR, offset_ua=accuracy.offset_ua)
        return DoseBudget("not calibrated", (*_tolerances(accuracy), offset, *left))
    if ZEROS_ONLY in dated:
        return DoseBudget("only its zeros are calibrated", (*_tolerances(accuracy), *left))
    if sure is None:
        return None
    return DoseBudget(f"calibrated, {dated}", (*of_fit(sure), *left))


def _tolerances(accuracy: BoardAccuracy) -> list[BudgetPart]:
    """What only a calibration takes away."""
    shares = {
        "shunt": accuracy.shunt_percent,
        "amplifier": accuracy.amplifier_percent,
        "reference": accuracy.reference_percent,
    }
    return [
        BudgetPart(name=name, shape=RECTANGULAR, gain=percent / 100)
        for name, percent in shares.items()
    ]


def _left(board: Board, accuracy: BoardAccuracy) -> list[BudgetPart]:
    """What a calibration leaves, or comes after it."""
    span_k = accuracy.span_k
    drifts = {
        "shunt, temperature": accuracy.shunt_ppm_k * span_k,
        "amplifier, temperature": accuracy.amplifier_ppm_k * span_k,
        "reference, temperature": accuracy.reference_ppm_k * span_k,
        "clock": accuracy.clock_ppm,
    }
    return [
        BudgetPart(name="linearity", shape=RECTANGULAR, level_ua=float(board.accuracy_ua)),
        BudgetPart(
            name="zero, temperature", shape=RECTANGULAR, offset_ua=accuracy.offset_ua_k * span_k
        ),
        *(
            BudgetPart(name=name, shape=RECTANGULAR, gain=ppm * _PPM)
            for name, ppm in drifts.items()
        ),
        EDGES,
    ]
