"""Which board a run gets where nobody named one: the rung's own, or the first that can serve.

Only a rung whose boards are all simulated chooses; what a person names is never overruled, and
what was chosen is said in one line with its reason. Must not start anything.
"""

from typing import NamedTuple

from ionto.core.limits import Board
from iontobench.protocols.board_fit import board_for, cannot
from iontobench.protocols.lowering import lower
from iontobench.protocols.schema import Protocol

from .boards import board_of
from .rungs import Rung


class Choice(NamedTuple):
    """A board, and the line that says why it is another than the rung's own."""

    board: Board
    note: str | None = None


def choose_board(rung: Rung, asked: str | None, protocol: Protocol) -> Choice:
    """The board for `protocol` on `rung`; `asked` is what the person named.

    Raises:
        CliError: no such board.
        ProtocolError: the protocol makes no session.
    """
    own = board_of(asked or rung.board)
    if asked is not None or not rung.chooses_board:
        return Choice(own)
    timeline = lower(protocol)
    why = cannot(protocol, timeline, own)
    other = board_for(protocol, timeline) if why else None
    if other is None:  # its own says what is wrong
        return Choice(own)
    note = (
        f"board: {other}, the first that can serve {protocol.name}; {own.name} cannot: {why}; "
        "--board NAME chooses another"
    )
    return Choice(board_of(other), note)
