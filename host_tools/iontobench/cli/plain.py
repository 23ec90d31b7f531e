"""The plain view: a line for every event and a status line now and then; no cursor, no colour.

For screen readers, logs and pipes. A status line comes every second, of board time at real time
and of the wall clock when board time runs faster; at full speed every minute of board time.
"""

from iontobench import signs, words
from iontobench.device.events import Item, Sample

from .model import Model
from .out import Out
from .pace import Pacer
from .stopsignal import StopSignal
from .view import View

_FULL_SPEED_MS = 60_000


class PlainView(View):
    """Writes lines through `out`."""

    def __init__(self, model: Model, pacer: Pacer, stop: StopSignal, out: Out):
        super().__init__(model, pacer, stop)
        self._out = out
        self._due_ms = 0.0

    def show(self, item: Item, line: str | None) -> None:
        if line is not None:
            self._out.say(line)
        elif isinstance(item, Sample) and item.t_ms >= self._due_ms:
            self._out.say(status_line(self.model))
            self._due_ms = item.t_ms - item.t_ms % self._every_ms + self._every_ms
        if self._out.gone:
            self.stop.stop("nobody reads the output any more")

    @property
    def _every_ms(self) -> float:
        speed = self.pacer.speed
        return _FULL_SPEED_MS if speed is None else max(1.0, speed) * 1000


def status_line(model: Model) -> str:
    """The latest sample in one line."""
    sample = model.sample
    if sample is None:
        return "no sample yet"
    parts = [
        f"{words.state(sample, brief=True)}: current {words.milliamps(sample.current_ua)}"
        f" (set {sample.set_ua / 1000:.3f})",
        words.volts(sample.load_mv),
        words.kilohms(sample.load_ohm),
        f"dose {words.mamin(sample.dose_uc)} {signs.MAMIN}",
    ]
    left_ms = model.left_ms
    if left_ms is not None:
        parts.append(f"{words.clock(left_ms)} left")
    return f"{words.stamp(sample.t_ms)}  {', '.join(parts)}"
