"""How far a session has come on its timeline, from the items of its link, one at a time.

A state's event says the segment; states and times say how long the segment's clock has run, and
the dose how much of it has flowed. Charge in uC, times in ms of the board's session clock. An
estimate for a view: nothing is decided by it.
"""

from ionto.core import codes
from iontobench.link.events import Event, Item, Sample
from iontobench.protocols.timeline import RUNNING, Timeline

# The gate is still closed, but the session leaves its segment for good.
_LEAVING = (codes.STATE_RAMP_DOWN, codes.STATE_TURNING)


class TimeLeft:
    """Where a session is on `timeline`: fed by `add`, asked by `left_ms`."""

    def __init__(self, timeline: Timeline):
        self._timeline = timeline
        self._sample: Sample | None = None
        self._state = codes.STATE_IDLE
        self._t_ms = 0
        self._segment = 0
        self._clock_ms = 0.0
        self._dose_uc = 0
        self._begun_uc = 0.0  # the dose when the segment began

    def add(self, item: Item) -> None:
        """Take one item in."""
        if isinstance(item, Sample):
            self._sample = item
            self._move(item.t_ms, item.state)
            self._dose_uc = item.dose_uc
            if item.state == codes.STATE_TURNING:
                self._begun_uc = item.dose_uc  # the ramp to 0 is of the segment before
        elif isinstance(item, Event) and item.code == codes.EVENT_STATE:
            self._move(item.t_ms, item.a)
            if item.b != self._segment:
                self._segment, self._clock_ms = item.b, 0.0
                self._begun_uc = self._dose_uc + self._unseen_uc(item.t_ms)

    def _unseen_uc(self, t_ms: int) -> float:
        """What has flowed since the last sample: a segment ends between two of them."""
        if self._sample is None:
            return 0.0
        return abs(self._sample.current_ua) * max(t_ms - self._sample.t_ms, 0) / 1000

    def left_ms(self) -> float | None:
        """Time left as planned, or None before the first sample."""
        sample = self._sample
        if sample is None:
            return None
        return self._timeline.left_ms(
            state=self._state,
            segment=min(self._segment, len(self._timeline.segments) - 1),
            clock_ms=self._clock_ms,
            done_uc=self._dose_uc - self._begun_uc,
            set_ua=sample.set_ua,
            current_ua=sample.current_ua,
        )

    def _move(self, t_ms: int, state: int) -> None:
        """The session is in `state` now; the time since the last item was in the state before."""
        if self._state in RUNNING:
            self._clock_ms += t_ms - self._t_ms
            if state not in RUNNING and state not in _LEAVING:
                # Interrupted: the ramp comes again.
                self._clock_ms = max(0.0, self._clock_ms - self._timeline.ramp_ms(self._segment))
        self._state, self._t_ms = state, t_ms
