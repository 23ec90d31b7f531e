"""The host's end of a campaign's link: keeps events, sends a script's commands. Times in ms."""

from ionto.core import codes
from ionto.core.fields import FLAG_NEAR_COMPLIANCE
from iontobench.link.events import Event, Item, Sample
from iontobench.link.listener import HostLink, LinkConsole


class Line(LinkConsole):
    """The link's other end; each run gets a new host."""

    def renew(self, link: HostLink) -> None:
        """A new host for the next run."""
        self._link = link
        self._waiting.clear()


class Ear:
    """As a listener: keeps the events, and sends the script's commands."""

    def __init__(self, script: tuple[tuple[int, int, str], ...]):
        self.events: list[Event] = []
        self.near_ms: list[int] = []
        self._script = list(script)
        self._waiting: list[tuple[int, str]] = []
        self._from_ms: int | None = None

    def on_item(self, item: Item) -> None:
        """Take what arrived."""
        if isinstance(item, Event):
            self.events.append(item)
            if item.code == codes.EVENT_STATE:
                self._entered(item)
        elif isinstance(item, Sample) and item.flags & FLAG_NEAR_COMPLIANCE:
            self.near_ms.append(item.t_ms)

    def _entered(self, item: Event) -> None:
        for row in [row for row in self._script if row[0] == item.a]:
            self._script.remove(row)
            self._waiting.append((item.t_ms + row[1], row[2]))

    def on_tick(self, t_us: int) -> list[str]:
        """Hand over the commands that are due; session time is plant time less its start."""
        if self._from_ms is None:
            self._from_ms = t_us // 1000 - 20
        now_ms = t_us // 1000 - self._from_ms
        due = [command for at_ms, command in self._waiting if at_ms <= now_ms]
        self._waiting = [row for row in self._waiting if row[0] > now_ms]
        return due
