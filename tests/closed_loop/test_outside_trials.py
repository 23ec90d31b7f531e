"""Sessions that trials from outside found wrong: limited holds, silent faults, weak compliance.

Shipped protocols and raw programs on the virtual bench. Currents in uA, charge in uC.
"""

from itertools import pairwise

import pytest
from tests.closed_loop.sessions import by_time, change_load
from tests.host.protocol_bench import Run, board_of, compiled, run_protocol, shipped
from tests.support.programs import segment, words
from tests.support.tiers import thinned
from tests.support.trial import Trial

from ionto.core import codes, program
from iontobench import resources
from iontobench.protocols import load

LONG = pytest.mark.long


def events(run, code):
    """Every event of a code: (t_ms, a, b)."""
    return [(one.t_ms, one.a, one.b) for one in run.events if one.code == code]


@pytest.mark.hazard("H-06", "H-15")
@pytest.mark.parametrize(
    ("name", "ohm"), [("galvanisation", 10_500), ("tapwater-hands", 4200)], ids=["5 mA", "30 mA"]
)
@pytest.mark.short_cases("5 mA")
def test_a_hold_by_time_on_a_load_too_dry_for_it_gets_no_more_than_its_plan(name, ohm):
    made, board = compiled(shipped(name))
    run = Run(made.words, board, f"resistor:{ohm}")
    assert (run.last["outcome"], run.last["fault"]) == ("complete", None)
    assert run.truth.gross_uc <= made.timeline.planned_uc
    assert events(run, codes.EVENT_LIMITED)


@pytest.mark.long
@pytest.mark.hazard("H-06", "H-15")
@pytest.mark.parametrize(("name", "ohm"), [("galvanisation", 10_500), ("tapwater-hands", 4200)])
def test_whole_holds_by_time_on_a_load_too_dry_for_them_get_no_more_than_their_plan(name, ohm):
    made, board = compiled(load(name))
    run = Run(made.words, board, f"resistor:{ohm}")
    assert (run.last["outcome"], run.last["fault"]) == ("complete", None)
    assert run.truth.gross_uc <= made.timeline.planned_uc


@pytest.mark.hazard("H-30")
def test_a_set_in_a_limited_hold_of_8_s_does_not_hold_it_up():
    made = by_time((2000, 8000), slew_ua_s=2000, peak_ua=3000, time_s=60)
    free, dry = (
        Run(made, board_of("virtual"), load, [(4.0, "set 3000")])
        for load in ("resistor:1000", "resistor:18500")
    )
    assert dry.last["outcome"] == "complete"
    assert dry.last["t_ms"] == pytest.approx(free.last["t_ms"], abs=1000)
    assert dry.truth.gross_uc <= free.truth.gross_uc


def with_fault(name, fault, stop_s):
    """A shipped protocol on its site's load with a fault, stopped then: (what ended it, trial)."""
    protocol = load(name)
    trial = Trial(protocol.skin, faults=(fault,)).say(stop_s, "stop")
    made, _ = compiled(protocol)
    return trial.run(made.words), trial


@pytest.mark.hazard("H-01")
@pytest.mark.parametrize("gain", [1.22, 1.3])
@pytest.mark.short_cases("1.3")
def test_a_gain_error_below_the_running_limit_warns_or_trips_within_two_seconds(gain):
    last, trial = with_fault("dental-fluoride", f"overcurrent@20:{gain}", 90)
    told = [item.t_ms for item in trial.events(codes.EVENT_OVER)]
    if gain == 1.3:
        assert last["fault"] == "overcurrent"
        assert 20_000 <= last["t_ms"] <= 22_100
    else:
        assert last["fault"] is None
        assert len(told) == 2
        assert 20_000 <= told[0] <= 22_100
        assert all(late - early >= 60_000 for early, late in pairwise(told))


@pytest.mark.hazard("H-07")
@pytest.mark.parametrize(
    ("name", "fault", "at_ms"),
    [("dental-fluoride", "short@20:10", 20_000), ("dexamethasone-40", "short@40:300", 40_000)],
)
@pytest.mark.short_cases("dental-fluoride-short@20:10-20000")
def test_a_short_at_a_small_current_and_a_partial_one_trip_within_three_seconds(
    name, fault, at_ms
):
    last, trial = with_fault(name, fault, 90)
    assert last["fault"] == "low impedance"
    assert at_ms + 1000 <= last["t_ms"] <= at_ms + 3200
    assert len(trial.events(codes.EVENT_LOW)) == 1


@pytest.mark.long
def test_a_sudden_lift_is_told_within_two_seconds_and_goes_on():
    last, trial = with_fault("dental-fluoride", "part-lift@30:50", 40)
    assert (last["outcome"], last["fault"]) == ("stopped", None)
    assert last["t_ms"] > 40_000
    [lift] = trial.events(codes.EVENT_LIFT)
    assert 30_000 <= lift.t_ms <= 32_200
    assert lift.b > lift.a


@pytest.mark.parametrize(("level_ua", "ohm"), [(20, 50_000), (20, 200), (30, 5000)])
@pytest.mark.short_cases("20-50000")
def test_a_program_smaller_than_the_probes_own_current_runs_on_500_ua(level_ua, ohm):
    held = segment(program.HOLD_TIME, level_ua, 10, 0, 5000)
    made = words([held], level_ua, 10, time_s=30, charge_uc=1000)
    run = Run(made, resources.load_board("virtual_500ua").BOARD, f"resistor:{ohm}")
    assert (run.last["outcome"], run.last["fault"]) == ("complete", None)
    assert run.truth.gross_uc == pytest.approx(level_ua * (5 + level_ua / 10) + 25, rel=0.2)


@pytest.mark.hazard("H-06")
@pytest.mark.parametrize(
    ("share", "dry_kohm"), thinned([1.0, 0.96, 0.94, 0.92, 0.88], [18.5, 17.5, 25.0, 19.5], part=4)
)
def test_a_stage_below_its_nominal_compliance_limits_and_returns_without_overshoot(
    share, dry_kohm
):
    trial = Trial("rc:10000:47", compliance_share=share)
    trial.at(4.0, change_load(dry_kohm)).at(9.0, change_load(10.0))
    seen_ua = []
    trial.each = lambda plant: seen_ua.append((plant.now_us, plant.load_ua))
    last = trial.run(by_time((2000, 10_000), slew_ua_s=1000, time_s=60))
    assert (last["outcome"], last["fault"]) == ("complete", None)
    # Not the instant of the change itself, in which the load's own capacitance empties.
    after_ua = max(ua for t_us, ua in seen_ua if t_us > 9_002_000)
    assert after_ua <= 2000 * 1.01 + 5


@pytest.mark.hazard("H-17")
@pytest.mark.parametrize("share", [1.0, 0.94])
def test_a_weak_stage_still_trips_whatever_its_compliance(share):
    trial = Trial("resistor:12000", faults=("weak@5:0.6",), compliance_share=share)
    last = trial.run(by_time((2000, 10_000), slew_ua_s=1000, time_s=60))
    assert last["fault"] == "under-current"


@pytest.mark.long
def test_a_skin_that_settles_does_not_drift():
    _, _, run = run_protocol(load("dental-fluoride"))
    assert events(run, codes.EVENT_DRIFT) == events(run, codes.EVENT_LIFT) == []
