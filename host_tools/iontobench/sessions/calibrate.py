"""Takes the readings of a calibration on a bench, and puts the calibration onto a board.

Current flows in the firmware's own sessions alone, `bench.run` under its proof and supervisor: a
level on a known resistor is one session. A bench whose senses disagree would end each of them, so
its zeros, read with the output off, go onto it first. Times in s, currents in uA.
"""

from collections.abc import Callable
from statistics import fmean
from typing import Any, Protocol

from ionto.bench import Bench
from ionto.core import codes, program
from ionto.core.limits import Board
from ionto.core.units import SAMPLE_A, SAMPLE_B, SAMPLE_V, UA_Q4
from iontobench import resources, signs
from iontobench.device.calibration import CalibrationError, Row
from iontobench.device.calibration_bench import LATE_MS, SKIP_MS, staircase_words
from iontobench.device.calibration_file import PATH, ZEROS_ONLY, SenseUncertainty, pack
from iontobench.device.calibration_fit import SenseQuality, by_row
from iontobench.device.calibration_readings import MILLIVOLTS, REST, CodeReading, codes_of
from iontobench.device.connection import Connection, Scales, connect, info_after_reset
from iontobench.device.files import BoardFiles, cure_of, write
from iontobench.device.port import BoardError, HostPorts, PortError
from iontobench.errors import EndedEarlyError, NoDeviceError, UserError
from iontobench.link.events import Item, Sample
from iontobench.link.listener import HostLink, LinkConsole
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.meter import GAIN_ERROR, Meter
from iontobench.sim.noise import seeded
from iontobench.sim.port import VirtualPort
from iontobench.sim.senses import ADCS, nominal_calibration
from iontobench.uncertainty.simulated import quality_of

from .job import IDEAL_ADC
from .serial import SerialRunner

LEVEL_TOP = 0.8  # of the board's maximum, and of its compliance
LEVELS = 3
_REST_TICKS = 1000
ZERO_UA = 5.0  # further off at rest they may disagree [docs/control.md, Senses apart]
_HOLD_MS = 2500  # a simulated meter reads at once
PERSON_MS = 12_000
_COMPLETE = codes.OUTCOME_NAMES[codes.OUTCOME_COMPLETE]


class LevelWatcher:
    """A listener that keeps what the board said in its hold, and what a meter read beside it."""

    def __init__(self, meter_mv: Callable[[], float] | None):
        self._meter_mv = meter_mv
        self._rows: list[tuple[Sample, float]] = []

    def on_item(self, item: Item) -> None:
        """Keep a sample of the hold."""
        if isinstance(item, Sample) and item.state == codes.STATE_HOLD:
            self._rows.append((item, self._meter_mv() if self._meter_mv else 0.0))

    def on_tick(self, t_us: int) -> list[str]:
        """Nothing is due."""
        return []

    def settled(self) -> list[tuple[Sample, float]]:
        """The samples between the trim's settling and the last frames.

        Raises:
            CalibrationError: there are none.
        """
        rows = self._rows
        if rows:
            first_ms, last_ms = rows[0][0].t_ms + SKIP_MS, rows[-1][0].t_ms - LATE_MS
            rows = [row for row in rows if first_ms <= row[0].t_ms <= last_ms]
        if not rows:
            raise CalibrationError("the board has told no sample of its hold")
        return rows


class CalibrationBench(Protocol):
    """A board on whose leads somebody can put resistors.

    Attributes:
        board: its limits.
        scales: the scales in use, four rows; nominal: those of its design.
        has_meter: whether it reads a meter by itself.
        quality: what a reading of its senses may be off by; None: what the board's limits say.
    """

    board: Board
    scales: list[Row]
    nominal: list[Row]
    has_meter: bool
    code_top: int
    quality: SenseQuality | None

    def rest(self) -> list[float]:
        """Means of A, B (1/16 uA) and V (mV) with the output off."""
        ...

    def load(self, ohm: float, percent: float = 0.0) -> None:
        """From now on this resistor, of that tolerance, is on the leads, where the bench can see
        to it.

        Raises:
            CalibrationError: another one is.
        """

    def hold(self, words: list[int]) -> list[tuple[Sample, float]]:
        """Run a program of one level; samples of its hold, with the meter's mV where it has one.

        Raises:
            CalibrationError: it was not driven to its end.
        """
        ...

    def keep(self, rows: list[Row], date: str, sure: SenseUncertainty | None = None) -> None:
        """Put a calibration onto the board, with how sure it is, and use it."""


def take_rest(bench: CalibrationBench) -> CodeReading:
    """The reading with the output off."""
    a, b, v = codes_of(bench.rest(), bench.scales, bench.board.inside_ohm)
    return CodeReading(0, 0, 0, _REST_TICKS, a, b, v, 0.0, REST)


def rest_ua(bench: CalibrationBench, rest: CodeReading) -> float:
    """How far its senses are from 0 by that reading, the further of A and B."""
    codes_ab = (rest.a_code, rest.b_code)
    return max(
        abs(by_row(code, row)) / UA_Q4 for code, row in zip(codes_ab, bench.scales, strict=False)
    )


class AtRest(Protocol):
    """The codes of the senses with the output off."""

    @property
    def a_code(self) -> float: ...

    @property
    def b_code(self) -> float: ...

    @property
    def v_code(self) -> float: ...


def zeroed(nominal: list[Row], rest: AtRest) -> list[Row]:
    """The scales of a design, with the zeros that the senses have."""
    zeros = (rest.a_code, rest.b_code, rest.v_code)
    rows = [
        (round(zero), mul, shift) for zero, (_, mul, shift) in zip(zeros, nominal, strict=False)
    ]
    return [*rows, nominal[3]]


def mend_zeros(bench: CalibrationBench, rest: AtRest) -> None:
    """Put the zeros of the senses onto a bench."""
    bench.keep(zeroed(bench.nominal, rest), ZEROS_ONLY)


def board_told(asked: str | None, name: str) -> Board:
    """The limits of a board that says that it is `name`.

    Args:
        asked: what a person says that it is, a name or a folder; None: what it says.

    Raises:
        UserError: it is another one, or none that is known.
    """
    data = resources.board_of(asked or name)
    if data.name != name:
        raise UserError(f"the board there is a {name}, not a {data.name}; leave --board out")
    return data


def levels_ua(board: Board, ohm: float, count: int) -> list[int]:
    """The levels to hold on a resistor, the highest first.

    Raises:
        CalibrationError: the resistor leaves the board no current to speak of, or it is none of
            those that the board works with.
    """
    if board.loads_ohm and not board.loads_ohm[0] <= ohm <= board.loads_ohm[1]:
        least_ohm, most_ohm = board.loads_ohm
        raise CalibrationError(
            f"{ohm:g} {signs.OHM} are outside what {board.name} works with; take one of "
            f"{least_ohm} to {most_ohm} {signs.OHM}"
        )
    top_ua = min(board.max_ua, board.compliance_mv * 1000 / ohm) * LEVEL_TOP
    if top_ua < board.max_ua / 10:
        most_ohm = board.compliance_mv * 1000 * LEVEL_TOP * 10 / board.max_ua
        raise CalibrationError(
            f"{ohm:g} {signs.OHM} leave this board {top_ua:.0f} {signs.UA}; take one of at most "
            f"{most_ohm:.0f} {signs.OHM}"
        )
    return [int(top_ua * step / count) for step in range(count, 0, -1)]


def take_level(
    bench: CalibrationBench,
    ohm: float,
    tolerance_percent: float,
    level_ua: int,
    ask: Callable[[int], tuple[float, str]],
) -> CodeReading:
    """Hold one level, and read the meter: the bench's own, or what `ask` answers.

    Args:
        bench: with that resistor on its leads.
        ohm: the resistor; tolerance_percent: its tolerance.
        level_ua: what to hold.
        ask: what the meter said at that level, as (number, unit).

    Raises:
        CalibrationError: the session did not come to its end.
    """
    hold_ms = _HOLD_MS if bench.has_meter else PERSON_MS
    rows = bench.hold(staircase_words([level_ua], bench.board.max_ua, hold_ms))
    a_ua = fmean(sample.current_ua for sample, _ in rows)
    b_ua = fmean(sample.current_ua - sample.difference_ua for sample, _ in rows)
    v_mv = fmean(sample.load_mv for sample, _ in rows)
    shown = (a_ua * UA_Q4, b_ua * UA_Q4, v_mv)
    a, b, v = codes_of(shown, bench.scales, bench.board.inside_ohm)
    meter, unit = (fmean(mv for _, mv in rows), MILLIVOLTS) if bench.has_meter else ask(level_ua)
    return CodeReading(ohm, tolerance_percent, level_ua, len(rows), a, b, v, meter, unit)


def _complete(last: dict[str, Any] | None, outcome: str, ohm: float) -> None:
    """Raise CalibrationError for a session that was not complete."""
    if outcome != _COMPLETE:
        why = (last or {}).get("fault") or outcome
        raise CalibrationError(
            f"the known load of {ohm:g} {signs.OHM} was not driven to its end: {why}; is it on "
            "the leads, and nothing else?"
        )


class VirtualCalibrationBench:
    """The simulated bench that a seed draws, with resistors and a meter of its own.

    Args:
        board: its limits.
        adc: its converter's name.
        seed: draws the board, and within their tolerances the resistors and the meter.
        meter_percent: the meter's tolerance.
    """

    has_meter = True

    def __init__(self, board: Board, adc: str, seed: int, meter_percent: float = 100 * GAIN_ERROR):
        self.board = board
        self._seed, self._meter_error = seed, meter_percent / 100
        self._ohm = self._true_ohm = 1000.0
        self.adc = ADCS[adc](board, seed)  # one converter, whose noise goes on
        self.nominal: list[Row] = nominal_calibration(self.adc.ranges)
        self.scales = self.nominal
        self.code_top = self.adc.ranges[0].top
        self.quality = None if adc == IDEAL_ADC else quality_of(board, adc)

    def _new_plant(self) -> SimulatedBench:
        load = f"resistor:{self._true_ohm!r}"
        return SimulatedBench(self.board, load, self.adc, self._seed)

    def rest(self) -> list[float]:
        """As `CalibrationBench` says."""
        port = VirtualPort(self.board, self._new_plant(), calibration=self.scales)
        told = Bench(port, self.board).sense(_REST_TICKS)
        return [told[SAMPLE_A], told[SAMPLE_B], told[SAMPLE_V]]

    def load(self, ohm: float, percent: float = 0.0) -> None:
        """As `CalibrationBench` says."""
        share = seeded(self._seed, f"resistor {ohm:g}").uniform(-percent, percent) / 100
        self._ohm, self._true_ohm = ohm, ohm * (1.0 + share)

    def hold(self, words: list[int]) -> list[tuple[Sample, float]]:
        """As `CalibrationBench` says."""
        plant = self._new_plant()
        meter = Meter(plant, self._true_ohm, self._seed, self._meter_error)
        watcher = LevelWatcher(meter.read_mv)
        console = LinkConsole(HostLink([watcher]))
        bench = Bench(VirtualPort(self.board, plant, console, self.scales), self.board)
        data = program.pack(words)
        bench.load(data, program.crc16(data))
        last = bench.run(supervised=True)
        _complete(last, last["outcome"], self._ohm)
        return watcher.settled()

    def keep(self, rows: list[Row], date: str, sure: SenseUncertainty | None = None) -> None:
        """As `CalibrationBench` says; it is gone with this object."""
        self.scales = rows


class BoardCalibrationBench:
    """A board at a serial port; on an emulated one the port knows the load, and reads a meter.

    A context manager: the board is left at its prompt, the port closed. What its senses may be off
    by is what the board's limits say.

    Args:
        name: the port, or `auto`.
        ports: the serial ports.
        board_for: the limits of a board by the name that its firmware tells.

    Raises:
        NoDeviceError: no board, or one that cannot be calibrated as it is; what to do.
    """

    quality = None

    def __init__(self, name: str, ports: HostPorts, board_for: Callable[[str], Board]):
        self._ports = ports
        self._connection = connect(name, ports)
        self.name = self._connection.name
        try:
            self.board = board_for(self._look())
            self.code_top = self.board.code_top
        except BaseException:
            self.close()
            raise
        self._ohm = 0.0

    def __enter__(self) -> "BoardCalibrationBench":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the board at its prompt and the port to others."""
        self._connection.close()

    @property
    def has_meter(self) -> bool:
        """Whether the port reads a meter by itself."""
        return getattr(self._connection.port, "load_ohm", None) is not None

    def _look(self) -> str:
        """Take what the board tells; its name."""
        about = self._connection.about()
        trouble = about.trouble(self.name)
        if trouble is not None:
            raise NoDeviceError(f"{self.name}: {trouble}")
        scales = about.scales
        if scales is None:
            raise NoDeviceError(
                f"{self.name}: its firmware does not tell its scales; deploy the matching one: "
                f"iontobench deploy {self.name}"
            )
        info = about.info or {}
        if info.get("fault", "none") != "none":
            raise EndedEarlyError(
                f"{self.name}: a fault is latched: {info['fault']}; look into it, then "
                "bench.clear() at its prompt (iontobench repl), and calibrate again"
            )
        self._take(scales)
        return str(info.get("board"))

    def _take(self, scales: Scales) -> None:
        self.dated = scales.dated
        self.scales: list[Row] = scales.rows()
        self.nominal: list[Row] = scales.rows(scales.designed)

    def rest(self) -> list[float]:
        """As `CalibrationBench` says."""
        try:
            told = self._connection.value(f"bench.sense({_REST_TICKS})")
        except BoardError as error:
            raise NoDeviceError(f"{self.name}: its senses cannot be read ({error})") from error
        return [told[SAMPLE_A], told[SAMPLE_B], told[SAMPLE_V]]

    def load(self, ohm: float, percent: float = 0.0) -> None:
        """As `CalibrationBench` says."""
        own_ohm = getattr(self._connection.port, "load_ohm", None)
        if own_ohm not in (None, ohm):
            raise CalibrationError(
                f"{self.name} has {own_ohm:g} {signs.OHM} on its leads, not {ohm:g}; name "
                f"another address, with load=resistor:{ohm:g}, and the same --readings FILE"
            )
        self._ohm = ohm

    def hold(self, words: list[int]) -> list[tuple[Sample, float]]:
        """As `CalibrationBench` says."""
        meter = self._connection.port.meter_mv if self.has_meter else None
        watcher = LevelWatcher(meter)
        runner = SerialRunner(self._connection, self._ports.clock)
        data = program.pack(words)
        try:
            result = runner.run(data, program.crc16(data), [watcher])
        except BoardError as error:
            raise CalibrationError(f"the board refuses: {error}") from error
        if runner.lost is not None:
            raise PortError(f"{self.name}: {runner.lost}; the board ramps down by itself")
        _complete(result.last, result.outcome, self._ohm)
        return watcher.settled()

    def keep(self, rows: list[Row], date: str, sure: SenseUncertainty | None = None) -> None:
        """As `CalibrationBench` says: whole or not at all, and the board starts anew.

        Raises:
            NoDeviceError: it does not come back with it.
        """
        data = pack(rows, self.board.name, date, sure)
        try:
            files = BoardFiles(self._connection)
            write(files, f"{PATH}.new", data)
            files.rename(f"{PATH}.new", PATH)
        except BoardError as error:
            line = f"{self.name}: the calibration cannot be written ({error}); the old one stays"
            cure = cure_of(error, self.name, "calibrate again (--readings keeps what was read)")
            raise NoDeviceError(f"{line}; {cure}" if cure else line) from error
        self._connection.restart()
        info_after_reset(self.name, self._ports)
        self._connection: Connection = connect(self.name, self._ports)
        self._look()
        if self.dated != f"{self.board.name} {date}":
            raise NoDeviceError(f"{self.name}: after its restart the board is {self.dated}")
