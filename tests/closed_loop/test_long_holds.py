"""Long holds: healthy ones are told of nothing, sudden lifts are; the whole campaign is long.

The 200 sessions of each are `python -m iontobench.campaign.long_holds`.
"""

import pytest

from ionto.core import codes, program
from iontobench.campaign import long_holds
from iontobench.campaign.healthy_bench import member
from iontobench.campaign.long_holds import (
    SITES,
    HoldResult,
    bubbling,
    healthy,
    is_good,
    is_in_time,
    lifted,
    load_of,
    main,
    program_of,
    report,
    site_of,
    treatment_of,
)
from iontobench.campaign.parallel import over_seeds

FOREARM, TOOTH, BUBBLE = 5, 4, 51  # seeds; a bubble takes 22 % of the last one's palm at 59 s
WELL = HoldResult(5, "forearm", "complete", None, (codes.EVENT_START,), 0, 1.02)


def test_sites_take_turns_under_the_electrodes_and_currents_of_shipped_protocols():
    assert [site_of(seed) for seed in range(5)] == list(SITES)
    assert treatment_of("bath").level_ua == 15_000
    assert treatment_of("tooth").areas_cm2 == (0.5, 20.0)
    assert treatment_of("sole").ramp_s == 40
    assert all(treatment_of(site).least_ohm > 0 for site in SITES)


def test_a_site_has_its_own_spreads_and_the_forearm_is_what_it_was():
    assert member(7) == member(7, "forearm")
    bath, palm, tooth = (member(7, site, 20, 20) for site in ("bath", "palm", "tooth"))
    assert bath.r_gel_ohm_cm2 == 0
    assert 50 <= palm.water_us_cm <= 1000
    assert 1 <= palm.water_cm <= 2
    assert palm.electrode_mv >= 1000 > 300 >= tooth.electrode_mv
    assert tooth.water_cm == 0


@pytest.mark.parametrize("seed", [FOREARM, pytest.param(TOOTH, marks=pytest.mark.long)])
def test_a_healthy_hold_is_told_of_nothing_and_a_sudden_lift_within_two_seconds(seed, monkeypatch):
    monkeypatch.setattr(long_holds, "SESSION_S", 60)
    held = healthy(seed)
    assert [held.is_trip, held.is_alarm, held.is_drift] == [False] * 3
    assert 0.9 < held.ratio < 1.06
    found = lifted(seed)
    assert is_in_time(found)
    assert found.told_ms > 0


@pytest.mark.long
@pytest.mark.hazard("H-07")
def test_bubbles_are_runs_of_their_own_that_may_warn_and_not_trip(monkeypatch):
    monkeypatch.setattr(long_holds, "SESSION_S", 92)
    assert load_of(BUBBLE).bubbles_per_min > 0 == load_of(FOREARM).bubbles_per_min
    quiet, bubbled = healthy(BUBBLE), bubbling(BUBBLE)
    assert [quiet.is_trip, quiet.is_alarm, bubbled.is_trip] == [False] * 3
    assert bubbled.ratio > 1.01 > 0.99 > quiet.ratio


def test_a_trip_by_bubbles_is_too_many_and_their_warnings_are_counted_apart():
    lift = WELL._replace(told=(codes.EVENT_LIFT,))
    trip = WELL._replace(seed=8, fault="low impedance", outcome="fault")
    told = WELL._replace(told_ms=900.0)
    assert is_good([WELL], [told], [lift] * 3)
    assert not is_good([WELL], [told], [trip])
    text = report([WELL], [told], [WELL, lift, trip])
    assert "3 healthy sessions with bubbles: 1 trips, 1 warned of a lift" in text
    assert "seed 8" in text


@pytest.mark.long
def test_200_healthy_holds_of_6_min_are_told_of_nothing_and_200_lifts_are_told():
    seeds = range(1, 201)
    well, lifts = over_seeds(healthy, seeds, 2), over_seeds(lifted, seeds, 2)
    bubbled = over_seeds(bubbling, [one for one in seeds if load_of(one).bubbles_per_min], 2)
    assert is_good(well, lifts, bubbled), report(well, lifts, bubbled)


@pytest.mark.parametrize(
    ("bad", "lifts", "good"),
    [
        ([], [], True),
        ([WELL._replace(fault="low impedance", outcome="fault")], [], False),
        ([WELL._replace(told=(codes.EVENT_LIFT,))], [], False),
        ([WELL._replace(told=(codes.EVENT_LOW,))], [], False),
        ([WELL._replace(told=(codes.EVENT_OVER,))], [], False),
        ([WELL._replace(told=(codes.EVENT_DRIFT,))], [], True),
        ([WELL._replace(told=(codes.EVENT_DRIFT,))] * 2, [], False),
        ([], [WELL._replace(told_ms=None)], True),
        ([], [WELL._replace(told_ms=2001.0)] * 2, False),
    ],
)
def test_one_alarm_two_drifts_or_two_late_lifts_in_a_hundred_or_twenty_are_too_many(
    bad, lifts, good
):
    well = [WELL] * (100 - len(bad)) + bad
    told = [WELL._replace(told_ms=1500.0)] * (20 - len(lifts)) + lifts
    assert is_good(well, told) == good


def test_the_report_names_every_session_that_was_not_as_it_should_be():
    late = WELL._replace(seed=9, told_ms=2001.0)
    text = report([WELL, WELL._replace(seed=7, told=(codes.EVENT_DRIFT,))], [late])
    assert "forearm: highest healthy 1 s ratio 1.0200" in text
    assert "seed 7" in text
    assert "seed 9" in text
    assert "seed 5" not in text


def test_the_command_is_exit_1_when_a_lift_is_not_told(monkeypatch, capsys):
    monkeypatch.setattr(long_holds, "healthy", lambda seed: WELL)
    monkeypatch.setattr(long_holds, "bubbling", lambda seed: WELL)
    monkeypatch.setattr(long_holds, "lifted", lambda seed: WELL._replace(told_ms=900.0))
    assert main(["--seeds", "1", "--jobs", "1"]) == 0
    monkeypatch.setattr(long_holds, "lifted", lambda seed: WELL)
    assert main(["--seeds", "1", "--jobs", "1"]) == 1
    assert "1 never" in capsys.readouterr().out


def test_its_programs_are_ramp_hold_and_ramp_within_six_minutes():
    at = treatment_of("bath")
    made = program_of(at, 300.0)
    assert (made[program.H_SEGMENTS], made[program.H_LEAST_OHM]) == (1, at.least_ohm)
    assert made[program.H_LIFT_PERCENT] == at.lift_percent
    assert long_holds.SESSION_S - 2 * at.ramp_s == 300
