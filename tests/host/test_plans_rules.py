"""When a run is allowed: each rule at its boundary, and all of them over random calendars."""

from datetime import datetime, timedelta, timezone
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.host.plan_records import AREA_MM2, DAY_S, HOUR_S, MONDAY_S, ledger_of, plan_of, uc_cm2

from iontobench.plans import Response, judge, moments
from iontobench.plans.rules import limit_uc_cm2

PLAN = plan_of()
NEXT = uc_cm2(600_000)
RESPONDED = (Response(name="response", at_s=MONDAY_S, score=5),)
LONG = 60 * DAY_S
runs_of = st.lists(
    st.tuples(st.integers(MONDAY_S - LONG, MONDAY_S + LONG), st.integers(0, 9_000_000)),
    max_size=14,
)
numbers = st.integers(1, 5)


def due(ledger, now_s, plan=PLAN, next_uc_cm2=NEXT):
    return judge(plan, ledger, now_s, next_uc_cm2)


def at(text):
    return moments.begun_s(moments.read(text))


def allowed(plan, ledger, at_s, next_uc_cm2):
    """Whether a run may begin at `at_s`, counted plainly; a record later than that counts."""
    starts = [run.at_s for run in ledger.runs]
    week = [one for one in starts if one > at_s - 7 * DAY_S]
    month = [run.uc_cm2 for run in ledger.runs if run.at_s > at_s - 28 * DAY_S]
    rules = [
        all(one + plan.limits.min_interval_h * HOUR_S <= at_s for one in starts),
        len(week) < plan.limits.per_week,
        sum(month, next_uc_cm2) <= limit_uc_cm2(plan),
    ]
    if ledger.has_responded:
        rules.append(all(one + plan.maintenance.every_days * DAY_S <= at_s for one in starts))
    else:
        rules.append(len(week) < plan.initial.per_week)
        rules.append(len(starts) < plan.initial.max_sessions)
    return all(rules)


@given(
    runs_of,
    st.booleans(),
    st.tuples(numbers, numbers, st.integers(1, 100), st.integers(2, 30)),
    st.integers(MONDAY_S - 2 * LONG, MONDAY_S + 3 * LONG),
)
def test_a_run_is_never_due_before_it_is_allowed_and_is_due_from_then_on(
    runs, has_responded, given_numbers, now_s
):
    per_week, more, hours, tenths = given_numbers
    plan = plan_of(
        ("per_week = 5", f"per_week = {per_week + more}"),
        ("per_week = 3", f"per_week = {per_week}"),
        ("min_interval_h = 24", f"min_interval_h = {hours}"),
        ("28d = 2.0", f"28d = {tenths / 10}"),
    )
    ledger = ledger_of(*runs, responses=RESPONDED if has_responded else ())
    answer = due(ledger, now_s, plan)
    assert answer.is_due == allowed(plan, ledger, now_s, NEXT)
    first_s = answer.allowed_s
    if first_s is None:
        assert not allowed(plan, ledger, MONDAY_S + 10 * LONG, NEXT)
    elif runs:
        assert allowed(plan, ledger, max(first_s, now_s), NEXT)
        assert first_s == now_s or not allowed(plan, ledger, first_s - 1, NEXT)


@given(runs_of, st.integers(MONDAY_S - LONG, MONDAY_S + LONG), st.integers(1, LONG))
def test_a_clock_that_was_set_back_makes_nothing_due_that_was_not(runs, now_s, back_s):
    ledger = ledger_of(*runs)
    assert due(ledger, now_s).is_due or not due(ledger, now_s - back_s).is_due


@given(runs_of, runs_of, st.integers(MONDAY_S - LONG, MONDAY_S + LONG))
def test_more_records_never_make_a_run_due_earlier(runs, more, now_s):
    assert due(ledger_of(*runs), now_s).is_due or not due(ledger_of(*runs, *more), now_s).is_due


@given(runs_of)
def test_the_charge_of_28_days_is_the_sum_of_its_runs(runs):
    answer = due(ledger_of(*runs), MONDAY_S)
    counted = sum(uc for at_s, uc in runs if at_s > MONDAY_S - 28 * DAY_S)
    assert answer.charge_uc_cm2_28d == uc_cm2(counted, AREA_MM2)


@given(st.lists(st.integers(0, 200), max_size=40, unique=True))
def test_whoever_keeps_to_the_plan_never_exceeds_its_limits(days):
    """Runs at random moments, each made only where it is due, keep every window."""
    made = []
    for day in sorted(days):
        now_s = MONDAY_S + day * DAY_S // 3
        if due(ledger_of(*made), now_s).is_due:
            made.append((now_s, 600_000))
    starts = [at_s for at_s, _ in made]
    assert all(b - a >= 24 * HOUR_S for a, b in pairwise(starts))
    for end_s in starts:
        assert sum(end_s - 7 * DAY_S < one <= end_s for one in starts) <= 3
    assert len(made) <= PLAN.initial.max_sessions


def test_without_a_record_the_first_run_is_due_now():
    answer = due(ledger_of(), MONDAY_S)
    assert (answer.is_due, answer.allowed_s, answer.phase) == (True, MONDAY_S, "initial")
    assert (answer.anode, answer.reason) == ("left", "")


@pytest.mark.parametrize(("later_s", "is_due"), [(24 * HOUR_S - 1, False), (24 * HOUR_S, True)])
def test_the_interval_is_kept_to_the_second(later_s, is_due):
    assert due(ledger_of((MONDAY_S, 0)), MONDAY_S + later_s).is_due == is_due


@pytest.mark.parametrize(("later_s", "is_due"), [(7 * DAY_S - 1, False), (7 * DAY_S, True)])
def test_the_fourth_run_of_seven_days_waits_for_the_first_to_leave_them(later_s, is_due):
    ledger = ledger_of(*((MONDAY_S + day * DAY_S, 0) for day in (0, 2, 4)))
    answer = due(ledger, MONDAY_S + later_s)
    assert (answer.is_due, answer.runs) == (is_due, 3)
    assert is_due or answer.reason == "initial.per_week: 3 runs in any 7 days"


def test_charge_leaves_after_28_days_and_the_next_runs_bound_counts():
    ledger = ledger_of((MONDAY_S, 19_400_000))
    assert limit_uc_cm2(PLAN) == 2_000_000
    assert due(ledger, MONDAY_S + 2 * DAY_S, next_uc_cm2=Fraction(60_000)).is_due
    late = due(ledger, MONDAY_S + 2 * DAY_S, next_uc_cm2=Fraction(60_001))
    assert late.allowed_s == MONDAY_S + 28 * DAY_S
    assert late.reason == "limits.charge_c_cm2_28d: 2 C/cm² in any 28 days"


def test_a_run_that_alone_exceeds_the_charge_is_never_due():
    answer = due(ledger_of(), MONDAY_S, next_uc_cm2=Fraction(2_000_001))
    assert (answer.is_due, answer.allowed_s) == (False, None)
    assert "one run alone may carry 2" in answer.reason


def test_after_twelve_runs_without_a_response_no_time_makes_it_due():
    runs = [(MONDAY_S + week * 7 * DAY_S, 0) for week in range(12)]
    answer = due(ledger_of(*runs), MONDAY_S + 999 * DAY_S)
    assert (answer.is_due, answer.allowed_s) == (False, None)
    assert "12 runs without a response" in answer.reason
    assert due(ledger_of(*runs, responses=RESPONDED), MONDAY_S + 999 * DAY_S).is_due


@pytest.mark.parametrize(("later_s", "is_due"), [(7 * DAY_S - 1, False), (7 * DAY_S, True)])
def test_after_a_response_a_run_is_due_every_seven_days(later_s, is_due):
    answer = due(ledger_of((MONDAY_S, 0), responses=RESPONDED), MONDAY_S + later_s)
    assert (answer.phase, answer.is_due) == ("maintenance", is_due)


def test_a_response_of_0_leaves_the_initial_phase_as_it_is():
    none = (Response(name="response", at_s=MONDAY_S, score=0),)
    assert due(ledger_of(responses=none), MONDAY_S).phase == "initial"


def test_where_a_response_does_not_verify_the_stricter_of_both_phases_holds():
    doubtful = (("response-l07-001.jsonl", "damaged"),)
    few = ledger_of((MONDAY_S, 0), doubtful=doubtful)
    assert due(few, MONDAY_S).allowed_s == MONDAY_S + 7 * DAY_S
    many = ledger_of(*((MONDAY_S + day, 0) for day in range(12)), doubtful=doubtful)
    assert due(many, MONDAY_S).allowed_s is None
    assert due(few, MONDAY_S).phase == "unknown"


def test_beside_a_record_that_may_be_of_any_load_nothing_is_due():
    answer = due(ledger_of(unreadable=(("demo-s1-001", "cut"),)), MONDAY_S)
    assert (answer.is_due, answer.allowed_s) == (False, None)
    assert "demo-s1-001" in answer.reason


def test_the_anode_keeps_its_side_and_changes_it_after_a_response_only_if_the_plan_says_so():
    swapping = plan_of(("# swap_after", "swap_after"))
    responded = ledger_of(responses=RESPONDED)
    assert due(ledger_of(), MONDAY_S, swapping).anode == "left"
    assert due(responded, MONDAY_S, swapping).anode == "right"
    assert due(responded, MONDAY_S).anode == "left"


@given(
    st.integers(MONDAY_S - LONG, MONDAY_S + LONG),
    st.integers(-14 * 4, 14 * 4),
    st.integers(-14 * 4, 14 * 4),
    st.integers(-HOUR_S, HOUR_S),
)
def test_two_runs_are_a_day_apart_whatever_their_local_clocks_showed(
    at_s, quarters, later_quarters, more_s
):
    def local(moment_s, quarter_hours):
        zone = timezone(timedelta(minutes=15 * quarter_hours))
        return datetime.fromtimestamp(moment_s, zone).isoformat()

    ledger = ledger_of((at(local(at_s, quarters)), 0))
    later = at(local(at_s + DAY_S + more_s, later_quarters))
    assert due(ledger, later).is_due == (more_s >= 0)


def test_an_hour_that_a_local_clock_skips_or_repeats_changes_no_interval():
    spring = ledger_of((at("2026-03-28T09:00+01:00"), 0))
    assert not due(spring, at("2026-03-29T09:00+02:00")).is_due  # 23 h
    assert due(spring, at("2026-03-29T10:00+02:00")).is_due
    autumn = ledger_of((at("2026-10-24T09:00+02:00"), 0))
    assert due(autumn, at("2026-10-25T08:00+01:00")).is_due  # 24 h


def test_a_leap_day_is_a_day():
    ledger = ledger_of((at("2028-02-28T09:00Z"), 0))
    assert moments.iso(due(ledger, MONDAY_S).allowed_s) == "2028-02-29T09:00:00Z"
    month = ledger_of((at("2028-02-15T09:00Z"), 19_800_000))
    assert moments.iso(due(month, at("2028-02-20T09:00Z")).allowed_s) == "2028-03-14T09:00:00Z"


def test_a_fraction_of_a_second_is_on_the_safe_side():
    moment = moments.read("2026-03-02T09:00:00.5Z")
    assert (moments.begun_s(moment), moments.full_s(moment)) == (MONDAY_S, MONDAY_S + 1)


def test_a_moment_is_shown_in_the_local_zone_to_the_second():
    summer = timezone(timedelta(hours=2))
    assert moments.shown(MONDAY_S + 1, summer) == "2026-03-02 11:00:01 +0200"


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-03-29T02:30", "2026-02-29T00:00Z", "1999-01-01T00:00Z", "9999-12-31"],
)
def test_a_moment_without_a_zone_or_that_never_was_is_refused(text):
    with pytest.raises(ValueError, match=r"no moment|no zone|outside"):
        moments.read(text)
