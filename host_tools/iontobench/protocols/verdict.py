"""Compares the bounds of a program with every wall that stands, a row a wall.

Rows are in the units of people (mA, mA/cm2, mA/s, mA min, C/cm2, s). The programmed bound is
judged; where the supervisor would cut is shown beside it. Charge is judged in steps of
0.1 mA min, the step in which doses and their walls are stated: the firmware's own steps are
shorter, but a bound has to allow for them. The plan itself is judged exactly.
Must not raise on a wall that is passed: a table shows all of them.
"""

from math import ceil

from ionto.core import limits, program
from ionto.core.units import UA_Q4, UC_PER_MAMIN

from .bounds import bounds, trips
from .families import FAMILIES, Family
from .plan import Plan
from .probe import LEAST_UA
from .profiles import Profile
from .rows import Row
from .schema import Protocol

_DOSE_STEP_UC = UC_PER_MAMIN // 10


def judge(
    protocol: Protocol, profile: Profile, board: limits.Board, plan: Plan, words: list[int]
) -> list[Row]:
    """Every wall for these words, in the order of the table."""
    family = FAMILIES[protocol.family]
    return [
        *_current(protocol, family, board, words),
        _density(protocol, profile, board, words),
        _slew(protocol, family, words),
        *_charge(protocol, family, board, plan, words),
        _time(words, board),
        _probe(protocol, words),
    ]


def _highest(protocol: Protocol) -> str:
    """The key of the highest current."""
    currents = [phase.current_ma for phase in protocol.phases]
    return f"phases[{currents.index(max(currents))}].current_ma"


def _smaller(protocol: Protocol) -> str:
    """The key of the smaller electrode."""
    electrodes = protocol.electrodes
    smaller = electrodes.active.area_cm2 <= electrodes.return_.area_cm2
    return f"electrodes.{'active' if smaller else 'return'}.area_cm2"


def _current(
    protocol: Protocol, family: Family, board: limits.Board, words: list[int]
) -> list[Row]:
    bound_ua, trip_ua = bounds(words).peak_ua, trips(words, board).peak_ua
    owners = [
        ("peak current, family", round(family.current_ma * 1000), f"family {protocol.family}"),
        ("peak current, board", board.max_ua, f"board {board.name}"),
    ]
    return [
        Row(
            quantity=quantity,
            bound=bound_ua / 1000,
            trip=trip_ua / 1000,
            limit=limit_ua / 1000,
            unit="mA",
            digits=3,
            source=source,
            ok=bound_ua <= limit_ua,
            key=_highest(protocol),
            advice=f"lower it to {limit_ua / 1000:g} mA or less",
        )
        for quantity, limit_ua, source in owners
    ]


def _density(protocol: Protocol, profile: Profile, board: limits.Board, words: list[int]) -> Row:
    bound, limit = bounds(words), profile.density_ua_cm2[protocol.application]
    area_mm2 = words[program.H_AREA_MM2]
    most_ma = limit * area_mm2 // 100 / 1000
    least_cm2 = ceil(bound.peak_ua * 100 / limit) / 100
    return Row(
        quantity="current density",
        bound=bound.density_ua_cm2 / 1000,
        trip=trips(words, board).density_ua_cm2 / 1000,
        limit=limit / 1000,
        unit="mA/cm²",
        digits=3,
        source=f"profile {profile.name}, {protocol.application}",
        ok=bound.density_ua_cm2 <= limit,
        key=_highest(protocol),
        advice=f"lower it to {most_ma:g} mA or less, or make both electrodes "
        f"{least_cm2:g} cm² or larger",
    )


def _slew(protocol: Protocol, family: Family, words: list[int]) -> Row:
    bound_ua_s = bounds(words).slew_ua_s
    limit_ua_s = round(family.slew_ma_s * 1000)
    ramps = {
        f"phases[{index}].ramp_up_s": (phase.current_ma, phase.ramp_up_s)
        for index, phase in enumerate(protocol.phases)
    }
    ramps["ramp_down_s"] = (protocol.phases[-1].current_ma, protocol.ramp_down_s)
    key = max(ramps, key=lambda name: ramps[name][0] / ramps[name][1])
    return Row(
        quantity="slew",
        bound=bound_ua_s / 1000,
        trip=None,
        limit=limit_ua_s / 1000,
        unit="mA/s",
        digits=3,
        source=f"family {protocol.family}",
        ok=bound_ua_s <= limit_ua_s,
        key=key,
        advice=f"lengthen it to {ceil(ramps[key][0] / family.slew_ma_s)} s or more",
    )


def _charge(
    protocol: Protocol, family: Family, board: limits.Board, plan: Plan, words: list[int]
) -> list[Row]:
    bound, trip = bounds(words), trips(words, board)
    area_cm2 = words[program.H_AREA_MM2] / 100
    stated_uc = (bound.charge_uc + _DOSE_STEP_UC // 2) // _DOSE_STEP_UC * _DOSE_STEP_UC
    judged_uc = max(stated_uc, plan.planned_uc)
    wall_uc = round(family.dose_mamin * UC_PER_MAMIN)
    density_wall_uc = round(family.charge_c_cm2 * 1e6)
    end = "dose_mamin" if protocol.mode == "constant-dose" else "hold_s"
    key = f"phases[0].{end}" if len(protocol.phases) == 1 else "phases"
    source = f"family {protocol.family}"
    return [
        Row(
            quantity="gross charge",
            bound=bound.charge_uc / UC_PER_MAMIN,
            trip=trip.charge_uc / UC_PER_MAMIN,
            limit=family.dose_mamin,
            unit="mA·min",
            digits=3 if plan.planned_uc > wall_uc else 1,
            source=source,
            ok=judged_uc <= wall_uc,
            key=key,
            advice="lower the doses, the times or the currents",
        ),
        Row(
            quantity="charge density",
            bound=bound.charge_uc_cm2 / 1e6,
            trip=trip.charge_uc_cm2 / 1e6,
            limit=family.charge_c_cm2,
            unit="C/cm²",
            digits=3,
            source=source,
            ok=judged_uc <= density_wall_uc * area_cm2,
            key=_smaller(protocol),
            advice=f"enlarge it to {ceil(judged_uc * 100 / density_wall_uc) / 100:g} cm² or more, "
            "or lower the dose",
        ),
    ]


def _time(words: list[int], board: limits.Board) -> Row:
    bound_s = bounds(words).longest_s
    return Row(
        quantity="longest time",
        bound=bound_s,
        trip=trips(words, board).longest_s,
        limit=limits.TIME_WALL_S,
        unit="s",
        digits=0,
        source="every session",
        ok=bound_s <= limits.TIME_WALL_S,
        key="max_time_s",
        advice=f"lower it by {bound_s - limits.TIME_WALL_S} s",
    )


def _probe(protocol: Protocol, words: list[int]) -> Row:
    threshold_ua = words[program.H_PROBE_MIN_Q4] / UA_Q4
    return Row(
        quantity="open-lead probe",
        bound=threshold_ua,
        trip=None,
        limit=LEAST_UA,
        unit="µA",
        digits=2,
        source="every session",
        ok=threshold_ua >= LEAST_UA,
        key=_smaller(protocol),
        advice="enlarge it: so small a contact cannot be told from an open lead",
        relation="at least",
    )
