"""Every threshold by Monte Carlo, over range, erratum E11 and noise, as a table.

`python -m iontobench.campaign.thresholds`: seeded, the same table every time. A cell says how
large threshold or fault is on the range; then the chance of a trip in a healthy session of 20 min
/ the chance that the fault is missed, the worse of a converter with and without the steps of E11;
and both again at three times the converter's noise. 0 is less than 1e-9.
"""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from typing import NamedTuple

from iontobench import resources, signs

from .converters import Converters
from .threshold_rows import Row, rows
from .threshold_runs import proof_rows, round_rows

BOARDS = {"virtual_500ua": "0.5 mA", "virtual": "5 mA", "virtual_30ma": "30 mA"}
NOISES = (1.0, 3.0)
_MANY, _SOME = 1000, 100  # boards for what is calculated, and for what is run
_NEVER = 1e-9


class Condition(NamedTuple):
    """What a set of seeded boards is made of."""

    board: str
    has_e11: bool
    noise: float
    many: int
    some: int
    seed: int


def judge(condition: Condition) -> list[Row]:
    """Every threshold under one condition."""
    board = resources.load_board(condition.board).BOARD
    many, some = (
        Converters(board, count, condition.seed, condition.has_e11, condition.noise)
        for count in (condition.many, condition.some)
    )
    return rows(many) + proof_rows(many) + round_rows(some)


def table(found: Sequence[tuple[Condition, list[Row]]]) -> str:
    """Markdown: a line for each threshold and fault, a column for each range."""
    lines = [["threshold", "fault", *BOARDS.values()], ["---"] * (2 + len(BOARDS))]
    for at, first in enumerate(found[0][1]):
        cells = [_cell(at, board, found) for board in BOARDS]
        lines.append([first.threshold, first.fault, *cells])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(at: int, board: str, found: Sequence[tuple[Condition, list[Row]]]) -> str:
    """The threshold on this range, then `nuisance / miss` for each noise."""
    chances = []
    value = ""
    for noise in NOISES:
        alike = [made[at] for one, made in found if (one.board, one.noise) == (board, noise)]
        nuisance, miss = max(row.nuisance for row in alike), max(row.miss for row in alike)
        chances.append(f"{_chance(nuisance)} / {_chance(miss)}")
        value = alike[0].value
    return f"{value}: {'; '.join(chances)}"


def _chance(value: float) -> str:
    return "0" if value < _NEVER else f"{value:.2g}"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="iontobench.campaign.thresholds", description=__doc__)
    parser.add_argument("--many", type=int, default=_MANY, help="boards for calculated rows")
    parser.add_argument("--some", type=int, default=_SOME, help="boards for rows that are run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=None, help="processes; by default one a core")
    asked = parser.parse_args(arguments)
    conditions = [
        Condition(board, has_e11, noise, asked.many, asked.some, asked.seed)
        for board, has_e11, noise in product(BOARDS, (True, False), NOISES)
    ]
    with ProcessPoolExecutor(asked.jobs, mp_context=get_context("spawn")) as pool:
        found = list(zip(conditions, pool.map(judge, conditions), strict=True))
    signs.spell_on(sys.stdout)
    print(table(found))


if __name__ == "__main__":
    main()
