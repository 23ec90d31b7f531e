"""Counts hits, three within a time: late ticks, dips, lost contacts.

Times in ms of any clock that only goes up (below 2^30: 12 days).
"""

from .const import const

_NEVER_MS = const(-0x1FFFFFFF)


class Window:
    """Finds a third hit within `width_ms` of the first of the three."""

    def __init__(self, width_ms):
        self._width_ms = width_ms
        self.reset()

    def reset(self):
        """Drop all hits."""
        self.count = 0
        self._last_ms = _NEVER_MS
        self._before_ms = _NEVER_MS

    def hit(self, now_ms):
        """Note a hit; return 1 when it is the third within the width."""
        third = now_ms - self._before_ms <= self._width_ms
        self._before_ms = self._last_ms
        self._last_ms = now_ms
        self.count += 1
        return 1 if third else 0
