"""From readings to a calibration with its uncertainty, or the line that says why there is none.

What a reading may be off by is a `SenseQuality`: by the board's data `sigma_q4` for noise,
`accuracy_ua` for the converter's wide codes. B has half the gain of A, the voltage its own range
[docs/control.md, The stage]. Shares are of 1; uncertainties are standard ones (k = 1) unless a
name says otherwise.
"""

from collections.abc import Sequence
from math import hypot, sqrt
from typing import NamedTuple

import msgspec

from ionto.core.limits import Board
from ionto.core.units import UA_Q4
from iontobench import signs

from .calibration import (
    CODE_TOP,
    CalibrationError,
    FittedLine,
    Row,
    check_span,
    composed,
    fit_line,
)
from .calibration_file import SenseUncertainty
from .calibration_readings import MICROAMPS, MILLIVOLTS, REST, CodeReading

GAIN_MAX = 0.10  # of nominal: more is another shunt
OFFSET_MAX = 0.025  # of full scale: the RP2040's converter has 15 codes of 2048 at most [E11]
NEAR = 0.35  # how far a meter may be from the board before it is a slip of the pen
EXPLAINED = 3.5  # standard uncertainties that a residual may have
REST_UA = 1.0  # what may flow with the output off [boards/pico_pwm/README.md], S-05
RECTANGLE = sqrt(3.0)  # of a tolerance: half its width over its standard uncertainty [GUM, 4.3.7]
INSIDE_SHARE = 0.003  # of compliance at full current: B's shunt is inside the measured voltage
_UNIT_CODE: Row = (0, 1, 0)
_NAMES = ("sense A", "sense B", "load voltage")


class SenseQuality(NamedTuple):
    """What a reading of sense A may be off by: one sample's noise as a standard uncertainty, and
    how far any level may be off a line, at most."""

    noise_ua: float
    linear_ua: float


class SenseFit(msgspec.Struct, frozen=True):
    """One sense: `gain` is a share of nominal, `offset` what it said at zero by its design.

    The uncertainties are those of the row, whole codes included; `correlation` is theirs.
    """

    name: str
    unit: str
    gain: float
    u_gain: float
    offset: float
    u_offset: float
    correlation: float
    residuals: tuple[float, ...]
    allowed: tuple[float, ...]
    row: Row


class Fit(msgspec.Struct, frozen=True):
    """The calibration of a board, how sure it is, and the readings behind it, the rest first."""

    rows: list[Row]
    senses: list[SenseFit]
    readings: list[CodeReading]
    meter_percent: float

    @property
    def of_a(self) -> SenseUncertainty:
        """How sure sense A is, by which the dose is counted."""
        a = self.senses[0]
        return SenseUncertainty(a.u_gain / abs(a.gain), a.u_offset, a.correlation)


def by_row(code: float, row: Row) -> float:
    """What a row makes of a code, in the steps of its scale."""
    zero, mul, shift = row
    return (code - zero) * mul / (1 << shift)


def slip(one: CodeReading, nominal: Sequence[Row], board: Board) -> str | None:
    """Why a meter and a board cannot have seen the same thing; None: they can."""
    if one.unit == REST:
        return None
    said_ua = by_row(one.a_code, nominal[0]) / UA_Q4
    slack_ua = OFFSET_MAX * board.full_scale_ua
    told = f"the meter says {one.true_ua:.0f} {signs.UA}, the board {said_ua:.0f}"
    if abs(one.true_ua - said_ua) > NEAR * said_ua + slack_ua:
        ratio = max(one.true_ua, 1.0) / max(said_ua, 1.0)
        much = f"{max(ratio, 1 / ratio):.1f} times apart"
        return f"{told}, {much}; is the unit right, and the resistor {one.load_ohm:g} {signs.OHM}?"
    said_mv = by_row(one.v_code, nominal[2]) - said_ua * board.inside_ohm / 1000
    slack_mv = OFFSET_MAX * _v_full_mv(board)
    if abs(one.true_mv - said_mv) > NEAR * said_mv + slack_mv:
        return (
            f"the meter says {one.true_mv:.0f} mV, the board {said_mv:.0f} mV over the load; is "
            f"the resistor {one.load_ohm:g} {signs.OHM}?"
        )
    return None


def fit(
    readings: Sequence[CodeReading],
    nominal: Sequence[Row],
    board: Board,
    meter_percent: float,
    code_top: int = CODE_TOP,
    quality: SenseQuality | None = None,
) -> Fit:
    """The calibration that these readings carry.

    Args:
        readings: on known resistors, with or without the rest.
        nominal: the board's scales by its design, of A, B, V and supply.
        board: its limits.
        meter_percent: the meter's own tolerance, common to all readings.
        code_top: the converter's largest code.
        quality: of the board's senses; by default what its limits say.

    Raises:
        CalibrationError: too few, implausible, or not a line; what to do.
    """
    known = [one for one in readings if one.unit != REST]
    rest = [one for one in readings if one.unit == REST]
    for at, one in enumerate(known, 1):
        wrong = slip(one, nominal, board)
        if wrong is not None:
            raise CalibrationError(f"reading {at}: {wrong}")
    if len({round(one.true_ua / (0.02 * board.max_ua)) for one in known}) < 2:
        raise CalibrationError("the readings are at one level; take them at two currents or more")
    if len({one.load_ohm for one in known}) < 2:
        raise CalibrationError("the readings are on one resistor; take them on two or more")
    check_span([one.true_ua for one in known], board.max_ua)
    ordered = [*rest, *known]
    if quality is None:
        quality = SenseQuality(board.sigma_q4 / UA_Q4, board.accuracy_ua)
    common = _Common(board, quality, meter_percent / 100 / RECTANGLE, code_top)
    senses = [_sense(at, ordered, nominal[at], common) for at in range(3)]
    return Fit([*(one.row for one in senses), nominal[3]], senses, ordered, meter_percent)


def _v_full_mv(board: Board) -> float:
    return board.compliance_mv * 1.25


class _Common(NamedTuple):
    """What is the same for all three senses; `meter` is a standard uncertainty, a share."""

    board: Board
    quality: SenseQuality
    meter: float
    code_top: int

    def sigma(self, at: int, one: CodeReading) -> float:
        """Standard uncertainty of a reading: noise of the mean, wide codes, what flows at rest."""
        board, coarse = self.board, 2 if at == 1 else 1  # a code of B is two of A
        noise_ua = self.quality.noise_ua / sqrt(one.samples)
        wide_ua = self.quality.linear_ua / RECTANGLE
        rest_ua = REST_UA / RECTANGLE if one.unit == REST else 0.0
        total_ua = hypot(noise_ua * coarse, wide_ua * coarse, rest_ua)
        if at < 2:
            return total_ua
        inside_mv = INSIDE_SHARE * board.compliance_mv * one.true_ua / board.max_ua
        return hypot(total_ua * _v_full_mv(board) / board.full_scale_ua, inside_mv / RECTANGLE)


def _sense(at: int, readings: Sequence[CodeReading], nominal: Row, common: _Common) -> SenseFit:
    """Fit one sense in its own codes, and judge it."""
    is_voltage = at == 2
    codes = [(one.a_code, one.b_code, one.v_code)[at] for one in readings]
    board = common.board
    true = [_at_node_mv(one, board) if is_voltage else one.true_ua for one in readings]
    sigmas = [common.sigma(at, one) for one in readings]
    # The resistor's tolerance is in whatever the meter does not read itself.
    by_resistor = MICROAMPS if is_voltage else MILLIVOLTS
    shares = [
        one.tolerance_percent / 100 / RECTANGLE if one.unit == by_resistor else 0.0
        for one in readings
    ]
    groups = [round(one.load_ohm * 1000) for one in readings]
    line = fit_line(codes, true, sigmas, groups, shares)
    allowed = [
        EXPLAINED * hypot(sigma, (share + common.meter) * value)
        for sigma, share, value in zip(sigmas, shares, true, strict=True)
    ]
    made = _made(at, line, allowed, nominal, common)
    _judge(made, readings, _v_full_mv(board) if is_voltage else board.full_scale_ua)
    return made


def _at_node_mv(one: CodeReading, board: Board) -> float:
    """What the converter has to see, for the load's own voltage to be the true one."""
    return one.true_mv + one.true_ua * board.inside_ohm / 1000


def _made(
    at: int, line: FittedLine, allowed: Sequence[float], nominal: Row, common: _Common
) -> SenseFit:
    """A line as a row of whole numbers, and how sure that row is."""
    per_unit = 1.0 if at == 2 else float(UA_Q4)
    step = nominal[1] / (1 << nominal[2]) / per_unit
    gain = line.gain / step
    zero_code = -line.offset / line.gain
    row = composed(_UNIT_CODE, line.gain * per_unit, line.offset * per_unit, 1.0, common.code_top)
    u_line = line.u_gain / abs(line.gain)
    u_gain = hypot(u_line, common.meter, 0.5 / abs(row[1]) / RECTANGLE)
    u_zero = hypot(line.u_zero, 0.5 * abs(line.gain) / RECTANGLE)  # the zero is whole codes
    return SenseFit(
        name=_NAMES[at],
        unit="mV" if at == 2 else signs.UA,
        gain=gain,
        u_gain=u_gain * abs(gain),
        offset=(zero_code - nominal[0]) * step,
        u_offset=u_zero,
        correlation=line.correlation * u_line * line.u_zero / (u_gain * u_zero),
        residuals=line.residuals,
        allowed=tuple(allowed),
        row=row,
    )


def _judge(made: SenseFit, readings: Sequence[CodeReading], full: float) -> None:
    """Raise CalibrationError for a fit that no healthy board has."""
    if not 1 - GAIN_MAX <= made.gain <= 1 + GAIN_MAX:
        raise CalibrationError(
            f"{made.name}: its gain is {made.gain:.3f} of its design's; allowed: "
            f"{1 - GAIN_MAX:.2f} to {1 + GAIN_MAX:.2f}; look at its shunt or divider"
        )
    most = OFFSET_MAX * full
    if abs(made.offset) > most:
        raise CalibrationError(
            f"{made.name}: its offset is {made.offset:.0f} {made.unit}; allowed: at most "
            f"{most:.0f}; look at its zero with the output off"
        )
    over = [abs(one) / most for one, most in zip(made.residuals, made.allowed, strict=True)]
    worst = max(range(len(over)), key=over.__getitem__)
    if over[worst] > 1:
        one = readings[worst]
        raise CalibrationError(
            f"{made.name}: {one.load_ohm:g} {signs.OHM} at {one.level_ua} {signs.UA} is "
            f"{made.residuals[worst]:+.1f} {made.unit} off the line; noise and tolerances explain "
            f"{made.allowed[worst]:.1f}; read it again, and check that resistor"
        )
