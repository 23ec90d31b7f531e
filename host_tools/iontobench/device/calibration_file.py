"""The file `/calibration` of a board: what `ionto.rp2.calibration` reads, as bytes.

Must not fit anything: that is `calibration`.
"""

from collections.abc import Iterable, Sequence

from ionto.core.crc import crc16

PATH = "/calibration"
UNDATED = "undated"  # of a simulated board, whose seed decides everything
ZEROS_ONLY = "zeros-only"  # instead of a date, while the rest is still being measured
NOMINAL = "nominal: "  # so begins what a board tells that has no calibration


def pack(rows: Iterable[Sequence[int]], board: str, date: str = UNDATED) -> bytes:
    """The file of four rows (zero_counts, mul, shift): A, B, load voltage, supply.

    Args:
        rows: the calibration.
        board: the board's name.
        date: of the day it was made, or a word.
    """
    numbers = " ".join(str(number) for row in rows for number in row)
    body = f"ionto 1 {board} {date}\n{numbers}\n".encode()
    return body + b"%04x\n" % crc16(body)
