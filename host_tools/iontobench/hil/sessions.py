"""Sessions of the checks on a board: run, watched, and acted upon in their hold.

Current flows in `bench.run` alone, under its proof and supervisor. Times in ms of the board's
clock, currents in uA.
"""

from collections.abc import Callable
from typing import Any

from ionto.core import codes, program
from iontobench.bringup.benches import BoardBringUpBench
from iontobench.bringup.seen import STOPPED
from iontobench.link.events import Event, Item, Sample, snapshot_of

_ACT_AFTER_MS = 500  # in a hold: the trim has settled


class Watched:
    """A listener that keeps everything, and acts once in the first hold.

    Args:
        act: called half a second into the hold; the commands it returns are sent.
    """

    def __init__(self, act: Callable[[], list[str]] | None = None):
        self.items: list[Item] = []
        self._act = act
        self._hold_ms: int | None = None
        self._newest_ms = 0

    def on_item(self, item: Item) -> None:
        """Keep it."""
        self.items.append(item)
        if isinstance(item, Sample):
            self._newest_ms = item.t_ms
        if isinstance(item, Sample) and item.state == codes.STATE_HOLD and self._hold_ms is None:
            self._hold_ms = item.t_ms

    def on_tick(self, t_us: int) -> list[str]:
        """Act, once it is time."""
        act, from_ms = self._act, self._hold_ms
        if act is None or from_ms is None or self._newest_ms < from_ms + _ACT_AFTER_MS:
            return []
        self._act = None
        return act()

    def held(self) -> list[Sample]:
        """The samples of the hold's later part."""
        found = [one for one in self.items if isinstance(one, Sample)]
        found = [one for one in found if one.state == codes.STATE_HOLD]
        return found[len(found) // 3 :]

    def event_ms(self, code: int, a: int | None = None) -> int | None:
        """When the first event of that code came, of those with that `a`."""
        for one in self.items:
            if isinstance(one, Event) and one.code == code and a in (None, one.a):
                return one.t_ms
        return None


class Ended:
    """How a session ended: `last` of the board, its last second, and what was watched."""

    def __init__(self, last: dict[str, Any], flat: list[int], watched: Watched):
        self.last, self.watched = last, watched
        last_second = snapshot_of(flat)
        self.rows = () if last_second is None else last_second.rows

    @property
    def told(self) -> str:
        """Its end in words."""
        outcome, fault = self.last["outcome"], self.last["fault"]
        return f"{outcome} {fault}" if fault else outcome


def run(
    bench: BoardBringUpBench,
    words: list[int],
    act: Callable[[], list[str]] | None = None,
    is_stopped: bool = False,
) -> Ended:
    """One session; a fault that it latches is cleared by the next.

    Args:
        bench: the board; words: the program.
        act: called in the first hold.
        is_stopped: whether `act` asks for a stop.

    Raises:
        KeyboardInterrupt: somebody else has stopped it: Ctrl-C.
        PortError: the link broke.
        EndedEarlyError: the board refuses.
    """
    watched = Watched(act)
    data = program.pack(words)
    last, flat = bench.ran(data, program.crc16(data), watched)
    if last["outcome"] == STOPPED and not is_stopped:
        raise KeyboardInterrupt
    return Ended(last, flat, watched)
