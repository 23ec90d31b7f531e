"""What the live and the plain view share: feed the model, keep the pace, stop on a signal."""

from types import TracebackType
from typing import Self

from iontobench.device.events import Item

from .model import Model
from .pace import Pacer
from .stopsignal import StopSignal


class View:
    """A listener of a session; as a context it owns its part of the terminal."""

    def __init__(self, model: Model, pacer: Pacer, stop: StopSignal):
        self.model = model
        self.pacer = pacer
        self.stop = stop

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def on_item(self, item: Item) -> None:
        """One item of the session, in its order."""
        self.show(item, self.model.add(item))

    def on_tick(self, t_us: int) -> list[str]:
        """Every 20 ms of board time; returns the operator's commands.

        Raises:
            KeyboardInterrupt: a stopping signal has come: off at once.
        """
        self.stop.check()
        self.pacer.keep(t_us, self.idle)
        return self.tick()

    def show(self, item: Item, line: str | None) -> None:
        """Show one item; `line` is its text, if it has one."""

    def tick(self) -> list[str]:
        """Do what is due; return the operator's commands."""
        return []

    def idle(self) -> None:
        """Called while the session waits for the wall clock."""
        self.stop.check()
