"""The file `/calibration` of a board: what `ionto.rp2.calibration` reads, as bytes.

Behind the date it may say how sure sense A is; the firmware tells that on, as it is.
Must not fit anything: that is `calibration`.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from ionto.core.crc import crc16

PATH = "/calibration"
UNDATED = "undated"  # of a simulated board, whose seed decides everything
ZEROS_ONLY = "zeros-only"  # instead of a date, while the rest is still being measured
NOMINAL = "nominal: "  # so begins what a board tells that has no calibration
_SURE = re.compile(r" u_gain=(\d\.\d{6}) u_offset_ua=(\d+\.\d{3}) correlation=(-?[01]\.\d{3})")


class SenseUncertainty(msgspec.Struct, frozen=True):
    """Standard uncertainties of a sense: of its gain, a share, and of its zero; how they belong
    together."""

    u_gain: float
    u_offset_ua: float
    correlation: float

    def words(self) -> str:
        """As they stand in the file's first line."""
        return (
            f" u_gain={self.u_gain:.6f} u_offset_ua={self.u_offset_ua:.3f} "
            f"correlation={self.correlation:.3f}"
        )


def told_of(told: str) -> tuple[str, SenseUncertainty | None]:
    """`BOARD DATE` and how sure sense A is, of what a board tells; None of an older file."""
    found = _SURE.search(told)
    if found is None:
        return told, None
    return told[: found.start()], SenseUncertainty(*map(float, found.groups()))


def pack(
    rows: Iterable[Sequence[int]],
    board: str,
    date: str = UNDATED,
    sure: SenseUncertainty | None = None,
) -> bytes:
    """The file of four rows (zero_counts, mul, shift): A, B, load voltage, supply.

    Args:
        rows: the calibration.
        board: the board's name.
        date: of the day it was made, or a word.
        sure: how sure sense A is, where that is known.
    """
    numbers = " ".join(str(number) for row in rows for number in row)
    body = f"ionto 1 {board} {date}{sure.words() if sure else ''}\n{numbers}\n".encode()
    return body + b"%04x\n" % crc16(body)
