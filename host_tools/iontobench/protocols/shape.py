"""A protocol's numbers as the firmware's integers: the segments and the limits of a session.

Every quantity must be a whole number of the firmware's steps (1 uA, 60 uC, 1 ms, 1 mm2): a finer
value is refused, not rounded. Only slews are rounded, down, so that no ramp is ever shorter than
it says. Must not know a profile, a board or the header of a program.
"""

from math import ceil

import msgspec

from ionto.core import limits, program
from iontobench import signs

from .errors import ProtocolError
from .explain import range_of
from .phases import exact
from .schema import HoldPhase, OffPhase, Protocol, PulsePhase
from .segment import Segment, program_words

RAMP_DOWN_MAX_S = 100  # the supervisor's limit is 120 s behind max_time_s, the parser's 119 s


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What a session is made of, before anybody has asked how long it takes.

    `peak_ua` is the highest level, or what an operator may raise it to.
    """

    segments: list[Segment]
    down_slew_ua_s: int
    peak_ua: int
    area_mm2: int

    @property
    def slew_ua_s(self) -> int:
        """The fastest envelope; the edges of pulses are none."""
        return max(self.down_slew_ua_s, *(segment.slew_ua_s for segment in self.segments))

    @property
    def longest_down_s(self) -> int:
        """A ramp down from the peak, rounded up: the time limit may strike there."""
        return -(-self.peak_ua // self.down_slew_ua_s) + 1

    @property
    def off_s(self) -> int:
        """All OFF segments together, rounded up."""
        off_ms = sum(one.time_ms for one in self.segments if one.kind == program.OFF)
        return -(-off_ms // 1000)

    def words(
        self,
        charge_uc: int = 0,
        time_s: int = 0,
        density_ua_cm2: int = 0,
        probe_min_q4: int = 0,
        least_ohm: int = 0,
        lift_percent: int = limits.LIFT_PERCENT,
    ) -> list[int]:
        """The program; without its walls it is enough for the course of a session."""
        return program_words(
            self.segments,
            peak_ua=self.peak_ua,
            slew_ua_s=self.slew_ua_s,
            down_slew_ua_s=self.down_slew_ua_s,
            charge_uc=charge_uc,
            time_s=time_s,
            area_mm2=self.area_mm2,
            density_ua_cm2=density_ua_cm2,
            probe_min_q4=probe_min_q4,
            least_ohm=least_ohm,
            lift_percent=lift_percent,
        )


def make_shape(protocol: Protocol) -> Shape:
    """The integers of a protocol.

    Raises:
        ProtocolError: values finer than a step, ramps too slow; `all` has every one.
    """
    read = _Read(protocol)
    segments: list[Segment] = []
    polarity = protocol.polarity
    for index, phase in enumerate(protocol.phases):
        if not isinstance(phase, OffPhase) and phase.reverse:
            polarity = -polarity
        segments.append(_segment(read, index, polarity))
    levels_ua = [segment.level_ua for segment in segments if segment.level_ua]
    most_ma = protocol.max_current_ma
    peak_ua = max(levels_ua)
    if most_ma is not None:
        peak_ua = read.steps("max_current_ma", most_ma, 1000, "0.001 mA")
    down_slew_ua_s = read.slew("ramp_down_s", levels_ua[-1], protocol.ramp_down_s)
    _check_longest_down(read, levels_ua[-1], peak_ua, down_slew_ua_s)
    area_mm2 = _area_mm2(read)
    if read.wrong:
        raise read.wrong[0].with_others(read.wrong)
    return Shape(
        segments=segments, down_slew_ua_s=down_slew_ua_s, peak_ua=peak_ua, area_mm2=area_mm2
    )


class _Read:
    """Reads a protocol's numbers as integers; `wrong` gets what can be none, and goes on.

    One that is wrong is read as the nearest that is right, so that no other error comes of it.
    """

    def __init__(self, protocol: Protocol):
        self.protocol = protocol
        self.wrong: list[ProtocolError] = []

    def add(self, key: str, found: str, allowed: str, hint: str) -> None:
        """One more thing that is wrong."""
        self.wrong.append(ProtocolError(self.protocol.file, key, found, allowed, hint))

    def steps(self, key: str, value: float, per_unit: int, step: str) -> int:
        """A value in whole steps; the shortest decimal of a float is what the file said."""
        steps = exact(value) * per_unit
        if steps.denominator != 1:
            self.add(
                key,
                f"found {value!r}, finer than the firmware's step of {step}",
                f"{range_of(key)}, in steps of {step}",
                "round it",
            )
        return ceil(steps)  # of a current that is wrong the next higher: no ramp to it is slower

    def slew(self, key: str, level_ua: int, ramp_s: float) -> int:
        """The slew of a ramp from 0 to a level, rounded down."""
        slew_ua_s = int(level_ua / exact(ramp_s))
        if slew_ua_s < limits.SLEW_MIN_UA_S:
            self.add(
                key,
                f"{ramp_s:g} s over {level_ua} {signs.UA} is slower than 1 {signs.UA}/s",
                f"1 to {level_ua} s" if level_ua > 1 else "1 s",
                "shorten it",
            )
        return max(limits.SLEW_MIN_UA_S, slew_ua_s)


def _segment(read: _Read, index: int, polarity: int) -> Segment:
    phase, path = read.protocol.phases[index], f"phases[{index}]"
    if isinstance(phase, OffPhase):
        time_ms = read.steps(f"{path}.time_s", phase.time_s, 1000, "0.001 s")
        return Segment(kind=program.OFF, polarity=polarity, time_ms=time_ms)
    level_ua = read.steps(f"{path}.current_ma", phase.current_ma, 1000, "0.001 mA")
    slew_ua_s = 0
    if phase.ramp_up_s is not None:
        slew_ua_s = read.slew(f"{path}.ramp_up_s", level_ua, phase.ramp_up_s)
    if isinstance(phase, PulsePhase):
        return _pulses(read, path, phase, polarity, level_ua, slew_ua_s)
    return _hold(read, path, phase, polarity, level_ua, slew_ua_s)


def _hold(
    read: _Read, path: str, phase: HoldPhase, polarity: int, level_ua: int, slew_ua_s: int
) -> Segment:
    dose, hold_s = phase.dose_mamin or 0, phase.hold_s or 0
    charge_uc = read.steps(f"{path}.dose_mamin", dose, 1000, f"0.001 {signs.MAMIN}") * 60
    return Segment(
        kind=program.HOLD_CHARGE if charge_uc else program.HOLD_TIME,
        polarity=polarity,
        level_ua=level_ua,
        slew_ua_s=slew_ua_s,
        charge_uc=charge_uc,
        time_ms=read.steps(f"{path}.hold_s", hold_s, 1000, "0.001 s"),
    )


def _pulses(
    read: _Read, path: str, phase: PulsePhase, polarity: int, level_ua: int, slew_ua_s: int
) -> Segment:
    wrong_before = len(read.wrong)
    on_ms = read.steps(f"{path}.on_s", phase.on_s, 1000, "0.001 s")
    off_ms = read.steps(f"{path}.off_s", phase.off_s, 1000, "0.001 s")
    count, period_ms = phase.count, on_ms + off_ms + 2 * phase.edge_ms
    if count is None:
        count = int(exact(phase.time_s or 0) * 1000) // period_ms
        is_period_told = len(read.wrong) == wrong_before
        if is_period_told and not 1 <= count <= program.COUNT_MAX:
            read.add(
                f"{path}.time_s",
                f"{phase.time_s:g} s hold {count} pulses of {period_ms} ms",
                f"1 to {program.COUNT_MAX} pulses",
                "change it, or the pulses",
            )
    return Segment(
        kind=program.PULSES,
        polarity=polarity,
        level_ua=level_ua,
        slew_ua_s=slew_ua_s,
        on_ms=on_ms,
        off_ms=off_ms,
        edge_ms=phase.edge_ms,
        count=count,
    )


def _check_longest_down(read: _Read, level_ua: int, peak_ua: int, down_slew_ua_s: int) -> None:
    if any(one.key == "ramp_down_s" for one in read.wrong):
        return
    if peak_ua > RAMP_DOWN_MAX_S * down_slew_ua_s:
        least_ua_s = -(-peak_ua // RAMP_DOWN_MAX_S)
        read.add(
            "ramp_down_s",
            f"{read.protocol.ramp_down_s:g} s makes a ramp of {peak_ua // down_slew_ua_s} s from "
            f"{peak_ua / 1000:g} mA, at {down_slew_ua_s} {signs.UA}/s",
            f"1 to {level_ua // least_ua_s} s ({RAMP_DOWN_MAX_S} s from the highest)",
            "shorten it",
        )


def _area_mm2(read: _Read) -> int:
    """The smaller electrode; both have to be whole mm2, though the program carries only one."""
    electrodes = read.protocol.electrodes
    sides = {"active": electrodes.active.area_cm2, "return": electrodes.return_.area_cm2}
    return min(
        read.steps(f"electrodes.{name}.area_cm2", area_cm2, 100, f"0.01 {signs.CM2}")
        for name, area_cm2 in sides.items()
    )
