"""A runner without a bench, for tests of the command line: it plays a made-up session.

It keeps the contract of `Target.run` and is strict about it: items in order, a tick every 20 ms of
board time, commands only in the forms that the firmware reads.
"""

import re

from tests.host import synthetic_sessions

from ionto.core import codes
from iontobench.link.events import Event, Sample
from iontobench.sessions.job import Result

TICK_MS = 20
_COMMAND = re.compile(r"stop|pause|resume|set [1-9]\d{0,4}")


class FakeRunner:
    """Plays `dexamethasone()`; keeps the commands it was given and the job it ran.

    `stop` ends it as stopped, `pause` and `set` are kept only.
    """

    def __init__(self, open_at_s=None, interrupt_at_s=None):
        self.open_at_s = open_at_s
        self.interrupt_at_s = interrupt_at_s
        self.commands = []
        self.job = None

    def __call__(self, job, listeners):
        self.job = job
        items, summary = synthetic_sessions.dexamethasone(self.open_at_s, job.seed)
        shown = []
        try:
            self._play(items, listeners, shown)
        except KeyboardInterrupt:
            summary = summary | {"outcome": "stopped", "fault": None, "gate_off_us": None}
            summary["dose_uc"] = _dose_uc(shown)
            summary["duration_us"] = shown[-1].t_ms * 1000 if shown else 0
            self._tell(_end(shown), listeners, shown)
        return Result(**summary, realtime_factor=250.0, last={})

    def _play(self, items, listeners, shown):
        t_ms = 0
        for item in items:
            while t_ms < item.t_ms:
                t_ms += TICK_MS
                for listener in listeners:
                    self._take(listener.on_tick(t_ms * 1000))
                if self.interrupt_at_s is not None and t_ms >= self.interrupt_at_s * 1000:
                    raise KeyboardInterrupt
            self._tell(item, listeners, shown)

    def _take(self, commands):
        for command in commands:
            if not _COMMAND.fullmatch(command):
                raise ValueError(f"the firmware does not read {command!r}")
            self.commands.append(command)
            if command == "stop":
                raise KeyboardInterrupt

    def _tell(self, item, listeners, shown):
        for listener in listeners:
            listener.on_item(item)
        shown.append(item)


def _dose_uc(shown):
    return next((item.dose_uc for item in reversed(shown) if isinstance(item, Sample)), 0)


def _end(shown):
    t_ms = shown[-1].t_ms if shown else 0
    return Event(len(shown), t_ms, codes.EVENT_END, codes.OUTCOME_STOPPED, 0)
