"""Which view a session gets, and how fast board time runs in it."""

import math

from .live import LiveView, can_show
from .model import Model
from .out import Out
from .pace import Pacer
from .plain import PlainView
from .stopsignal import StopSignal
from .view import View

TERMINAL_SPEED = 60.0


def choose_view(
    out: Out, plain: bool, speed: float | None, model: Model, stop: StopSignal
) -> View:
    """The live view where it can be shown and is wanted, else lines.

    Args:
        out: with `json` there is a program at the other end: lines, and no waiting.
        plain: lines are wanted.
        speed: times real time, infinity for as fast as it goes, None for the default: 60 on a
            terminal.
    """
    console = out.console()
    live = can_show(console) and not plain and not out.json
    default = TERMINAL_SPEED if console.is_terminal and not out.json else math.inf
    asked = default if speed is None else speed
    pacer = Pacer(None if math.isinf(asked) else asked)
    return LiveView(model, pacer, stop, console) if live else PlainView(model, pacer, stop, out)
