"""A protocol's numbers as the firmware's integers: the words of its program, and their timeline.

Every quantity must be a whole number of the firmware's steps (1 uA, 60 uC, 1 ms, 1 mm2): a finer
value is refused, not rounded. Only slews are rounded, down, so that no ramp is ever shorter than
it says. Must not know a profile or a board: the limits that depend on them are still 0.
"""

from fractions import Fraction
from math import ceil

from ionto.core import limits, program
from iontobench import signs

from .program_words import ProgramSegment, program_words
from .schema import HoldPhase, OffPhase, Protocol, PulsePhase
from .schema_errors import ProtocolError, RefusedError, exact, located, range_of
from .timeline import Timeline

RAMP_DOWN_MAX_S = 100  # the supervisor's limit is 120 s behind max_time_s, the parser's 119 s
# a limited constant dose may stretch to twice its time [docs/control.md, Limited]
_NOMINAL_TIMES = 2


@located
def lower(protocol: Protocol) -> Timeline:
    """The timeline of a protocol, with the limit of its time.

    Raises:
        ProtocolError: values finer than a step, ramps too slow, doses that their ramps alone
            exceed; `all` has every one.
        RefusedError: a session that cannot end within the wall of 4 h.
    """
    timeline = Timeline(_words(protocol))
    if errors := _dose_errors(protocol, timeline):
        raise errors[0].with_others(errors)
    return timeline.with_header({program.H_TIME_S: _max_time_s(protocol, timeline)})


def _words(protocol: Protocol) -> list[int]:
    """The program without its limits of charge, time, density and load."""
    read = _Read(protocol)
    segments: list[ProgramSegment] = []
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
    return program_words(
        segments,
        peak_ua=peak_ua,
        # The fastest envelope; the edges of pulses are none.
        slew_ua_s=max(down_slew_ua_s, *(segment.slew_ua_s for segment in segments)),
        down_slew_ua_s=down_slew_ua_s,
        charge_uc=0,
        time_s=0,
        area_mm2=area_mm2,
        density_ua_cm2=0,
        probe_min_q4=0,
    )


def _dose_errors(protocol: Protocol, timeline: Timeline) -> list[ProtocolError]:
    """Each dose that is less than what its phase's own ramps carry."""
    found = []
    for index, segment in enumerate(timeline.segments):
        # A hold by charge carries its dose, or all of its ramps where they exceed it.
        least_uc = timeline.charges_uc[index]
        if segment.kind != program.HOLD_CHARGE or least_uc <= segment.charge_uc:
            continue
        dose_mamin = float(Fraction(segment.charge_uc, 60000))
        found.append(
            ProtocolError(
                protocol.file,
                f"phases[{index}].dose_mamin",
                f"{dose_mamin:g} {signs.MAMIN} is less than the phase's ramps alone carry",
                f"{ceil(least_uc / 60) / 1000:g} {signs.MAMIN} or more, with these ramps",
                "shorten the ramps or raise the dose",
            )
        )
    return found


def _max_time_s(protocol: Protocol, timeline: Timeline) -> int:
    """The file's limit, or twice the nominal time, with room for the ramps down before the wall.

    Two ramps where the time may be up while the current turns: see `bounds`, time.
    """
    nominal_s, off_s = timeline.nominal_s, timeline.off_s
    # From the peak, rounded up: the time limit may strike there.
    longest_down_s = -(-timeline.peak_ua // timeline.down_slew_ua_s) + 1
    most_s = limits.TIME_WALL_S - (2 if timeline.restarts else 1) * longest_down_s - off_s
    off = " and the phases that are off" if off_s else ""
    if nominal_s > most_s:
        raise RefusedError(
            protocol.file,
            "phases",
            f"the session takes {nominal_s} s",
            f"at most {most_s} s, 4 h with the ramp down{off}",
            "lower the dose or the times",
        )
    if protocol.max_time_s is None:
        return min(_NOMINAL_TIMES * nominal_s, most_s)
    if not nominal_s <= protocol.max_time_s <= most_s:
        raise ProtocolError(
            protocol.file,
            "max_time_s",
            f"found {protocol.max_time_s}",
            f"{nominal_s} s (the nominal time) to {most_s} s (4 h with the ramp down{off})",
            "leave it out for twice the nominal time",
        )
    return protocol.max_time_s


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


def _segment(read: _Read, index: int, polarity: int) -> ProgramSegment:
    phase, path = read.protocol.phases[index], f"phases[{index}]"
    if isinstance(phase, OffPhase):
        time_ms = read.steps(f"{path}.time_s", phase.time_s, 1000, "0.001 s")
        return ProgramSegment(kind=program.OFF, polarity=polarity, time_ms=time_ms)
    level_ua = read.steps(f"{path}.current_ma", phase.current_ma, 1000, "0.001 mA")
    slew_ua_s = 0
    if phase.ramp_up_s is not None:
        slew_ua_s = read.slew(f"{path}.ramp_up_s", level_ua, phase.ramp_up_s)
    if isinstance(phase, PulsePhase):
        return _pulses(read, path, phase, polarity, level_ua, slew_ua_s)
    return _hold(read, path, phase, polarity, level_ua, slew_ua_s)


def _hold(
    read: _Read, path: str, phase: HoldPhase, polarity: int, level_ua: int, slew_ua_s: int
) -> ProgramSegment:
    dose, hold_s = phase.dose_mamin or 0, phase.hold_s or 0
    charge_uc = read.steps(f"{path}.dose_mamin", dose, 1000, f"0.001 {signs.MAMIN}") * 60
    return ProgramSegment(
        kind=program.HOLD_CHARGE if charge_uc else program.HOLD_TIME,
        polarity=polarity,
        level_ua=level_ua,
        slew_ua_s=slew_ua_s,
        charge_uc=charge_uc,
        time_ms=read.steps(f"{path}.hold_s", hold_s, 1000, "0.001 s"),
    )


def _pulses(
    read: _Read, path: str, phase: PulsePhase, polarity: int, level_ua: int, slew_ua_s: int
) -> ProgramSegment:
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
    return ProgramSegment(
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
