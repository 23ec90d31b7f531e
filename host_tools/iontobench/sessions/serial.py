"""Runs sessions on a board at a serial port: the only target that has a clock.

Everything that can be wrong with the board is found before a session starts: `serial_target`.
The session is supervised: beats every 200 ms from `HostSession`, which is the same on every
target. A link that breaks ends the session here with what has arrived; the board by itself ramps
down 3 s after the last beat. A board that has fallen silent is sent Ctrl-C and asked how its
session ended. There is no plant to read, so everything `true_` is None. Times in s, and in us
where a name says so; by the port's clock, but for the real-time factor and the wait for a board
that has gone away: these are by the host's.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from ionto.core import codes
from ionto.core.limits import Board
from iontobench import signs, text
from iontobench.device.board_probe import Found
from iontobench.device.connection import BACK_S, LOOK_S, BoardInfo, Connection, connect, seen
from iontobench.device.port import (
    HOST_PORTS,
    BoardError,
    HostPorts,
    LinkLostError,
    PortError,
    guarded,
    is_emulated,
    look,
)
from iontobench.errors import EndedEarlyError
from iontobench.link.events import Event, Item, LinkNote, Sample, snapshot_of
from iontobench.link.listener import POLL_PERIOD_US, HostLink, Listener
from iontobench.uncertainty.real import accuracy_of, real_budget

from .job import LOST, Job, Result, Target
from .latched_fault import LatchedFault

RUNG = "serial"
_EXECUTED = b"\x04"
_CTRL_C = b"\x03"
_POLL_S = POLL_PERIOD_US / 1e6
_QUIET_S = 3.0  # ten samples a second come while beats go
_LEAVE_S = 5.0


class _Told:
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
    """Runs jobs on one connected board; `host_clock` (s) serves the real-time factor alone.

    Attributes:
        lost: why the link broke, once it has.
    """

    def __init__(self, connection: Connection, host_clock: Callable[[], float]):
        self.lost: str | None = None
        self._connection = connection
        self._clock = connection.port.monotonic
        self._host_clock = host_clock
        self._started_s = 0.0
        self._printed = b""  # what came behind the last frame

    def __call__(self, job: Job, listeners: Sequence[Listener]) -> Result:
        """Run `job` to its end, or to the end of the link; raises as `run` does."""
        return self.run(job.protocol.data, job.protocol.crc, listeners)

    def run(self, data: bytes, crc: int, listeners: Sequence[Listener]) -> Result:
        """Run the program `data` to its end, or to the end of the link.

        KeyboardInterrupt, wherever it strikes, sends Ctrl-C to the board, as a terminal would.

        Raises:
            BoardError: the board refuses the program or the run.
            LinkLostError: before the session began.
        """
        self.lost, self._printed = None, b""
        repl = self._connection.repl
        repl.do(f"bench.load({data!r}, {crc})")
        told = _Told()
        link = HostLink([told, *listeners])
        repl.begin("bench.run(True)")
        self._started_s = self._clock()
        began_s = self._host_clock()
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
        elapsed_s = max(self._host_clock() - began_s, 1e-6)
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


def _note(listeners: Sequence[Listener], told: _Told, text: str) -> None:
    t_ms = told.sample.t_ms if told.sample else 0
    for listener in listeners:
        listener.on_item(LinkNote(t_ms, text))


def _result(
    last: dict[str, Any] | None, told: _Told, elapsed_s: float, flat: Sequence[int]
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


class BoardLatch:
    """The latched fault that the board itself keeps."""

    def __init__(self, connection: Connection, info: dict[str, Any]):
        self._connection = connection
        self._info = info

    def read(self) -> LatchedFault | None:
        """The board's fault, or None."""
        fault = self._info.get("fault", "none")
        if fault == "none":
            return None
        return LatchedFault(self._info["board"], fault, "on the board since its last session", "")

    def set(self, fault: str, at: str, record: str) -> None:
        """The board has latched it already; remember that it has."""
        self._info = self._info | {"fault": fault}

    def clear(self) -> None:
        """Leave it, on the board."""
        self._connection.repl.do("bench.clear()")
        self._info = self._info | {"fault": "none"}


def serial_target(on: str, ports: HostPorts = HOST_PORTS) -> Target:
    """The board at port `on` (or `auto`), ready for a session.

    Raises:
        PortError: no board, one that is busy, or one without the matching firmware.
    """
    connection = connect(on, ports)
    try:
        about = connection.about()
        trouble = about.trouble(connection.name)
        if trouble is not None:
            raise PortError(f"{connection.name}: {trouble}")
    except BaseException:
        connection.close()
        raise
    info = about.info or {}
    runner = SerialRunner(connection, ports.clock)

    scales = about.scales
    warning = None if scales is None else scales.trouble

    def run(job: Job, listeners: Sequence[Listener]) -> Result:
        if warning is not None:
            for listener in listeners:
                listener.on_item(LinkNote(0, f"{warning}; iontobench calibrate"))
        try:
            return runner(job, listeners)
        except BoardError as error:
            line = f"{connection.name}: the board refuses: {error}"
            raise EndedEarlyError(line) from error
        except PortError as error:
            line = f"{connection.name}: {error}; nothing was started"
            raise PortError(line) from error

    return Target(
        run=run,
        board=str(info["board"]),
        adc=None,
        is_real=True,
        is_simulated=is_emulated(connection.name),
        name=RUNG,
        header={
            "board_id": about.id,
            "python": about.version,
            "firmware": _firmware(about),
            **({} if scales is None else {"calibration": scales.rows()}),
        },
        latch=BoardLatch(connection, info),
        close=connection.close,
        calibrate=_own_calibration,
        budget=lambda board, _, name: (
            None if scales is None else real_budget(board, accuracy_of(name), scales.told)
        ),
        after=lambda say: meanwhile(connection.name, say, ports) if runner.lost else None,
    )


def _own_calibration(_board: Board, _adc: str, _seed: int) -> None:
    """A real board has its own."""


def meanwhile(name: str, say: Callable[[str], None], ports: HostPorts = HOST_PORTS) -> None:
    """After a lost link: wait for the board, and say what it did meanwhile."""
    say(f"waiting {BACK_S:g} s for {name} to come back; Ctrl-C ends the waiting")
    until_s = ports.clock() + BACK_S
    told = ""
    while ports.clock() < until_s:
        line, is_over = _try(name, ports)
        if line != told and line:
            say(line)
        told = line
        if is_over:
            return
        ports.sleep(LOOK_S)
    say(f"not back within {BACK_S:g} s; plug it in and type: iontobench doctor {name}")


def _try(name: str, ports: HostPorts) -> tuple[str, bool]:
    """One look: a line to say, and whether there is no more to come."""
    try:
        with ports.opened(name) as port:
            probe = look(port)
        if probe.found is Found.SESSION:
            return "the board is back, and its session goes on: " + seen(probe), False
        if not probe.may_interrupt:
            return seen(probe), True
        with connect(name, ports) as connection:
            return "the board is back: " + last_line(connection.about()), True
    except PortError:
        return "", False


def last_line(about: BoardInfo) -> str:
    """How the board's last session ended, as it tells it."""
    if about.info is None:
        return "it has no firmware"
    last = about.last
    if last is None:
        how = "by its watchdog " if about.watchdog else ""
        return f"it was reset {how}or has run nothing since; it remembers no session, output off"
    outcome = text.OUTCOMES.get(last["outcome"], last["outcome"])
    fault = f" ({last['fault']})" if last.get("fault") else ""
    dose = f"{text.mamin(last['dose_uc'])} {signs.MAMIN}"
    return f"its last session: {outcome}{fault}; dose {dose} in {text.clock(last['t_ms'])}"


def _firmware(about: BoardInfo) -> dict[str, Any]:
    info = about.info or {}
    return {"version": info.get("firmware"), "link_version": info.get("link_version")}
