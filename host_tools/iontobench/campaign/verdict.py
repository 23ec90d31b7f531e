"""The judge of one trial: how the bench answered a fault, against what is required of it.

Reactions are read from the link's events and, where the link itself is broken, from the plant's
pins. A fault is `not_observable` only where the table of requirements gives the reason, or where
the session is over before anything could show, and only while the load's current stayed within
the program's limits. Times in us of the plant, in results ms from the onset; currents in uA,
charge in uC. Runs nothing.
"""

from typing import NamedTuple

from ionto.core import codes
from ionto.core.limits import Board
from iontobench import signs
from iontobench.sim.faults import KINDS

from .fault_bench import IDLE_US, Observation
from .fault_result import LATE, MISSED, NOT_OBSERVABLE, NUISANCE, OK, FaultResult
from .matrix import Trial, excess_ua, over_ua
from .observability import NEVER_SHOWN, CurrentLimits, SetPoint, visible_us
from .required import RAMP, REFUSE, RESET, RIDE, SAFE, TRIP, WARN, Case

_GONE_UA = 5.0
_PROBE_UA = 55.0  # the PROBE's 50 uA, by construction, and that
_RESET_US = 250_000  # the watchdog [docs/faults.md, Scenarios, row 15]
_OVER_SHARE = 1.01  # of the running limit, for what the tick's own time lets pass
_LEVEL_SHARE = 0.97  # a drive below this share of its highest is on its way down
_TAKEN = {
    TRIP: ("refused", "trip", "cut"),
    RAMP: ("refused", "trip", "cut", "ramp"),
    WARN: ("refused", "trip", "cut", "ramp", "warn"),
    RESET: ("reset",),
    REFUSE: ("refused", "trip"),
}

# Events, by what they answer.
_ORDINARY = (
    *(codes.EVENT_START, codes.EVENT_STATE, codes.EVENT_PROBE, codes.EVENT_COMMAND),
    *(codes.EVENT_PROOF, codes.EVENT_POLARITY),
    *(codes.EVENT_LAST_CURRENT, codes.EVENT_DOSE, codes.EVENT_END, codes.EVENT_LIMITED_END),
)
_RAMPS = (codes.EVENT_HOST_LOST, codes.EVENT_LINK)
_ACTS = (codes.EVENT_FAULT, codes.EVENT_CONTACT)
_NEAR = -1  # no event: the flag of samples above 80 % of compliance


class Baseline(NamedTuple):
    """The run without the fault, and when each state began in it (us of the plant; None: the end).

    `clock_us` is to be added to a session time; `before` are the faults that make the phase.
    """

    seen: Observation
    begins: dict[int | None, int]
    clock_us: int
    before: tuple[str, ...] = ()


class FaultRun(NamedTuple):
    """The run with the fault.

    `at_us` is the onset, `peak_ua` the load's peak from then on, `next_start` how the next start
    ended; None: there was none.
    """

    seen: Observation
    at_us: int
    peak_ua: float
    next_start: str | None = None

    @property
    def is_next_refused(self) -> bool:
        """The next start was refused."""
        return self.next_start is not None and self.next_start.startswith("refused")


class Reaction(NamedTuple):
    """One of refused, trip, cut, ramp, warn, reset; and when."""

    t_us: int
    name: str


class Findings(NamedTuple):
    """What a verdict rests on.

    `taken` is the first reaction that counts, `from_us` when a rule could see the fault, `off_us`
    when the gate went low, `stray_uc` the charge from then on; None: never.
    """

    reactions: list[Reaction]
    taken: Reaction | None
    from_us: int | None
    off_us: int | None
    stray_uc: float | None
    is_over_limit: bool


def judge(trial: Trial, run: FaultRun, baseline: Baseline, board: Board) -> FaultResult:
    """Return the result of one trial."""
    found = _findings(trial, run, baseline, board)
    verdict, reason = _verdict(trial, run, found)
    return _result(trial, run, found, verdict, reason)


def _findings(trial: Trial, run: FaultRun, baseline: Baseline, board: Board) -> Findings:
    case, phase, load = trial
    seen, at_us = run.seen, run.at_us
    answers = reactions(seen, baseline.seen, baseline.clock_us, at_us)
    from_us = None
    if phase.state is not None and case.expect not in (REFUSE, RIDE, SAFE):
        set_point = SetPoint(seen.host.events, baseline.clock_us, load.level_ua)
        limits_ua = CurrentLimits(over_ua(load, board), excess_ua(load, board))
        from_us = visible_us(case, seen.plant, set_point, limits_ua, at_us)
    taken = _first(answers, _TAKEN.get(case.expect, ()))
    stray_uc = None
    if taken and (from_us is not None or seen.plant.onset_gate):
        stray_uc = _stray_uc(seen, at_us if from_us is None else from_us)
    is_over_limit = run.peak_ua > _OVER_SHARE * over_ua(load, board)
    return Findings(answers, taken, from_us, _gate_off_us(seen, at_us), stray_uc, is_over_limit)


def _result(
    trial: Trial, run: FaultRun, found: Findings, verdict: str, reason: str | None
) -> FaultResult:
    case, seen, taken = trial.case, run.seen, found.taken

    def ms(t_us: int | None) -> float | None:
        return None if t_us is None else round((t_us - run.at_us) / 1000, 3)

    return FaultResult(
        fault=case.fault,
        scenario=KINDS[case.kind].scenario if case.kind in KINDS else 0,
        phase=trial.phase.name,
        load=trial.load.name,
        verdict=verdict,
        reaction=taken.name if taken else None,
        fault_code=seen.ending["fault"],
        outcome=seen.ending["outcome"],
        visible_ms=ms(found.from_us),
        detected_ms=ms(taken.t_us if taken else None),
        gate_off_ms=ms(found.off_us),
        current_off_ms=ms(
            _current_off_us(seen, run.at_us) if found.off_us or seen.reset else None
        ),
        limiter_ms=ms(seen.plant.limiter_us),
        stray_uc=None if found.stray_uc is None else round(found.stray_uc, 1),
        peak_ua=round(run.peak_ua, 1),
        required=case.expect,
        required_ms=trial.required_ms,
        source=case.source,
        next_start=run.next_start,
        reason=reason,
    )


def _verdict(trial: Trial, run: FaultRun, found: Findings) -> tuple[str, str | None]:
    """The verdict, and the reason where it needs one."""
    case = trial.case
    if case.expect in (RIDE, SAFE):
        verdict, reason = _ridden(case.expect, found.reactions, run.seen)
    elif trial.phase.state is None:
        verdict, reason = _idle(case, run)
    elif case.expect == REFUSE:
        is_refused = found.taken is not None and found.taken.name == "refused"
        verdict, reason = _refused(is_refused or run.is_next_refused)
    else:
        verdict, reason = _timed(trial, run.seen, found)
    if verdict == OK and case.stray_uc is not None and (found.stray_uc or 0.0) > case.stray_uc:
        return LATE, f"more than {case.stray_uc:g} {signs.UC} went through the load"
    return verdict, reason


def _idle(case: Case, run: FaultRun) -> tuple[str, str | None]:
    """After the end nothing may be driven; a dead protection is found by the next start."""
    if case.expect == REFUSE:
        return _refused(run.is_next_refused)
    until_us = run.at_us + IDLE_US
    moments = run.seen.plant.moments
    flows = [one for one in moments if one.load_ua > _GONE_UA and one.t_us < until_us]
    if flows and not run.is_next_refused:
        return MISSED, f"{flows[-1].load_ua:.1f} {signs.UA} flowed in idle"
    return OK, None


def _refused(is_refused: bool) -> tuple[str, str | None]:
    return (OK, None) if is_refused else (MISSED, "the next start was not refused")


def _ridden(expect: str, found: list[Reaction], seen: Observation) -> tuple[str, str | None]:
    """Nothing is wrong with the load: the session must not suffer."""
    bad = _first(found, ("refused", "trip", "cut", "reset"))
    if expect == RIDE and bad is None:
        bad = _first(found, ("ramp",))
    if bad is not None:
        return NUISANCE, f"{bad.name} without a reason"
    outcome = seen.ending["outcome"]
    wanted = ("complete",) if expect == RIDE else ("complete", "stopped")
    return (OK, None) if outcome in wanted else (MISSED, f"ended as {outcome}")


def _timed(trial: Trial, seen: Observation, found: Findings) -> tuple[str, str | None]:
    """A reaction is due in its time, unless the table says why there can be none."""
    case, phase, _ = trial
    reason = case.reason(phase.name)
    if found.taken is not None and not _is_late(trial, seen, found.taken, found):
        return OK, None
    if found.taken is not None and reason is None:
        return LATE, None
    if case.expect == RAMP and phase.state == codes.STATE_RAMP_DOWN and not found.is_over_limit:
        return OK, "it ramps down already"
    reason = reason or _excuse(trial, seen, found.from_us)
    if found.is_over_limit:
        return MISSED, "the current rose above the limits"
    return (MISSED, None) if reason is None else (NOT_OBSERVABLE, reason)


def _excuse(trial: Trial, seen: Observation, from_us: int | None) -> str | None:
    """Why nothing could react; None where something should have."""
    case, required_ms = trial.case, trial.required_ms
    if from_us is None:
        passed = "it has passed before it could show"
        return passed if case.lasts_ms else NEVER_SHOWN[case.observable_from]
    if seen.ended_us < from_us + required_ms * 1000:
        return f"the session is over before {required_ms:g} ms have passed"
    return None


def _is_late(trial: Trial, seen: Observation, taken: Reaction, found: Findings) -> bool:
    case = trial.case
    if found.from_us is None:  # it reacted before it had to
        return False
    limit_us = found.from_us + trial.required_ms * 1000
    at_us = seen.plant.onset_us
    if case.expect == RESET and at_us is not None:  # the watchdog comes after the dead-man's off
        return taken.t_us > at_us + _RESET_US or _current_off_us(seen, at_us) > limit_us
    if taken.t_us > limit_us:
        return True
    is_cut = taken.name in ("trip", "cut") and seen.plant.onset_gate
    return is_cut and found.off_us is not None and found.off_us > limit_us


def _first(found: list[Reaction], names: tuple[str, ...]) -> Reaction | None:
    return next((one for one in found if one.name in names), None)


def _gate_off_us(seen: Observation, at_us: int) -> int | None:
    return next((t_us for t_us, on in seen.plant.gates if not on and t_us >= at_us), None)


def _current_off_us(seen: Observation, at_us: int) -> int:
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


def _stray_uc(seen: Observation, from_us: int) -> float:
    """Charge through the load from when the fault could be seen until below 5 uA, gate low."""
    start_uc = seen.plant.onset_uc
    for moment in seen.plant.moments:
        if moment.t_us <= from_us:
            start_uc = moment.gross_uc
        elif not moment.gate and abs(moment.load_ua) <= _GONE_UA:
            return max(0.0, moment.gross_uc - start_uc)
    moments = seen.plant.moments
    return max(0.0, moments[-1].gross_uc - start_uc) if moments else 0.0


def reactions(seen: Observation, plain: Observation, clock_us: int, at_us: int) -> list[Reaction]:
    """Everything that answered a fault, in order of time; an event is at most 1 ms old.

    A warning that the run without a fault (`plain`) has too is no answer.
    """
    told = _told(seen, warnings(plain), clock_us, at_us)
    found = [Reaction(t_us, name) for t_us, name in told if t_us >= at_us - 1000]
    off_us = _called_off_us(seen, at_us)
    for index, one in enumerate(found):
        if one.name in ("trip", "refused"):  # its own millisecond may be a wrong clock's
            found[index] = Reaction(off_us, one.name)
    if seen.reset:
        found.append(Reaction(seen.ended_us, "reset"))
    elif seen.last:
        found += _untold(seen, {one.name for one in found}, at_us)
    return sorted(Reaction(max(one.t_us, at_us), one.name) for one in found)


def warnings(seen: Observation) -> set[int]:
    """Codes of the events that only warn; _NEAR for the flag of samples."""
    told = {item.code for item in seen.host.events} - {*_ORDINARY, *_ACTS, *_RAMPS}
    return told | {_NEAR} if seen.host.near_ms else told


def _told(seen: Observation, known: set[int], clock_us: int, at_us: int) -> list[tuple[int, str]]:
    stopped = seen.last is not None and seen.last["outcome"] == "stopped"
    refused = seen.last is not None and seen.last["outcome"] == "refused"
    near_ms = [] if _NEAR in known else seen.host.near_ms
    told = [(t_ms * 1000 + clock_us, "warn") for t_ms in near_ms]
    for item in seen.host.events:
        t_us = item.t_ms * 1000 + clock_us
        if item.code == codes.EVENT_FAULT:
            told.append((t_us, "refused" if refused else "trip"))
        elif item.code == codes.EVENT_CONTACT:
            told.append((t_us, "cut"))
        elif item.code in _RAMPS or (
            item.code == codes.EVENT_STATE
            and stopped
            and item.a in (codes.STATE_RAMP_DOWN, codes.STATE_DONE)
        ):
            told.append((_off_before_us(seen, at_us, t_us, item.a), "ramp"))
        elif item.code not in _ORDINARY and item.code not in known:
            told.append((t_us, "warn"))
    return told


def _off_before_us(seen: Observation, at_us: int, t_us: int, state: int) -> int:
    """When the gate went low for good, where a session is stopped without a ramp down.

    A proof that is left arms the limiter again before the session is told done.
    """
    edges = [] if state == codes.STATE_RAMP_DOWN else seen.plant.gates
    lows = [low_us for low_us, on in edges if not on and at_us <= low_us <= t_us]
    return lows[-1] if lows else t_us


def _untold(seen: Observation, names: set[str], at_us: int) -> list[Reaction]:
    """What its own words and its pins show where the link was the one to break."""
    last = seen.last or {}
    off_us = _called_off_us(seen, at_us)
    if last["outcome"] == "fault" and not names & {"trip", "cut"}:
        return [Reaction(off_us, "trip")]
    if last["outcome"] == "refused" and "refused" not in names:
        return [Reaction(off_us, "refused")]
    if last["outcome"] == "stopped" and "ramp" not in names:
        return [Reaction(_turned_us(seen, at_us), "ramp")]
    return []


def _turned_us(seen: Observation, at_us: int) -> int:
    """When the drive last stood at its level; when it was called off where it never did."""
    moments = [one for one in seen.plant.moments if one.t_us <= seen.ended_us]
    highest_ua = max((one.drive_ua for one in moments), default=0.0)
    level = [one.t_us for one in moments if one.drive_ua >= _LEVEL_SHARE * highest_ua > 0.0]
    return level[-1] if level else _called_off_us(seen, at_us)


def _called_off_us(seen: Observation, at_us: int) -> int:
    """When the controller first called its port off after the onset."""
    return next((t_us for t_us in seen.plant.offs_us if t_us >= at_us), seen.ended_us)
