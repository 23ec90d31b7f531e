"""Compares the bounds of a program with every wall that stands, a row a wall.

Rows are in the units of people (mA, mA/cm2, mA/s, mA min, C/cm2, s). The programmed bound is
judged; where the supervisor would cut is shown beside it. Charge is judged in steps of
0.1 mA min, the step in which doses and their walls are stated: the firmware's own steps are
shorter, but a bound has to allow for them. The plan itself is judged exactly. What is shown is on
the side of the limit that the verdict says. Nothing is cut off on a board that cannot make the
program's current: its firmware does not take the program.
Must not raise on a wall that is passed: a table shows all of them.
"""

from math import ceil

from ionto.core import limits, program
from ionto.core.units import UA_Q4, UC_PER_MAMIN
from iontobench import signs

from .board_fit import above, board_rows, highest
from .bounds import Bounds
from .limits import FAMILIES, Family, LimitRow, Profile
from .schema import OffPhase, Protocol, PulsePhase
from .site_load import LEAST_UA
from .timeline import Timeline

_DOSE_STEP_UC = UC_PER_MAMIN // 10


def judge(
    protocol: Protocol,
    profile: Profile,
    board: limits.Board,
    timeline: Timeline,
    bound: Bounds,
    cut: Bounds,
) -> list[LimitRow]:
    """Every wall for the words of a timeline, in the order of the table.

    Args:
        bound: the programmed bound of the words.
        cut: where the supervisor cuts a session of them.
    """
    family = FAMILIES[protocol.family]
    trip = cut if timeline.peak_ua <= board.max_ua else None
    area_mm2 = timeline.words[program.H_AREA_MM2]
    return [
        _family_current(protocol, family, bound, trip),
        *board_rows(protocol, timeline, board, None if trip is None else trip.peak_ua),
        _density(protocol, profile, area_mm2, bound, trip),
        _slew(protocol, family, bound),
        *_charge(protocol, family, timeline.planned_uc, area_mm2, bound, trip),
        _time(bound, trip),
        _probe(protocol, timeline.words[program.H_PROBE_MIN_Q4]),
    ]


def _smaller(protocol: Protocol) -> str:
    """The key of the smaller electrode."""
    electrodes = protocol.electrodes
    smaller = electrodes.active.area_cm2 <= electrodes.return_.area_cm2
    return f"electrodes.{'active' if smaller else 'return'}.area_cm2"


def _family_current(
    protocol: Protocol, family: Family, bound: Bounds, trip: Bounds | None
) -> LimitRow:
    bound_ua, limit_ua = bound.peak_ua, round(family.current_ma * 1000)
    return LimitRow(
        quantity="peak current, family",
        bound=bound_ua / 1000,
        trip=None if trip is None else trip.peak_ua / 1000,
        limit=limit_ua / 1000,
        unit="mA",
        digits=3,
        source=f"family {protocol.family}",
        ok=bound_ua <= limit_ua,
        key=highest(protocol),
        advice=f"lower {above(protocol, limit_ua / 1000)} to {limit_ua / 1000:g} mA or less",
    )


def _density(
    protocol: Protocol, profile: Profile, area_mm2: int, bound: Bounds, trip: Bounds | None
) -> LimitRow:
    limit = profile.density_ua_cm2[protocol.application]
    most_ma = limit * area_mm2 // 100 / 1000
    least_cm2 = ceil(bound.peak_ua * 100 / limit) / 100
    what = above(protocol, most_ma)
    return LimitRow(
        quantity="current density",
        bound=bound.density_ua_cm2 / 1000,
        trip=None if trip is None else trip.density_ua_cm2 / 1000,
        limit=limit / 1000,
        unit=signs.MA_CM2,
        digits=3,
        source=f"profile {profile.name}, {protocol.application}",
        ok=bound.density_ua_cm2 <= limit,
        key=highest(protocol),
        advice=f"lower {what} to {most_ma:g} mA or less, or make both electrodes "
        f"{least_cm2:g} {signs.CM2} or larger",
    )


def _slew(protocol: Protocol, family: Family, bound: Bounds) -> LimitRow:
    bound_ua_s = bound.slew_ua_s
    limit_ua_s = round(family.slew_ma_s * 1000)
    ramps = {
        f"phases[{index}].ramp_up_s": (phase.current_ma, phase.ramp_up_s)
        for index, phase in enumerate(protocol.phases)
        if not isinstance(phase, OffPhase) and phase.ramp_up_s is not None
    }
    last_ma = [one.current_ma for one in protocol.phases if not isinstance(one, OffPhase)][-1]
    ramps["ramp_down_s"] = (last_ma, protocol.ramp_down_s)
    key = max(ramps, key=lambda name: ramps[name][0] / ramps[name][1])
    return LimitRow(
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


def _end(protocol: Protocol) -> str:
    """The key of what ends the session."""
    if len(protocol.phases) > 1:
        return "phases"
    if isinstance(protocol.phases[0], PulsePhase):
        return "phases[0].count" if protocol.phases[0].count else "phases[0].time_s"
    return f"phases[0].{'dose_mamin' if protocol.mode == 'constant-dose' else 'hold_s'}"


def _charge(
    protocol: Protocol,
    family: Family,
    planned_uc: int,
    area_mm2: int,
    bound: Bounds,
    trip: Bounds | None,
) -> list[LimitRow]:
    area_cm2 = area_mm2 / 100
    stated_uc = (bound.charge_uc + _DOSE_STEP_UC // 2) // _DOSE_STEP_UC * _DOSE_STEP_UC
    judged_uc = max(min(stated_uc, bound.charge_uc), planned_uc)
    wall_uc = round(family.dose_mamin * UC_PER_MAMIN)
    density_wall_uc = round(family.charge_c_cm2 * 1e6)
    key = _end(protocol)
    source = f"family {protocol.family}"
    shown_uc = _shown_uc(bound.charge_uc, judged_uc, wall_uc)
    dense_uc = _shown_uc(bound.charge_uc, judged_uc, density_wall_uc * area_cm2)
    return [
        LimitRow(
            quantity="gross charge",
            bound=shown_uc / UC_PER_MAMIN,
            trip=None if trip is None else trip.charge_uc / UC_PER_MAMIN,
            limit=family.dose_mamin,
            unit=signs.MAMIN,
            digits=3 if planned_uc > wall_uc or shown_uc < UC_PER_MAMIN else 1,
            source=source,
            ok=judged_uc <= wall_uc,
            key=key,
            advice="lower the doses, the times or the currents",
        ),
        LimitRow(
            quantity="charge density",
            bound=dense_uc / area_cm2 / 1e6,
            trip=None if trip is None else trip.charge_uc_cm2 / 1e6,
            limit=family.charge_c_cm2,
            unit=f"C/{signs.CM2}",
            digits=3,
            source=source,
            ok=judged_uc <= density_wall_uc * area_cm2,
            key=_smaller(protocol),
            advice=f"enlarge it to {ceil(judged_uc * 100 / density_wall_uc) / 100:g} {signs.CM2} "
            "or more, or lower the dose",
        ),
    ]


def _shown_uc(bound_uc: int, judged_uc: int, wall_uc: float) -> int:
    """The bound itself, unless it is the step of its statement that decides."""
    return judged_uc if judged_uc <= wall_uc < bound_uc else bound_uc


def _time(bound: Bounds, trip: Bounds | None) -> LimitRow:
    bound_s = bound.longest_s + bound.off_s
    return LimitRow(
        quantity="longest time",
        bound=bound_s,
        trip=None if trip is None else trip.longest_s + trip.off_s,
        limit=limits.TIME_WALL_S,
        unit="s",
        digits=0,
        source="every session",
        ok=bound_s <= limits.TIME_WALL_S,
        key="max_time_s",
        advice=f"lower it by {bound_s - limits.TIME_WALL_S} s",
    )


def _probe(protocol: Protocol, probe_min_q4: int) -> LimitRow:
    threshold_ua = probe_min_q4 / UA_Q4
    return LimitRow(
        quantity="open-lead probe",
        bound=threshold_ua,
        trip=None,
        limit=LEAST_UA,
        unit=signs.UA,
        digits=2,
        source="every session",
        ok=threshold_ua >= LEAST_UA,
        key=_smaller(protocol),
        advice="enlarge it: so small a contact cannot be told from an open lead",
        relation="at least",
    )
