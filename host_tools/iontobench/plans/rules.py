"""When the next run of a plan is allowed: the calendar's rules, each with its own moment.

Every rule gives the first second of UTC from which it allows a run, or None where no time alone
does. They only ever relax as time goes on, so the latest of them is when the run is allowed. A
record that is later than now counts as one that was: a clock that was set back allows nothing
early. Charge in uC/cm2. Must not read a clock, a file or a record.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import msgspec

from iontobench import signs

from .ledger import Ledger, Run
from .moments import DAY_S, HOUR_S, iso
from .schema import Plan, Side

WEEK_S = 7 * DAY_S
MONTH_S = 28 * DAY_S
INITIAL, MAINTENANCE, UNKNOWN = "initial", "maintenance", "unknown"
_C = 10**6  # uC


class Rule(msgspec.Struct, frozen=True):
    """One rule: its name, the first second from which it allows a run, and why, in words."""

    name: str
    allowed_s: int | None
    why: str


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a run is allowed now, and else from when; what is counted is beside it."""

    plan: Plan
    now_s: int
    phase: str
    anode: Side | None
    rules: tuple[Rule, ...]
    runs: int
    runs_7d: int
    charge_uc_cm2_28d: Fraction
    next_uc_cm2: Fraction
    problems: tuple[str, ...]

    @property
    def allowed_s(self) -> int | None:
        """The first second of the run; None where no time alone allows it."""
        moments = [rule.allowed_s for rule in self.rules]
        known = [one for one in moments if one is not None]
        return None if len(known) < len(moments) else max(known, default=self.now_s)

    @property
    def is_due(self) -> bool:
        """Whether it is allowed now."""
        return self.allowed_s is not None and self.allowed_s <= self.now_s

    @property
    def reason(self) -> str:
        """The rule that decides, in words; empty where the run is allowed."""
        if self.is_due:
            return ""
        never = [rule for rule in self.rules if rule.allowed_s is None]
        last = never or sorted(self.rules, key=lambda rule: rule.allowed_s or 0)[-1:]
        return last[0].why

    def as_dict(self) -> dict[str, object]:
        """Plain data for `--json`: times in ISO 8601 and seconds, charge in C/cm2."""
        allowed_s = self.allowed_s
        return {
            "label": self.plan.label,
            "site": self.plan.site,
            "protocol": self.plan.protocol,
            "phase": self.phase,
            "anode": self.anode,
            "due": self.is_due,
            "now": iso(self.now_s),
            "allowed_at": None if allowed_s is None else iso(allowed_s),
            "wait_s": None if allowed_s is None else max(0, allowed_s - self.now_s),
            "reason": self.reason,
            "rules": [
                {
                    "rule": one.name,
                    "allowed_at": None if one.allowed_s is None else iso(one.allowed_s),
                    "why": one.why,
                }
                for one in self.rules
            ],
            "runs": self.runs,
            "runs_7d": self.runs_7d,
            "charge_c_cm2_28d": float(self.charge_uc_cm2_28d / _C),
            "next_charge_c_cm2": float(self.next_uc_cm2 / _C),
            "limit_charge_c_cm2_28d": self.plan.limits.charge_c_cm2_28d,
            "problems": list(self.problems),
        }


def judge(plan: Plan, ledger: Ledger, now_s: int, next_uc_cm2: Fraction) -> Due:
    """Whether the next run of `plan` is allowed at `now_s`, and else from when.

    Args:
        ledger: what is recorded of its load and site.
        next_uc_cm2: the proven bound of the next run's charge over the smaller electrode.
    """
    runs = [one for one in ledger.runs if one.is_run]
    responded = ledger.has_responded
    phase = MAINTENANCE if responded else UNKNOWN if ledger.doubtful else INITIAL
    rules = [
        *_unreadable(ledger),
        *_limits(plan, runs),
        *_charge(plan, ledger.runs, next_uc_cm2),
    ]
    if phase in (INITIAL, UNKNOWN):
        rules += _initial(plan, runs)
    if phase in (MAINTENANCE, UNKNOWN):  # of two phases that may be, the stricter one
        rules += _maintenance(plan, runs)
    recent = [one for one in ledger.runs if one.at_s > now_s - MONTH_S]
    return Due(
        plan=plan,
        now_s=now_s,
        phase=phase,
        anode=plan.anode_side(responded),
        rules=tuple(rules),
        runs=len(runs),
        runs_7d=sum(one.at_s > now_s - WEEK_S for one in runs),
        charge_uc_cm2_28d=sum((one.uc_cm2 for one in recent), Fraction(0)),
        next_uc_cm2=next_uc_cm2,
        problems=tuple(ledger.problems),
    )


def limit_uc_cm2(plan: Plan) -> Fraction:
    """The plan's limit of charge in any 28 days, exactly as its file says it."""
    return Fraction(str(plan.limits.charge_c_cm2_28d)) * _C


def _unreadable(ledger: Ledger) -> Iterator[Rule]:
    for name, _ in ledger.unreadable:
        why = (
            f"the record {name} does not verify, so its load and time are not known: "
            "move it out of the folder if it is of no load of this plan"
        )
        yield Rule("unreadable", None, why)


def _limits(plan: Plan, runs: Sequence[Run]) -> Iterator[Rule]:
    if runs:
        hours = plan.limits.min_interval_h
        why = f"limits.min_interval_h: {hours} h from start to start"
        yield Rule("min_interval_h", runs[-1].at_s + hours * HOUR_S, why)
    yield from _weekly("limits.per_week", plan.limits.per_week, runs)


def _weekly(name: str, most: int, runs: Sequence[Run]) -> Iterator[Rule]:
    """In the 7 days that end with a run there are at most `most` with itself."""
    if len(runs) >= most:
        why = f"{name}: {most} runs in any 7 days"
        yield Rule(name, runs[-most].at_s + WEEK_S, why)


def _charge(plan: Plan, runs: Sequence[Run], next_uc_cm2: Fraction) -> Iterator[Rule]:
    """In the 28 days that end with a run all charge is within the limit, the run's bound too."""
    limit = limit_uc_cm2(plan)
    told = (
        f"limits.charge_c_cm2_28d: {plan.limits.charge_c_cm2_28d:g} C/{signs.CM2} in any 28 days"
    )
    if next_uc_cm2 > limit:
        why = f"{told}, and one run alone may carry {float(next_uc_cm2 / _C):.4g}"
        yield Rule("charge_c_cm2_28d", None, why)
        return
    total = sum((one.uc_cm2 for one in runs), next_uc_cm2)
    allowed_s: int | None = None
    for one in runs:  # the oldest leaves first
        if total <= limit:
            break
        total -= one.uc_cm2
        allowed_s = one.at_s + MONTH_S
    if allowed_s is not None:
        yield Rule("charge_c_cm2_28d", allowed_s, told)


def _initial(plan: Plan, runs: Sequence[Run]) -> Iterator[Rule]:
    most = plan.initial.max_sessions
    if len(runs) >= most:
        why = f"initial.max_sessions: {most} runs without a response; record one, or end the plan"
        yield Rule("max_sessions", None, why)
    yield from _weekly("initial.per_week", plan.initial.per_week, runs)


def _maintenance(plan: Plan, runs: Sequence[Run]) -> Iterator[Rule]:
    if runs:
        days = plan.maintenance.every_days
        why = f"maintenance.every_days: {days} days of 24 h from start to start"
        yield Rule("every_days", runs[-1].at_s + days * DAY_S, why)
