"""The boards that a bring-up can look at: one at a serial port, or a simulated one.

Current flows in the firmware's own sessions alone, `bench.run` under its proof and supervisor.
Currents in uA, loads in ohm. Which steps there are is in `steps`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from ionto.bench import Bench
from ionto.core import program
from ionto.core.limits import Board
from ionto.core.units import SAMPLE_A, SAMPLE_B, SAMPLE_INPUTS, SAMPLE_SUPPLY, SAMPLE_V, UA_Q4
from iontobench import resources
from iontobench.device.calibration import Row
from iontobench.device.calibration_readings import codes_of
from iontobench.device.connection import Connection, Scales, connect
from iontobench.device.port import BoardError, HostPorts, LinkLostError, PortError, is_emulated
from iontobench.errors import EndedEarlyError, NoDeviceError, UserError
from iontobench.link.listener import HostLink, LinkConsole, Listener
from iontobench.sessions.calibrate import (
    BoardCalibrationBench,
    board_told,
    mend_zeros,
    zeroed,
)
from iontobench.sessions.serial import SerialRunner
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.port import VirtualPort
from iontobench.sim.senses import nominal_calibration, own_adc

from .lines import look
from .seen import OUTPUTS, STOPPED, LineSeen, RestSeen, SessionSeen, SessionWatcher

_REST_TICKS = 1000


class BringUpBench(Protocol):
    """A board under bring-up.

    Attributes:
        name: what to type for it; board_id: its chip's; board: its limits.
        nominal: the scales of its design.
        load_ohm: the resistor on its leads, where it is known without asking.
        can_lift: whether it can take the load off by itself.
        is_simulated: whether nobody has to connect anything.
    """

    name: str
    board_id: str
    board: Board
    load_ohm: float | None
    is_simulated: bool

    @property
    def can_lift(self) -> bool: ...

    @property
    def nominal(self) -> list[Row]: ...

    def lines(self) -> dict[str, LineSeen]:
        """Its output lines as inputs."""
        ...

    def rest(self) -> RestSeen:
        """Its senses with the output off."""
        ...

    def run(self, words: list[int], polarity: int = 1) -> SessionSeen:
        """One session; a fault that it latches is cleared by the next one of this bring-up.

        Raises:
            KeyboardInterrupt: Ctrl-C; the output is off.
        """
        ...

    def lift(self, off: bool) -> None:
        """Take the load off the leads, or put it back, where it can."""

    def keep_zeros(self, rest: RestSeen) -> None:
        """Use the zeros that the senses have at rest from now on.

        Raises:
            NoDeviceError: the board does not take them, or does not come back with them.
        """

    def calibrated(self) -> str | None:
        """Board and date of its calibration; None: it has none."""
        ...

    def released(self) -> Any:
        """A context in which the port is another's."""
        ...


def board_for(asked: str | None) -> Callable[[str], Board]:
    """The limits of a board by the name that its firmware tells.

    Args:
        asked: what a person says that it is, a name or a folder; None: a board of this project.

    Raises:
        UserError: from the call: it is another one, or one that this program does not know.
    """

    def data_of(name: str) -> Board:
        if asked is None and name not in resources.board_names():
            raise UserError(
                f"the board there is a {name}, which this program does not know; give its "
                "folder: --board PATH"
            )
        return board_told(asked, name)

    return data_of


def _rest_of(told: Sequence[int], scales: Sequence[Row], inside_ohm: int) -> RestSeen:
    shown = [told[at] for at in (SAMPLE_A, SAMPLE_B, SAMPLE_V)]
    a, b, v = codes_of(shown, scales, inside_ohm)
    off_ua = max(abs(told[SAMPLE_A]), abs(told[SAMPLE_B])) / UA_Q4
    return RestSeen(a, b, v, off_ua, supply_mv=told[SAMPLE_SUPPLY], inputs=told[SAMPLE_INPUTS])


class VirtualBringUpBench:
    """A simulated board as a seed draws it, with the mistakes that a test or a person wants.

    Args:
        board: its limits.
        load_ohm: the resistor on its leads.
        seed: draws tolerances and noise.
        faults: kinds of `iontobench run --fault`, there from the beginning.
        lines: those of its output lines that are not as they should be.
        plant_for: makes the plant on a load, where another one is wanted.
    """

    name = "virtual"
    can_lift = True
    is_simulated = True

    def __init__(
        self,
        board: Board,
        load_ohm: float = 5000.0,
        seed: int = 1,
        faults: Sequence[str] = (),
        lines: dict[str, LineSeen] | None = None,
        plant_for: Callable[..., SimulatedBench] = SimulatedBench,
    ):
        self.board, self.load_ohm = board, load_ohm
        self.board_id = f"{board.name}-{seed}"
        self._seed, self._faults, self._plant_for = seed, tuple(faults), plant_for
        self._lines = {line: LineSeen(0, 0) for line in OUTPUTS} | (lines or {})
        self._is_off = False
        self.scales: list[Row] = self.nominal

    @property
    def nominal(self) -> list[Row]:
        """The scales of its design."""
        return nominal_calibration(self._plant().adc.ranges)

    def _plant(self) -> SimulatedBench:
        faults = (*self._faults, "open@0") if self._is_off else self._faults
        load = f"resistor:{self.load_ohm:g}"
        return self._plant_for(self.board, load, own_adc(self.board), self._seed, faults)

    def lines(self) -> dict[str, LineSeen]:
        """As `BringUpBench` says."""
        return dict(self._lines)

    def rest(self) -> RestSeen:
        """As `BringUpBench` says."""
        port = VirtualPort(self.board, self._plant(), calibration=self.scales)
        told = Bench(port, self.board).sense(_REST_TICKS)
        return _rest_of(told, self.scales, self.board.inside_ohm)

    def run(self, words: list[int], polarity: int = 1) -> SessionSeen:
        """As `BringUpBench` says; each session is on a new bench."""
        watcher = SessionWatcher()
        console = LinkConsole(HostLink([watcher]))
        bench = Bench(VirtualPort(self.board, self._plant(), console, self.scales), self.board)
        data = program.pack(words)
        bench.load(data, program.crc16(data))
        last = bench.run(supervised=True)
        if last["outcome"] == STOPPED:
            raise KeyboardInterrupt
        return watcher.seen(last, bench.snapshot(), polarity)

    def lift(self, off: bool) -> None:
        """As `BringUpBench` says."""
        self._is_off = off

    def keep_zeros(self, rest: RestSeen) -> None:
        """As `BringUpBench` says; they are gone with this object."""
        self.scales = zeroed(self.nominal, rest)

    def calibrated(self) -> str | None:
        """Never: each of its sessions makes its own."""
        return None

    @contextmanager
    def released(self) -> Iterator[None]:
        """It holds no port."""
        yield


class BoardBringUpBench:
    """A board at a serial port. A context manager that leaves it at its prompt, the port closed.

    Args:
        name: the port, or `auto`.
        ports: the serial ports.
        board_for: the limits of a board by the name that its firmware tells.
        own_fault: of a board, the fault that this bring-up has latched on it; it is cleared.

    Raises:
        NoDeviceError: no board there, or one without the matching firmware; what to do.
        EndedEarlyError: another fault is latched.
    """

    def __init__(
        self,
        name: str,
        ports: HostPorts,
        board_for: Callable[[str], Board],
        own_fault: Callable[[str], str | None] = lambda board_id: None,
    ):
        self._ports, self._board_for = ports, board_for
        self._held: Connection | None = connect(name, ports)
        self.name = self._held.name
        self.is_simulated = is_emulated(self.name)
        self.load_ohm: float | None = getattr(self._held.port, "load_ohm", None)
        try:
            self.board = board_for(self._look(own_fault))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "BoardBringUpBench":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the board at its prompt and the port to others."""
        if self._held is not None:
            self._held.close()
            self._held = None

    @property
    def lead(self) -> Callable[[bool], None] | None:
        """Takes a lead off the load or puts it back: an emulated board does so by itself."""
        return getattr(self._connection.port, "lead", None)

    @property
    def can_lift(self) -> bool:
        """As `BringUpBench` says."""
        return self.lead is not None

    @property
    def _connection(self) -> Connection:
        if self._held is None:
            raise PortError(f"{self.name}: the port is closed; open the board again")
        return self._held

    def _look(self, own_fault: Callable[[str], str | None]) -> str:
        about = self._connection.about()
        trouble = about.trouble(self.name)
        if trouble is not None:
            raise NoDeviceError(f"{self.name}: {trouble}")
        if about.scales is None:
            raise NoDeviceError(
                f"{self.name}: its firmware does not tell its scales; deploy the matching one: "
                f"iontobench deploy {self.name}"
            )
        info = about.info or {}
        fault = str(info.get("fault", "none"))
        if fault not in ("none", own_fault(about.id)):
            raise EndedEarlyError(
                f"{self.name}: a fault is latched: {fault}; look into it, then bench.clear() at "
                "its prompt (iontobench repl), and go on"
            )
        if fault != "none":
            self.clear()  # this bring-up tests it anew
        self.board_id = about.id or "unknown"
        self.firmware = str(info.get("firmware"))
        self.python, self.machine = about.version, about.machine
        self._scales: Scales = about.scales
        return str(about.board)

    @property
    def nominal(self) -> list[Row]:
        """The scales of its design."""
        return self._scales.rows(self._scales.designed)

    def lines(self) -> dict[str, LineSeen]:
        """As `BringUpBench` says."""
        return self._asked(lambda: look(self._connection), "its lines cannot be read")

    def rest(self) -> RestSeen:
        """As `BringUpBench` says."""
        asked = f"bench.sense({_REST_TICKS})"
        told = self._asked(lambda: self._connection.value(asked), "its senses cannot be read")
        return _rest_of(told, self._scales.rows(), self.board.inside_ohm)

    def _asked(self, ask: Callable[[], Any], what: str) -> Any:
        try:
            return ask()
        except LinkLostError as error:
            raise LinkLostError(f"{self.name}: {error}") from error
        except BoardError as error:
            raise NoDeviceError(f"{self.name}: {what} ({error})") from error

    def run(self, words: list[int], polarity: int = 1) -> SessionSeen:
        """As `BringUpBench` says."""
        watcher = SessionWatcher()
        data = program.pack(words)
        last, flat = self.ran(data, program.crc16(data), watcher)
        if last["outcome"] == STOPPED:
            raise KeyboardInterrupt
        return watcher.seen(last, flat, polarity)

    def asked(self, ask: Callable[[Connection], Any]) -> Any:
        """What `ask` makes of the board at its prompt."""
        return ask(self._connection)

    def clear(self) -> None:
        """Leave a fault that a session of ours has latched."""
        self._connection.repl.do("bench.clear()")

    def ran(self, data: bytes, crc: int, listener: Listener) -> tuple[dict[str, Any], list[int]]:
        """Run a program: what the board says of its end, and its last second.

        Raises:
            PortError: the link broke.
            EndedEarlyError: the board refuses.
        """
        runner = SerialRunner(self._connection, self._ports.clock)
        try:
            self.clear()
            result = runner.run(data, crc, [listener])
        except LinkLostError as error:
            raise LinkLostError(f"{self.name}: {error}; nothing was started") from error
        except BoardError as error:
            raise EndedEarlyError(f"{self.name}: the board refuses: {error}") from error
        if runner.lost is not None:
            raise PortError(f"{self.name}: {runner.lost}; the board ramps down by itself")
        flat = self._asked(lambda: self._connection.value("bench.snapshot()"), "no snapshot")
        return result.last, flat

    def lift(self, off: bool) -> None:
        """As `BringUpBench` says; of a real board a hand does it."""
        if self.lead is not None:
            self.lead(off)

    def calibrated(self) -> str | None:
        """As `BringUpBench` says."""
        return None if self._scales.trouble else self._scales.told

    def keep_zeros(self, rest: RestSeen) -> None:
        """As `BringUpBench` says: a file on the board, which then starts anew."""
        with self.released():
            bench: Any = BoardCalibrationBench(self.name, self._ports, self._board_for)
            with bench:
                mend_zeros(bench, rest)

    @contextmanager
    def released(self) -> Iterator[None]:
        """As `BringUpBench` says; afterwards it is looked at anew."""
        self.close()
        try:
            yield
        finally:
            self._held = connect(self.name, self._ports)
            about = self._held.about()
            if about.scales is not None:
                self._scales = about.scales
