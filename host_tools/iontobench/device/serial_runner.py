"""Runs one session on a board at a serial port: the only rung that owns a clock.

The session is supervised: beats every 200 ms from `HostSession`, which is the same on every rung.
A link that breaks ends the session here with what has arrived; the board by itself ramps down 3 s
after the last beat. A board that has fallen silent is sent Ctrl-C and asked how its session
ended. There is no plant to read, so everything `true_` is None. Times in s, and in us where a
name says so; by the port's clock, but for the real-time factor: that is for who waits.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from ionto.core import codes

from .connection import Connection
from .events import Event, Item, LinkNote, Sample, snapshot_of
from .link import POLL_PERIOD_US, HostLink, Listener
from .runner import LOST, Job, Result
from .serial_port import BoardError, LinkLostError, PortError, clock_of, guarded, look

_EXECUTED = b"\x04"
_CTRL_C = b"\x03"
_POLL_S = POLL_PERIOD_US / 1e6
_QUIET_S = 3.0  # ten samples a second come while beats go
_LEAVE_S = 5.0


class Told:
    """A listener that remembers what a result needs."""

    def __init__(self) -> None:
        self.sample: Sample | None = None
        self.peak_ua = 0.0
        self.fault: str | None = None

    def on_item(self, item: Item) -> None:
        """Keep the newest sample, the peak and the fault."""
        if isinstance(item, Sample):
            self.sample = item
            self.peak_ua = max(self.peak_ua, item.current_ua)
        elif isinstance(item, Event) and item.code == codes.EVENT_FAULT:
            self.fault = codes.FAULT_NAMES.get(item.a)

    def on_tick(self, t_us: int) -> list[str]:
        """Nothing is due."""
        return []


class SilentError(LinkLostError):
    """The port is there, but nothing comes any more."""


class SerialRunner:
    """Runs jobs on one connected board.

    Attributes:
        lost: why the link broke, once it has.
    """

    def __init__(self, connection: Connection):
        self.lost: str | None = None
        self._connection = connection
        self._clock = clock_of(connection.port)
        self._started_s = 0.0
        self._printed = b""  # what came behind the last frame

    def __call__(self, job: Job, listeners: Sequence[Listener]) -> Result:
        """Run `job` to its end, or to the end of the link.

        KeyboardInterrupt, wherever it strikes, sends Ctrl-C to the board, as a terminal would.

        Raises:
            BoardError: the board refuses the program or the run.
            LinkLostError: before the session began.
        """
        repl = self._connection.repl
        repl.do(f"bench.load({job.protocol.data!r}, {job.protocol.crc})")
        told = Told()
        link = HostLink([told, *listeners])
        repl.begin("bench.run(True)")
        self._started_s = self._clock()
        began_s = time.perf_counter()
        try:
            try:
                self._follow(link)
                last = self._leave(link)
            except KeyboardInterrupt:
                self._interrupt(link)
                last = self._leave(link)
            except SilentError as error:
                _note(listeners, told, str(error))
                last = self._ask(error)
                _note(listeners, told, f"asked how it ended, it says: {last['outcome']}")
        except LinkLostError as error:
            self.lost = str(error)
            last = None
            _note(listeners, told, f"the link was lost: {self.lost}")
        elapsed_s = max(time.perf_counter() - began_s, 1e-6)
        return _result(last, told, elapsed_s, self._snapshot(last))

    def _snapshot(self, last: dict[str, Any] | None) -> Sequence[int]:
        """The last second before a fault; nothing where the board has none to give any more."""
        if last and last["fault"]:
            with suppress(BoardError, PortError):
                return self._connection.value("bench.snapshot()")
        return ()

    def _now_us(self) -> int:
        """The host's time since the session began."""
        return round((self._clock() - self._started_s) * 1e6)

    def _follow(self, link: HostLink) -> None:
        """Until the board has left its loop."""
        port = self._connection.port
        heard_s = due_s = self._started_s
        with guarded():
            port.timeout = _POLL_S
            while not self._printed:
                data = port.read(max(1, port.in_waiting))
                now_s = self._clock()
                if data:
                    heard_s = now_s
                    self._received(link, data)
                elif now_s - heard_s > _QUIET_S:
                    raise SilentError(f"the board has said nothing for {_QUIET_S:g} s")
                if now_s >= due_s:
                    due_s = now_s + _POLL_S
                    outgoing = link.poll(self._now_us())
                    if outgoing:
                        port.write(outgoing)

    def _received(self, link: HostLink, data: bytes) -> None:
        frames, mark, rest = data.partition(_EXECUTED)
        link.received(frames, self._now_us())
        self._printed += mark + rest

    def _interrupt(self, link: HostLink) -> None:
        with guarded():
            self._connection.port.write(_CTRL_C)
        self._drain(link)

    def _drain(self, link: HostLink) -> None:
        """The rest of what the run prints, to the prompt of the raw REPL."""
        port = self._connection.port
        until_s = self._clock() + _LEAVE_S
        with guarded():
            while not self._printed.endswith(b"\x04>") or self._printed.count(_EXECUTED) < 2:
                if self._clock() > until_s:
                    raise SilentError("the board does not come back to its prompt")
                data = port.read(max(1, port.in_waiting))
                if self._printed:
                    self._printed += data
                else:
                    self._received(link, data)

    def _leave(self, link: HostLink) -> dict[str, Any]:
        self._drain(link)
        traceback = self._printed.split(_EXECUTED)[1]
        # mpremote waits for the prompt that this has just read.
        self._connection.repl.enter()
        if traceback:
            raise BoardError(traceback.decode("utf-8", "replace"))
        return self._connection.value("bench.last()")

    def _ask(self, silence: SilentError) -> dict[str, Any]:
        """How the session ended, from a board whose last words were lost; off first of all."""
        port = self._connection.port
        with guarded():
            port.write(_CTRL_C)
        if not look(port).may_interrupt:
            raise silence
        try:
            self._connection.repl.enter()
            last = self._connection.value("bench.last()")
        except (PortError, BoardError) as error:
            raise silence from error
        if last is None:  # it has been reset
            raise silence
        return last


def _note(listeners: Sequence[Listener], told: Told, text: str) -> None:
    t_ms = told.sample.t_ms if told.sample else 0
    for listener in listeners:
        listener.on_item(LinkNote(t_ms, text))


def _result(
    last: dict[str, Any] | None, told: Told, elapsed_s: float, flat: Sequence[int]
) -> Result:
    """The firmware's own words; where they never came, what arrived before."""
    sample = told.sample
    if last is None:
        dose_uc = sample.dose_uc if sample else 0
        duration_us = sample.t_ms * 1000 if sample else 0
        peak_ua = told.peak_ua
    else:
        dose_uc, duration_us, peak_ua = last["dose_uc"], last["t_ms"] * 1000, last["peak_ua"]
    return Result(
        outcome=LOST if last is None else last["outcome"],
        fault=told.fault if last is None else last["fault"],
        dose_uc=dose_uc,
        true_charge_uc=None,
        true_peak_ua=None,
        overshoot_ua=None,
        peak_ua=peak_ua,
        duration_us=duration_us,
        gate_off_us=None,
        realtime_factor=duration_us / 1e6 / elapsed_s,
        last=last or {},
        snapshot=snapshot_of(flat),
    )
