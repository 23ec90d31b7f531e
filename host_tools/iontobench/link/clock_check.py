"""Compares the board's clock with the host's, from nothing but when its samples arrive.

A sample can arrive late and never early: by the cable, or by a host that stood still. So of some
samples the promptest counts, those of now are compared with those of 10 s before [docs/control.md,
Clock], and what a host that stood still has missed does not count. Times in us of the
host and ms of the board. It must not see one sample alone as evidence, and decides nothing.
"""

from collections import deque

SPAN_US = 10_000_000
OFF_US = 50_000  # 0.5 % of SPAN_US; more than a cable's jitter
_BUCKET_US = 250_000
_SPAN = SPAN_US // _BUCKET_US
_WINDOW = 6  # buckets, of which the promptest sample counts
_STOOD_STILL_US = 150_000  # a host that lives looks every 20 ms


class ClockCheck:
    """Checks one session, sample by sample."""

    def __init__(self) -> None:
        self._buckets: deque[tuple[int, int]] = deque()  # (time in buckets, least lateness in us)
        self._alive_us: int | None = None
        self._distrust_until_us = 0

    def alive(self, now_us: int) -> None:
        """The host is here; to be called before anything that it takes in, and every 20 ms."""
        if self._alive_us is not None:
            away_us = now_us - self._alive_us
            if away_us > _STOOD_STILL_US:
                # Frames that have waited come twice as fast as new ones are made.
                self._distrust_until_us = now_us + 2 * away_us
        self._alive_us = now_us

    def drift_us(self, t_ms: int, now_us: int) -> int | None:
        """Take a sample of board time `t_ms` that arrived at `now_us`.

        Returns:
            By how much the board's clock has gained on the host's in 10 s (negative: lost), once
            that is more than OFF_US, else None.
        """
        if now_us < self._distrust_until_us:
            return None
        bucket = now_us // _BUCKET_US
        late_us = now_us - t_ms * 1000
        buckets = self._buckets
        if buckets and buckets[-1][0] >= bucket:
            last, least_us = buckets[-1]
            buckets[-1] = (last, min(least_us, late_us))
            return None
        gained_us = self._compare() if buckets else None
        buckets.append((bucket, late_us))
        while buckets[0][0] < bucket - _SPAN - _WINDOW:
            buckets.popleft()
        return gained_us

    def _compare(self) -> int | None:
        """Whole buckets only."""
        buckets = self._buckets
        last = buckets[-1][0]
        then = [us for at, us in buckets if at <= last - _SPAN]
        if not then:
            return None
        now = [us for at, us in buckets if at > last - _WINDOW]
        gained_us = min(then) - min(now)
        return gained_us if abs(gained_us) > OFF_US else None
