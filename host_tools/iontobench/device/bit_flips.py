"""Bits that flip in the memory of a virtual board's processor, for injected faults.

The plant cannot reach the controller's memory and must not know it: the code that makes both hands
this to the plant. Used for faults only.
"""

from collections.abc import Callable

from ionto.bench import Bench

_WORD_BIT = 1 << 12  # of a current in uA: more than any board's
_LIMIT_BIT = 1 << 20  # of a current in 1/16 uA: the limit is gone


def bit_flips(bench: Bench) -> Callable[[str, int], None]:
    """Return `act(what, value)` for a plant's `upset`: `program` (word VALUE) or `limit`."""

    def act(what: str, value: int) -> None:
        tick = bench._loop.tick
        if what == "limit":
            tick.supervisor._over_q4 ^= _LIMIT_BIT
            return
        words = bench._program.words if bench._program else [0]
        words[value % len(words)] ^= _WORD_BIT

    return act
