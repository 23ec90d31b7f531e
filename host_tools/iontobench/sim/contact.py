"""How much of one electrode touches: bubbles that come and go, and a pad that dries from its edge.

A bubble takes a share of the area at once and gives it back later; there is at most one at a
time under an electrode. A drying edge takes area steadily and for good. Either is a loss of
contact: it counts as healthy, so the supervisor must not trip on it, and as a lift, so a warning
is right [docs/loads.md, Area of contact]. Time in us, areas as shares of the electrode's.
"""

from .noise import seeded
from .portable import log
from .skin import SkinParams

_EDGE_LEAST = 0.2  # of the area: the middle of a pad stays wet
_US_PER_MIN = 60e6


class Contact:
    """The share of one electrode that touches; `step` says it anew."""

    def __init__(self, params: SkinParams, seed: int, side: str) -> None:
        self._draw = seeded(seed, f"bubbles {side}")
        self._least, self._most = params.bubble_least, params.bubble_most
        self._shown_us = 1e6 * params.bubble_s
        self._apart_us = _US_PER_MIN / params.bubbles_per_min if params.bubbles_per_min else 0.0
        self._edge_from_us = 1e6 * params.edge_after_s
        self._edge_per_us = params.edge_per_min / _US_PER_MIN
        self._now_us = 0
        self._bubble = 0.0
        self._next_us = self._waiting(self._apart_us)

    def step(self, dt_us: int) -> float:
        """Go on by `dt_us`; return the share that touches, 0.02 to 1."""
        now_us = self._now_us = self._now_us + dt_us
        if self._apart_us and now_us >= self._next_us:
            if self._bubble:
                self._bubble = 0.0
                self._next_us += self._waiting(self._apart_us)
            else:
                self._bubble = self._draw.uniform(self._least, self._most)
                self._next_us += self._waiting(self._shown_us)
        edge = 1.0
        if now_us > self._edge_from_us:
            edge = max(_EDGE_LEAST, 1.0 - self._edge_per_us * (now_us - self._edge_from_us))
        return edge * (1.0 - self._bubble)

    def _waiting(self, mean_us: float) -> float:
        """An exponential time of this mean."""
        return -mean_us * log(1.0 - self._draw.random())


def contacts(params: SkinParams, seed: int) -> tuple[Contact, Contact] | None:
    """Return both electrodes' contacts; None where the area never changes."""
    if not (params.bubbles_per_min or params.edge_per_min):
        return None
    return Contact(params, seed, "active"), Contact(params, seed, "return")
