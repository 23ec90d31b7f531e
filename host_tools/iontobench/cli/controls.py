"""The keys of the live view as one table, and what each of them does.

A key returns commands for the board, or changes the view; later keys are rows of `KEYS`.
Currents in uA. Nothing here reads a key or draws.
"""

from collections.abc import Callable
from typing import NamedTuple

from ionto.core import faults

from .model import Model
from .pace import Pacer

STEP_UA = 100
_ENERGISED = (faults.RAMP, faults.HOLD)


class Controls:
    """What keys act on: they return commands for the board, or change the view.

    `note` is what the last key did, in words; `whole` tells the plot's span.
    """

    def __init__(self, model: Model, pacer: Pacer):
        self._model = model
        self._pacer = pacer
        self._level_ua = 0
        self.note = ""
        self.whole = True

    def press(self, key: str) -> list[str]:
        """The commands that one key sends to the board."""
        self.note = ""
        for row in KEYS:
            if key in row.keys:
                return row.act(self)
        return []

    def pause(self) -> list[str]:
        """Pause while energised, resume while paused."""
        if self._model.state in _ENERGISED:
            return self._send("pause", "pausing")
        if self._model.state == faults.PAUSED:
            return self._send("resume", "resuming")
        self.note = "nothing to pause in this state"
        return []

    def stop(self) -> list[str]:
        """End the session by its ramp."""
        return self._send("stop", "stopping")

    def up(self) -> list[str]:
        return self._set(STEP_UA)

    def down(self) -> list[str]:
        return self._set(-STEP_UA)

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

    def _send(self, command: str, note: str) -> list[str]:
        self.note = note
        return [command]

    def _set(self, step_ua: int) -> list[str]:
        if self._model.state not in _ENERGISED:
            self.note = "the set point can be moved while energised only"
            return []
        peak_ua = self._model.about.course.peak_ua
        level_ua = min(max((self._level_ua or peak_ua) + step_ua, STEP_UA), peak_ua)
        if level_ua == (self._level_ua or peak_ua):
            self.note = f"the set point stays within {STEP_UA / 1000:g} .. {peak_ua / 1000:g} mA"
            return []
        self._level_ua = level_ua
        return self._send(f"set {level_ua}", f"set point to {level_ua / 1000:.3f} mA")


class Key(NamedTuple):
    """One row: the characters that count, what is shown, what it does in words, and in fact."""

    keys: str
    shown: str
    label: str
    act: Callable[[Controls], list[str]]


KEYS = (
    Key(" p", "space", "pause/resume", Controls.pause),
    Key("sq", "s", "stop by a ramp", Controls.stop),
    Key("+=", "+", "", Controls.up),
    Key("-_", "-", "set point 0.1 mA", Controls.down),
    Key("<,", "<", "", Controls.slower),
    Key(">.", ">", "speed", Controls.faster),
    Key("w", "w", "plot span", Controls.span),
)
