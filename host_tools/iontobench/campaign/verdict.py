"""The judge of one cell: what was seen against what is required. Runs nothing.

Times in us of the plant inside, ms in rows; currents in uA, charge in uC. A fault is only
`not_observable` where the table of requirements gives the reason, or where the session is over
before anything could show, and only while the load's current stayed within the program's limits.
"""

from ionto.core import codes
from ionto.core.limits import Board
from iontobench import signs
from iontobench.sim.faults import KINDS

from .matrix import Trial, excess_ua, over_ua
from .reactions import Reaction, reactions
from .required import RAMP, REFUSE, RESET, RIDE, SAFE, TRIP, WARN
from .rig import IDLE_US, Healthy, Seen
from .row import LATE, MISSED, NOT_OBSERVABLE, NUISANCE, OK, Row
from .sight import Limits, SetPoint, visible_us

_GONE_UA = 5.0
_PROBE_UA = 55.0  # the PROBE's 50 uA, by construction, and that
_RESET_US = 250_000  # the watchdog [domain.md 5, row 15]
_OVER_SHARE = 1.01  # of the running limit, for what the tick's own time lets pass
_TAKEN = {
    TRIP: ("refused", "trip", "cut"),
    RAMP: ("refused", "trip", "cut", "ramp"),
    WARN: ("refused", "trip", "cut", "ramp", "warn"),
    RESET: ("reset",),
    REFUSE: ("refused", "trip"),
}


def judge(
    trial: Trial, seen: Seen, plain: Healthy, at_us: int, peak_ua, again, board: Board
) -> Row:
    """Return the row of one cell.

    Args:
        plain: the run without it, and its plant time less session time.
        at_us: the onset; peak_ua: the load's peak from then on.
        again: how the next start ended, and its peak; None where there was none.
    """
    case, phase, load = trial
    set_point = SetPoint(seen.ear.events, plain.clock_us, load.level_ua)
    found = reactions(seen, plain.seen, plain.clock_us, at_us)
    from_us = None
    if phase.state is not None and case.expect not in (REFUSE, RIDE, SAFE):
        limits_ua = Limits(over_ua(load, board), excess_ua(load, board))
        from_us = visible_us(case, seen.plant, set_point, limits_ua, at_us)
    taken = _first(found, _TAKEN.get(case.expect, ()))
    off_us = _gate_off_us(seen, at_us)
    is_over_limit = peak_ua > _OVER_SHARE * over_ua(load, board)
    if case.expect in (RIDE, SAFE):
        verdict, reason = _ridden(case.expect, found, seen)
    elif phase.state is None:
        verdict, reason = _idle(trial, seen, again, at_us)
    elif case.expect == REFUSE:
        verdict, reason = _refused(taken, again)
    else:
        verdict, reason = _timed(trial, seen, taken, from_us, off_us, is_over_limit)
    stray_uc = None
    if taken and (from_us is not None or seen.plant.onset_gate):
        stray_uc = _stray_uc(seen, at_us if from_us is None else from_us, at_us)
    if verdict == OK and case.stray_uc is not None and (stray_uc or 0.0) > case.stray_uc:
        verdict, reason = LATE, f"more than {case.stray_uc:g} {signs.UC} went through the load"
    last = seen.last or {"outcome": "reset", "fault": seen.reset}
    return Row(
        fault=case.fault,
        scenario=KINDS[case.kind].scenario if case.kind in KINDS else 0,
        phase=phase.name,
        load=load.name,
        verdict=verdict,
        reaction=taken.name if taken else None,
        fault_code=last["fault"],
        outcome=last["outcome"],
        visible_ms=_ms(from_us, at_us),
        detected_ms=_ms(taken.t_us if taken else None, at_us),
        gate_off_ms=_ms(off_us, at_us),
        current_off_ms=_ms(_current_off_us(seen, at_us) if off_us or seen.reset else None, at_us),
        limiter_ms=_ms(seen.plant.limiter_us, at_us),
        stray_uc=None if stray_uc is None else round(stray_uc, 1),
        peak_ua=round(peak_ua, 1),
        required=case.expect,
        required_ms=case.required_ms,
        source=case.source,
        next_start=again[0] if again else None,
        reason=reason,
    )


def _first(found: list[Reaction], names: tuple[str, ...]) -> Reaction | None:
    return next((one for one in found if one.name in names), None)


def _idle(trial: Trial, seen: Seen, again, at_us: int) -> tuple[str, str | None]:
    """After the end nothing may be driven; a dead protection is found by the next start."""
    until_us = at_us + IDLE_US
    flows = [one for one in seen.plant.moments if one.load_ua > _GONE_UA and one.t_us < until_us]
    refused = again[0].startswith("refused")
    if trial.case.expect == REFUSE:
        return (OK, None) if refused else (MISSED, "the next start was not refused")
    if flows and not refused:
        return MISSED, f"{flows[-1].load_ua:.1f} {signs.UA} flowed in idle"
    return OK, None


def _refused(taken: Reaction | None, again) -> tuple[str, str | None]:
    if taken is not None and taken.name == "refused":
        return OK, None
    if again[0].startswith("refused"):
        return OK, None
    return MISSED, "the next start was not refused"


def _ridden(expect: str, found: list[Reaction], seen: Seen) -> tuple[str, str | None]:
    """Nothing is wrong with the load: the session must not suffer."""
    bad = _first(found, ("refused", "trip", "cut", "reset"))
    if expect == RIDE and bad is None:
        bad = _first(found, ("ramp",))
    if bad is not None:
        return NUISANCE, f"{bad.name} without a reason"
    outcome = seen.last["outcome"] if seen.last else "reset"
    wanted = ("complete",) if expect == RIDE else ("complete", "stopped")
    return (OK, None) if outcome in wanted else (MISSED, f"ended as {outcome}")


def _timed(trial, seen, taken, from_us, off_us, is_over_limit) -> tuple[str, str | None]:
    """A reaction is due in its time, unless the table says why there can be none."""
    case, phase, _ = trial
    reason = case.reason(phase.name)
    if taken is not None and not _is_late(case, seen, taken, from_us, off_us):
        return OK, None
    if taken is not None and reason is None:
        return LATE, None
    if case.expect == RAMP and phase.state == codes.STATE_RAMP_DOWN and not is_over_limit:
        return OK, "it ramps down already"
    if reason is None and from_us is None:
        reason = "it has passed before it could show" if case.lasts_ms else _never(case.sight)
    if reason is None and seen.ended_us < from_us + case.required_ms * 1000:
        reason = f"the session is over before {case.required_ms:g} ms have passed"
    if is_over_limit:
        return MISSED, "the current rose above the limits"
    return (MISSED, None) if reason is None else (NOT_OBSERVABLE, reason)


def _is_late(case, seen, taken, from_us, off_us) -> bool:
    if from_us is None:  # it reacted before it had to
        return False
    limit_us = from_us + case.required_ms * 1000
    if case.expect == RESET:  # the watchdog comes later; what counts is the dead-man's off
        at_us = seen.plant.onset_us
        return taken.t_us > at_us + _RESET_US or _current_off_us(seen, at_us) > limit_us
    if taken.t_us > limit_us:
        return True
    is_cut = taken.name in ("trip", "cut") and seen.plant.onset_gate
    return is_cut and off_us is not None and off_us > limit_us


def _never(sight: str) -> str:
    return {
        "flow": "no current flows that it could change",
        "turned": "no current flows that it could change",
        "loaded": "the lead stays off",
        "over": "the current stays below the limits, and in no hold above its mean's for 2 s",
        "change": "no commanded change that a frozen code could fail to follow",
        "low": "1 mA does not flow 5 s after a ramp's start; below 1 mA only a fall is judged",
        "near": "the load's voltage stays below 80 % of compliance",
        "fell": "no fall from below 27 V to a quarter in a hold, 8 s after a ramp's start",
        "drifted": "in 3 min of a hold it does not rise by 6 %: it settles faster than it dries",
        "lifted": "no rise by 6 % above ten seconds of a steady hold",
    }[sight]


def _gate_off_us(seen: Seen, at_us: int) -> int | None:
    return next((t_us for t_us, on in seen.plant.gates if not on and t_us >= at_us), None)


def _current_off_us(seen: Seen, at_us: int) -> int:
    """The last time that the stage drove a current before the gate closed again."""
    gone_ua = _GONE_UA if seen.plant.onset_gate else _PROBE_UA
    last_us = at_us
    was_low = False
    for moment in seen.plant.moments:
        was_low |= not moment.gate
        if was_low and moment.gate:
            break
        if moment.load_ua > gone_ua:
            last_us = moment.t_us
    return last_us


def _stray_uc(seen: Seen, from_us: int, at_us: int) -> float:
    """Charge through the load from when the fault could be seen until below 5 uA, gate low."""
    start_uc = seen.plant.onset_uc
    for moment in seen.plant.moments:
        if moment.t_us <= from_us:
            start_uc = moment.gross_uc
        elif not moment.gate and abs(moment.load_ua) <= _GONE_UA:
            return max(0.0, moment.gross_uc - start_uc)
    moments = seen.plant.moments
    return max(0.0, moments[-1].gross_uc - start_uc) if moments else 0.0


def _ms(t_us: int | None, at_us: int) -> float | None:
    return None if t_us is None else round((t_us - at_us) / 1000, 3)
