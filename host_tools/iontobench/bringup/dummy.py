"""The dummy load of a bring-up and of the checks on a board: how large it may be. In ohm."""

from ionto.core.limits import Board
from iontobench import signs
from iontobench.errors import UserError

_LEAST_OHM, _MOST_OHM = 1000.0, 10_000.0
_USUAL_OHM = 5000.0


def least_and_most(board: Board) -> tuple[float, float]:
    """What a board's steps are made for; a stage without a source of current says it itself."""
    least_ohm, most_ohm = board.loads_ohm or (_LEAST_OHM, _MOST_OHM)
    return float(least_ohm), float(most_ohm)


def usual_ohm(board: Board) -> float:
    """What a simulated board has on its leads."""
    return sum(board.loads_ohm) / 2 if board.loads_ohm else _USUAL_OHM


def is_for(board: Board, ohm: float) -> bool:
    """Whether the steps can be done on this resistor."""
    least_ohm, most_ohm = least_and_most(board)
    return least_ohm <= ohm <= most_ohm


def range_text(board: Board) -> str:
    """The range in words, without its unit."""
    least_ohm, most_ohm = least_and_most(board)
    return f"{least_ohm:g} to {most_ohm:g}"


def checked(board: Board, ohm: float | None) -> float:
    """The resistor that was named.

    Raises:
        UserError: none was, or one that the board's steps are not made for.
    """
    if ohm is None:
        raise UserError(f"which resistor is on the leads? Say --dummy OHM, {range_text(board)}")
    if not is_for(board, ohm):
        raise UserError(
            f"--dummy {ohm:g}: {board.name} takes {range_text(board)} {signs.OHM}; put another "
            "resistor on its leads"
        )
    return ohm
