"""A drying load on an intermittent lead: off in time, latched when due, and nothing without a gap.

The whole 10,000 is `python -m iontobench.campaign.leads`; here 10, and 200 and 10,000 in the long
tier.
"""

from itertools import pairwise

import pytest

from iontobench.campaign.fault_bench import FaultBench
from iontobench.campaign.leads import LeadGap, gaps_of, judge, main, session
from iontobench.campaign.matrix import LOADS, short_program
from iontobench.campaign.parallel import over_seeds
from iontobench.resources import load_board

BOARD = load_board("virtual").BOARD
LOAD = LOADS[1]


def bad_of(found):
    return [ended for ended in found if ended.is_bad]


@pytest.mark.hazard("H-03", "H-04", "H-05", "H-06")
@pytest.mark.parametrize("seeds", [5, pytest.param(10, marks=pytest.mark.long)])
def test_some_seeds_of_a_bad_lead_are_never_left_on_missed_or_tripped_for_nothing(seeds):
    found = [session(seed) for seed in range(1, seeds + 1)]
    assert bad_of(found) == []
    assert sum(ended.cuts for ended in found) > seeds // 2
    if seeds == 10:
        assert any(ended.limited for ended in found)
        assert {"open", None} <= {ended.fault for ended in found}


@pytest.mark.hazard("H-03")
def test_the_stages_charge_on_a_re_contact_at_30_ua_does_not_turn_the_current_down_into_a_cut():
    assert not session(5949).is_bad


@pytest.mark.long
@pytest.mark.hazard("H-03", "H-04", "H-05", "H-06")
def test_two_hundred_seeds_of_a_bad_lead_are_never_left_on_missed_or_tripped_for_nothing():
    found = [session(seed) for seed in range(1, 201)]
    assert bad_of(found) == []
    assert sum(ended.cuts for ended in found) > 100
    assert sum(ended.limited > 0 for ended in found) > 10
    assert {"open", "intermittent contact", None} <= {ended.fault for ended in found}


@pytest.mark.long
def test_ten_thousand_seeds_of_a_bad_lead_are_never_left_on_missed_or_tripped_for_nothing():
    assert bad_of(over_seeds(session, range(1, 10_001), 2)) == []


def test_bursts_are_the_seeds_own_apart_from_each_other_and_of_1_to_500_ms():
    assert gaps_of(3) == gaps_of(3)
    many = [gap for seed in range(300) for gap in gaps_of(seed)]
    lengths_ms = [(gap.to_us - gap.from_us) / 1000 for gap in many]
    assert min(lengths_ms) < 3
    assert 300 < max(lengths_ms) <= 500
    for seed in range(300):
        gaps = gaps_of(seed)
        assert all(one.to_us < two.from_us for one, two in pairwise(gaps))


def judged(told, *faults):
    """A session with `faults`, judged as if the lead had done what `told` says."""
    bench = FaultBench(BOARD, LOAD.name, faults=faults)
    return judge(1, LOAD, bench.run(short_program(LOAD.level_ua)), told)


def test_a_gap_that_nothing_answered_is_missed():
    ended = judged([LeadGap(2_500_000, 2_560_000)])
    assert (ended.missed, ended.nuisances, ended.is_bad) == (1, 0, True)


def test_a_gap_that_was_cut_in_time_is_good():
    ended = judged([LeadGap(2_500_000, 2_560_000)], "open@2.5:60")
    assert (ended.missed, ended.nuisances, ended.cuts, ended.is_bad) == (0, 0, 1, False)


def test_a_gap_before_anything_flows_or_too_short_to_be_due_asks_for_nothing():
    assert judged([LeadGap(100, 60_000), LeadGap(2_500_000, 2_503_000)]).missed == 0


def test_a_cut_without_a_gap_is_a_nuisance():
    ended = judged([], "open@2.5:60")
    assert (ended.missed, ended.nuisances) == (0, 1)


def test_a_trip_of_another_kind_is_a_nuisance_too():
    ended = judged([], "a-scale@2.5:0.5")
    assert (ended.fault, ended.nuisances, ended.is_bad) == ("senses apart", 1, True)


def test_an_output_that_stays_on_is_bad_even_if_all_else_was_right():
    bench = FaultBench(BOARD, LOAD.name, faults=("open@2.5:60",))
    seen = bench.run(short_program(LOAD.level_ua))
    seen.plant.gate = True
    ended = judge(1, LOAD, seen, [LeadGap(2_500_000, 2_560_000)])
    assert (ended.is_off, ended.is_bad) == (False, True)


def test_the_command_is_exit_1_when_a_seed_is_bad(monkeypatch, capsys):
    from iontobench.campaign import leads

    bad = judged([LeadGap(2_500_000, 2_560_000)])
    monkeypatch.setattr(leads, "session", lambda seed: bad)
    assert main(["--seeds", "1", "--jobs", "1"]) == 1
    assert "1 missed" in capsys.readouterr().out
