"""Drives a board through two known loads beside a meter, and fits its calibration.

As a person at a bench would: zeros with the output off, then a staircase of currents on each
resistor, each level the mean of what the board reported and of what the meter read. Only the
firmware's own runs are used; nothing is read from the plant but its terminals, by the meter.
Currents in uA, voltages in mV.
"""

from collections.abc import Callable
from statistics import fmean

from msgspec.structs import replace

from ionto.bench import Bench
from ionto.core import codes, program
from ionto.core.limits import AREA_MAX_MM2, DENSITY_MAX_UA_CM2, SLEW_MAX_UA_S, Board
from ionto.core.units import SAMPLE_A, SAMPLE_B, SAMPLE_V, drop_scale
from iontobench import signs
from iontobench.link.events import Item, Sample
from iontobench.link.listener import HostLink, LinkConsole
from iontobench.protocols.program_words import ProgramSegment, program_words
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.meter import Meter
from iontobench.sim.port import VirtualPort
from iontobench.sim.senses import nominal_calibration

from .calibration import CalibrationError, Reading, Row, fit_calibration

LEVELS = 8
_HOLD_MS = 1500
SKIP_MS = 400  # the ramp's end and the trim's settling
LATE_MS = 300  # a frame may arrive late, when the meter sees the next ramp
_PROBE_MIN_Q4 = 80
SAMPLES_A_LEVEL = 7.5  # on the mean, what is left of a hold at ten a second
_LOAD_SHARES = (0.1, 0.6)  # of compliance at the highest level
TOP_SHARE = 0.8  # of the board's maximum
# The whole range in half a second, and no faster on a small range: a step of the ramp that is as
# much as the supervisor's own view may lag (2 ticks) would look like a sense that stands still.
_SLEW_PER_MAX = 2


def calibrate_seeded(
    board: Board,
    adc: str,
    seed: int,
    console: Callable[[HostLink], LinkConsole] = LinkConsole,
) -> list[Row]:
    """The calibration of the simulated board that `seed` draws.

    Args:
        board: its limits.
        adc: the converter, `ideal` or `rp2040`.
        seed: draws the tolerances and the noise of board, stage and meter.
        console: makes the link's end at the board; another one may be slow.

    Raises:
        CalibrationError: a load was not driven to its end, or the readings carry no fit.
    """
    loads_ohm = own_loads_ohm(board)
    rows = _zeroed(board, SimulatedBench(board, f"resistor:{loads_ohm[0]}", adc, seed))
    readings: list[Reading] = []
    code_top = 0
    for r_ohm in loads_ohm:
        plant = SimulatedBench(board, f"resistor:{r_ohm}", adc, seed)
        readings += _staircase(board, plant, rows, Meter(plant, r_ohm, seed), console)
        code_top = plant.adc.ranges[0].top
    readings = [with_shunts(one, board.inside_ohm) for one in readings]
    return fit_calibration(readings, rows, board.max_ua, code_top)


def own_loads_ohm(board: Board) -> list[int]:
    """Two resistors that reach over a board's range: its own ends, or shares of compliance."""
    top_ua = board.max_ua * TOP_SHARE
    shares = [round(share * board.compliance_mv * 1000 / top_ua) for share in _LOAD_SHARES]
    return list(board.loads_ohm) or shares


def with_shunts(one: Reading, inside_ohm: int) -> Reading:
    """A reading whose voltages are those before the port took the shunts' drop away."""
    return replace(
        one,
        v_mv=one.v_mv + one.a_ua * inside_ohm / 1000,
        meter_mv=one.meter_mv + one.meter_ua * inside_ohm / 1000,
    )


def _zeroed(board: Board, plant: SimulatedBench) -> list[Row]:
    """Nominal gains, and the zeros that the board reports at rest."""
    rows = nominal_calibration(plant.adc.ranges)
    at_rest = list(Bench(VirtualPort(board, plant, calibration=rows), board).sense())
    at_rest[SAMPLE_V] += at_rest[SAMPLE_A] * drop_scale(board.inside_ohm) >> 16
    for index, sense in enumerate((SAMPLE_A, SAMPLE_B, SAMPLE_V)):
        zero, mul, shift = rows[index]
        rows[index] = (zero + round(at_rest[sense] * (1 << shift) / mul), mul, shift)
    return rows


def _staircase(
    board: Board,
    plant: SimulatedBench,
    rows: list[Row],
    meter: Meter,
    console: Callable[[HostLink], LinkConsole],
) -> list[Reading]:
    top_ua = int(board.max_ua * TOP_SHARE)
    levels_ua = [top_ua * step // LEVELS for step in range(1, LEVELS + 1)]
    words = staircase_words(levels_ua, board.max_ua)
    watcher = _Watcher(meter)
    port = VirtualPort(board, plant, console(HostLink([watcher])), rows)
    bench = Bench(port, board)
    data = program.pack(words)
    bench.load(data, program.crc16(data))
    last = bench.run(supervised=True)
    if last["outcome"] != codes.OUTCOME_NAMES[codes.OUTCOME_COMPLETE]:
        raise CalibrationError(f"the known load was not driven to its end: {last['fault']}")
    return watcher.readings(levels_ua)


def staircase_words(levels_ua: list[int], max_ua: int, hold_ms: int = _HOLD_MS) -> list[int]:
    """The program of a staircase, rising.

    Args:
        levels_ua: its levels; max_ua: the board's maximum; hold_ms: how long each is held.
    """
    slew_ua_s = min(max_ua * _SLEW_PER_MAX, SLEW_MAX_UA_S)
    top_ua = levels_ua[-1]
    time_s = len(levels_ua) * (hold_ms // 1000 + 2) + 2 * top_ua // slew_ua_s
    stairs = [
        ProgramSegment(
            kind=program.HOLD_TIME,
            polarity=1,
            level_ua=level_ua,
            slew_ua_s=slew_ua_s,
            time_ms=hold_ms,
        )
        for level_ua in levels_ua
    ]
    return resistor_words(stairs, top_ua, slew_ua_s, top_ua * time_s, time_s)


def resistor_words(
    segments: list[ProgramSegment], peak_ua: int, slew_ua_s: int, charge_uc: int, time_s: int
) -> list[int]:
    """A program for a resistor on the leads, whose area bounds nothing; one slew up and down."""
    return program_words(
        segments,
        peak_ua=peak_ua,
        slew_ua_s=slew_ua_s,
        down_slew_ua_s=slew_ua_s,
        charge_uc=charge_uc,
        time_s=time_s,
        area_mm2=AREA_MAX_MM2,
        density_ua_cm2=DENSITY_MAX_UA_CM2,
        probe_min_q4=_PROBE_MIN_Q4,
    )


class _Watcher:
    """Reads the meter whenever the board reports a sample."""

    def __init__(self, meter: Meter):
        self._meter = meter
        self._rows: list[tuple[Sample, float, float]] = []

    def on_item(self, item: Item) -> None:
        if isinstance(item, Sample) and item.state == codes.STATE_HOLD:
            self._rows.append((item, self._meter.read_ua(), self._meter.read_mv()))

    def on_tick(self, t_us: int) -> list[str]:
        return []

    def readings(self, levels_ua: list[int]) -> list[Reading]:
        """One reading a level, from the samples after its settling."""
        readings = []
        for level_ua in levels_ua:
            rows = [row for row in self._rows if row[0].set_ua == level_ua]
            if rows:
                first_ms, last_ms = rows[0][0].t_ms + SKIP_MS, rows[-1][0].t_ms - LATE_MS
                rows = [row for row in rows if first_ms <= row[0].t_ms <= last_ms]
            if not rows:
                raise CalibrationError(f"no sample at {level_ua} {signs.UA}")
            readings.append(
                Reading(
                    a_ua=fmean(sample.current_ua for sample, _, _ in rows),
                    b_ua=fmean(sample.current_ua - sample.difference_ua for sample, _, _ in rows),
                    v_mv=fmean(sample.load_mv for sample, _, _ in rows),
                    meter_ua=fmean(ua for _, ua, _ in rows),
                    meter_mv=fmean(mv for _, _, mv in rows),
                )
            )
        return readings
