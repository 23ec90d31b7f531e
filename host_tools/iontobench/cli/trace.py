"""The current over time, kept small: the last minutes in full, the whole session in buckets.

Times in ms, currents in uA. A bucket keeps the least and the greatest current of its span, so that
a gap of one sample stays visible in a session of hours. Memory is bounded.
"""

from collections import deque
from itertools import pairwise
from typing import NamedTuple

_BUCKETS_MAX = 512  # a terminal shows at most some 400 braille columns
_WINDOW_SAMPLES = 3600  # 6 min at 10 Hz


class Bucket(NamedTuple):
    """A span of time: its first moment, the least and greatest current, the last set point."""

    t_ms: int
    low_ua: float
    high_ua: float
    set_ua: float


class Trace:
    """Append samples; read `whole()` or `last(span_ms)`."""

    def __init__(self) -> None:
        self._buckets: list[Bucket] = []
        self._width_ms = 100
        self._recent: deque[Bucket] = deque(maxlen=_WINDOW_SAMPLES)

    def add(self, t_ms: int, current_ua: float, set_ua: float) -> None:
        """Add one sample; `t_ms` never falls."""
        one = Bucket(t_ms, current_ua, current_ua, set_ua)
        self._recent.append(one)
        last = self._buckets[-1] if self._buckets else None
        if last and t_ms < last.t_ms + self._width_ms:
            self._buckets[-1] = _merge(last, one)
            return
        self._buckets.append(one)
        if len(self._buckets) >= _BUCKETS_MAX:
            self._halve()

    def whole(self) -> list[Bucket]:
        """The whole session in at most 512 buckets."""
        return list(self._buckets)

    def last(self, span_ms: int, buckets: int = 256) -> list[Bucket]:
        """The last `span_ms` in at most `buckets` (and one) buckets."""
        if not self._recent:
            return []
        from_ms = self._recent[-1].t_ms - span_ms
        recent = [one for one in self._recent if one.t_ms >= from_ms]
        width = -(-len(recent) // buckets)
        return [_merge_all(recent[at : at + width]) for at in range(0, len(recent), width)]

    def _halve(self) -> None:
        pairs = list(pairwise(self._buckets))[::2]
        rest = self._buckets[-1:] if len(self._buckets) % 2 else []
        self._buckets = [_merge(first, second) for first, second in pairs] + rest
        self._width_ms *= 2


def _merge(first: Bucket, second: Bucket) -> Bucket:
    low_ua = min(first.low_ua, second.low_ua)
    return Bucket(first.t_ms, low_ua, max(first.high_ua, second.high_ua), second.set_ua)


def _merge_all(buckets: list[Bucket]) -> Bucket:
    whole = buckets[0]
    for one in buckets[1:]:
        whole = _merge(whole, one)
    return whole
