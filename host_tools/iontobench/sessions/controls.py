"""The keys of a session that is watched: which there are, and what each of them does.

A key returns commands for the board, or changes the view; later keys are rows of `KEYS`. While the
text of a mark is typed, keys are its letters, and no command. Currents in uA. The command's screen
and the page have the same keys.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ionto.core import codes
from ionto.core.fields import FLAG_LIMITED
from iontobench.link.events import Mark, Sample
from iontobench.link.listener import Ask
from iontobench.records.format import LABEL_CHARS

from .progress import Progress
from .real_time_pacer import Pacer

_STEP_PERCENT = 5  # of the phase's level ...
_STEP_UA = 100  # ... or 0.1 mA, the step of most devices, whichever is larger
_SHARE = 10  # but no more than a tenth of the highest: small currents have small steps
_SETTLED_MS = 1000  # after a command its set point has been told
_SHOWN_CHARS = 40  # of a text that is typed: its end
_ESC, _ENTER, _ERASE = "\x1b", "\r\n", "\x7f\b"
ENERGISED = (codes.STATE_RAMP, codes.STATE_HOLD, codes.STATE_PULSE)


class Controls:
    """What keys act on: they return commands for the board, or change the view.

    `note` is what the last key did, in words; `whole` tells the plot's span.
    """

    def __init__(self, progress: Progress, pacer: Pacer):
        self._progress = progress
        self._pacer = pacer
        self._level_ua = 0  # as last asked for; 0: never
        self._asked_ms = 0
        self.note = ""
        self.whole = True
        self._typed: str | None = None  # the text of a mark, while it is typed

    @property
    def is_typing(self) -> bool:
        """Whether keys are the text of a mark."""
        return self._typed is not None

    def press(self, key: str) -> Sequence[Ask]:
        """The commands that one key sends to the board, or the mark that it ends."""
        self.note = ""
        if self._typed is not None:
            return self._type(self._typed, key)
        for row in KEYS:
            if key in row.keys:
                return row.act(self)
        return []

    def pause(self) -> list[str]:
        """Pause while energised, resume while paused."""
        if self._progress.state in ENERGISED:
            return self._send("pause", "pausing")
        if self._progress.state == codes.STATE_PAUSED:
            return self._send("resume", "resuming")
        self.note = "nothing to pause in this state"
        return []

    def resume(self) -> list[str]:
        """Resume while paused."""
        if self._progress.state == codes.STATE_PAUSED:
            return self._send("resume", "resuming")
        self.note = "nothing to resume in this state"
        return []

    def stop(self) -> list[str]:
        """End the session by its ramp."""
        return self._send("stop", "stopping")

    def mark(self) -> list[str]:
        """From now on keys are the text of a mark."""
        self._ask("")
        return []

    def up(self) -> list[str]:
        return self._set(1)

    def down(self) -> list[str]:
        return self._set(-1)

    def faster(self) -> list[str]:
        self._pacer.faster()
        return []

    def slower(self) -> list[str]:
        self._pacer.slower()
        return []

    def span(self) -> list[str]:
        """The plot shows the whole session, or its last minutes."""
        self.whole = not self.whole
        return []

    def _type(self, typed: str, key: str) -> list[Mark]:
        """One key of a mark's text: Enter ends it, Esc drops it."""
        text = typed.strip()
        if key in _ENTER and text:
            self._typed, self.note = None, f"marked: {text}"
            sample = self._progress.sample
            return [Mark(sample.t_ms if sample else 0, text)]
        if key in _ENTER or key == _ESC:
            self._typed, self.note = None, "no mark was made"
            return []
        if key in _ERASE:
            typed = typed[:-1]
        elif key.isprintable() and len(typed) < LABEL_CHARS:
            typed += key
        self._ask(typed)
        return []

    def _ask(self, typed: str) -> None:
        self._typed = typed
        self.note = f"mark (Enter keeps it, Esc drops it): {typed[-_SHOWN_CHARS:]}_"

    def _send(self, command: str, note: str) -> list[str]:
        self.note = note
        return [command]

    def _set(self, sign: int) -> list[str]:
        sample, timeline = self._progress.sample, self._progress.about.timeline
        if sample is None or sample.state not in ENERGISED:
            self.note = "the set point can be moved while energised only"
            return []
        planned_ua = round(timeline.level_ua(sample.dose_uc)) or timeline.peak_ua
        step_ua = step_of(planned_ua, timeline.peak_ua)
        before_ua = self._level(sample, planned_ua)
        level_ua = min(max(before_ua + sign * step_ua, step_ua), timeline.peak_ua)
        if level_ua == before_ua:
            low_ma, high_ma = step_ua / 1000, timeline.peak_ua / 1000
            self.note = f"the set point stays within {low_ma:g} .. {high_ma:g} mA"
            return []
        self._level_ua, self._asked_ms = level_ua, sample.t_ms
        told = f"set point to {level_ua / 1000:.3f} mA, by a ramp; a step is"
        return self._send(f"set {level_ua}", f"{told} {step_ua / 1000:g} mA")

    def _level(self, sample: Sample, planned_ua: int) -> int:
        """The level that a step starts from: a hold tells its own, once it has settled there."""
        settled = sample.state == codes.STATE_HOLD and not sample.flags & FLAG_LIMITED
        if settled and (not self._level_ua or sample.t_ms > self._asked_ms + _SETTLED_MS):
            return round(sample.set_ua)
        return self._level_ua or planned_ua


def step_of(level_ua: int, peak_ua: int) -> int:
    """One step of the set point: 5 % of the level or 0.1 mA, at most a tenth of the peak."""
    step_ua = max(level_ua * _STEP_PERCENT // 100, _STEP_UA)
    return max(1, min(step_ua, peak_ua // _SHARE))


class Key(NamedTuple):
    """One row: the characters that count, what is shown, what it does in words, and in fact."""

    keys: str
    shown: str
    label: str
    act: Callable[[Controls], Sequence[Ask]]


KEYS = (
    Key(" p", "p", "pause", Controls.pause),
    Key("r", "r", "resume", Controls.resume),
    Key("sq", "s q", "stop by a ramp", Controls.stop),
    Key("+=", "+", "", Controls.up),
    Key("-_", "-", "current by 5 % or 0.1 mA", Controls.down),
    Key("<,", "<", "", Controls.slower),
    Key(">.", ">", "speed", Controls.faster),
    Key("w", "w", "zoom", Controls.span),
    Key("m", "m", "mark", Controls.mark),
)
