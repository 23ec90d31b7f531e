"""A protocol's numbers as the firmware's integers, and the session they plan.

Every quantity must be a whole number of the firmware's steps (1 uA, 60 uC, 1 ms, 1 mm2): a finer
value is refused, not rounded. Only slews are rounded, down, so that no ramp is ever shorter than
it says. Must not know a profile, a board or the words of a program.
"""

from fractions import Fraction
from math import ceil

import msgspec

from ionto.core import limits

from .errors import ProtocolError, RefusedError
from .explain import range_of
from .schema import Phase, Protocol

RAMP_DOWN_MAX_S = 100  # the supervisor's wall is 120 s behind max_time_s
_NOMINAL_TIMES = 2  # a limited constant dose may stretch to twice its time [control.md]


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """One phase: its level, the slew to it, and either its charge or its time (the other is 0)."""

    level_ua: int
    slew_ua_s: int
    charge_uc: int
    time_ms: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a session does when nothing limits it.

    `planned_uc` is the gross charge and `nominal_s` the energised time, ramps included.
    """

    holds: list[Hold]
    down_slew_ua_s: int
    area_mm2: int
    planned_uc: int
    nominal_s: int
    max_time_s: int


def make_plan(protocol: Protocol) -> Plan:
    """The integers of a protocol.

    Raises:
        ProtocolError: a value finer than a step, or a dose that its ramps alone exceed.
        RefusedError: a session that cannot end within the wall of 4 h.
    """
    holds = [_hold(protocol, index) for index in range(len(protocol.phases))]
    last = len(holds) - 1
    down_slew_ua_s = _slew(protocol, "ramp_down_s", holds[last].level_ua, protocol.ramp_down_s)
    longest_down_s = _longest_down_s(protocol, holds, down_slew_ua_s)
    down_s = Fraction(holds[last].level_ua, down_slew_ua_s)
    down_uc = down_s * holds[last].level_ua / 2
    planned_uc, nominal_s, from_ua = Fraction(0), down_s, 0
    for index, hold in enumerate(holds):
        tail_uc = down_uc if index == last else Fraction(0)
        charge_uc, time_s = _nominal(protocol, index, hold, from_ua, tail_uc)
        planned_uc, nominal_s, from_ua = planned_uc + charge_uc, nominal_s + time_s, hold.level_ua
    return Plan(
        holds=holds,
        down_slew_ua_s=down_slew_ua_s,
        area_mm2=_area_mm2(protocol),
        planned_uc=ceil(planned_uc),
        nominal_s=ceil(nominal_s),
        max_time_s=_max_time_s(protocol, ceil(nominal_s), longest_down_s),
    )


def _hold(protocol: Protocol, index: int) -> Hold:
    phase: Phase = protocol.phases[index]
    path = f"phases[{index}]"
    level_ua = _steps(protocol, f"{path}.current_ma", phase.current_ma, 1000, "0.001 mA")
    dose, hold_s = phase.dose_mamin or 0, phase.hold_s or 0
    return Hold(
        level_ua=level_ua,
        slew_ua_s=_slew(protocol, f"{path}.ramp_up_s", level_ua, phase.ramp_up_s),
        charge_uc=_steps(protocol, f"{path}.dose_mamin", dose, 1000, "0.001 mA·min") * 60,
        time_ms=_steps(protocol, f"{path}.hold_s", hold_s, 1000, "0.001 s"),
    )


def _steps(protocol: Protocol, key: str, value: float, per_unit: int, step: str) -> int:
    """A value in whole steps; the shortest decimal of a float is what the file said."""
    steps = _exact(value) * per_unit
    if steps.denominator != 1:
        raise ProtocolError(
            protocol.file,
            key,
            f"found {value!r}, finer than the firmware's step of {step}",
            f"{range_of(key)}, in steps of {step}",
            "round it",
        )
    return steps.numerator


def _exact(value: float) -> Fraction:
    return Fraction(str(value))


def _slew(protocol: Protocol, key: str, level_ua: int, ramp_s: float) -> int:
    slew_ua_s = int(level_ua / _exact(ramp_s))
    if slew_ua_s < limits.SLEW_MIN_UA_S:
        raise ProtocolError(
            protocol.file,
            key,
            f"{ramp_s:g} s over {level_ua} uA is slower than 1 uA/s",
            f"1 to {level_ua} s" if level_ua > 1 else "1 s",
            "shorten it",
        )
    return slew_ua_s


def _longest_down_s(protocol: Protocol, holds: list[Hold], down_slew_ua_s: int) -> int:
    """A ramp down from the highest level, rounded up: the time limit may strike there."""
    peak_ua = max(hold.level_ua for hold in holds)
    if peak_ua > RAMP_DOWN_MAX_S * down_slew_ua_s:
        least_ua_s = -(-peak_ua // RAMP_DOWN_MAX_S)
        raise ProtocolError(
            protocol.file,
            "ramp_down_s",
            f"{protocol.ramp_down_s:g} s makes a ramp of {peak_ua // down_slew_ua_s} s from "
            f"{peak_ua / 1000:g} mA, at {down_slew_ua_s} uA/s",
            f"1 to {holds[-1].level_ua // least_ua_s} s ({RAMP_DOWN_MAX_S} s from the highest)",
            "shorten it",
        )
    return -(-peak_ua // down_slew_ua_s) + 1


def _nominal(
    protocol: Protocol, index: int, hold: Hold, from_ua: int, tail_uc: Fraction
) -> tuple[Fraction, Fraction]:
    """(charge, time without the last ramp down) of a phase that starts at `from_ua`.

    A ramp from a to b at slew s takes |b - a| / s and carries |b^2 - a^2| / (2 s).
    """
    ramp_s = Fraction(abs(hold.level_ua - from_ua), hold.slew_ua_s)
    ramp_uc = ramp_s * (hold.level_ua + from_ua) / 2
    if not hold.charge_uc:
        hold_s = Fraction(hold.time_ms, 1000)
        return ramp_uc + hold.level_ua * hold_s + tail_uc, ramp_s + hold_s
    held_uc = hold.charge_uc - ramp_uc - tail_uc
    if held_uc < 0:
        key = f"phases[{index}].dose_mamin"
        least = ceil((ramp_uc + tail_uc) / 60) / 1000
        raise ProtocolError(
            protocol.file,
            key,
            f"{hold.charge_uc / 60000:g} mA·min is less than the phase's ramps alone carry",
            f"{least:g} mA·min or more, with these ramps",
            "shorten the ramps or raise the dose",
        )
    return Fraction(hold.charge_uc), ramp_s + held_uc / hold.level_ua


def _area_mm2(protocol: Protocol) -> int:
    """The smaller electrode; both have to be whole mm2, though the program carries only one."""
    electrodes = protocol.electrodes
    sides = {"active": electrodes.active.area_cm2, "return": electrodes.return_.area_cm2}
    return min(
        _steps(protocol, f"electrodes.{name}.area_cm2", area_cm2, 100, "0.01 cm²")
        for name, area_cm2 in sides.items()
    )


def _max_time_s(protocol: Protocol, nominal_s: int, down_s: int) -> int:
    """The file's limit, or twice the nominal time, with room for the ramp down before the wall."""
    most_s = limits.TIME_WALL_S - down_s
    if nominal_s > most_s:
        raise RefusedError(
            protocol.file,
            "phases",
            f"the session takes {nominal_s} s",
            f"at most {most_s} s, 4 h with the ramp down",
            "lower the dose or the times",
        )
    if protocol.max_time_s is None:
        return min(_NOMINAL_TIMES * nominal_s, most_s)
    if not nominal_s <= protocol.max_time_s <= most_s:
        raise ProtocolError(
            protocol.file,
            "max_time_s",
            f"found {protocol.max_time_s}",
            f"{nominal_s} s (the nominal time) to {most_s} s (4 h with the ramp down)",
            "leave it out for twice the nominal time",
        )
    return protocol.max_time_s
