"""Sessions with nothing wrong never trip: forearms of the population, dry starts among them.

The whole thousand is `python -m iontobench.campaign.nuisance`; here one
that starts dry, and twenty and all of them in the long tier.
"""

import pytest

from iontobench.campaign.healthy_bench import member
from iontobench.campaign.nuisance import NuisanceResult, is_trip, main, report, session
from iontobench.campaign.parallel import over_seeds

DRY = 4  # a seed


def test_a_session_with_nothing_wrong_that_starts_dry_completes_without_a_trip():
    assert not is_trip(session(DRY))


@pytest.mark.long
def test_twenty_sessions_with_nothing_wrong_complete_without_a_trip():
    found = [session(seed) for seed in range(1, 21)]
    assert [ended.seed for ended in found if is_trip(ended)] == []
    assert len({ended.peak_ua for ended in found}) > 10  # they were twenty different loads


@pytest.mark.long
def test_a_thousand_sessions_with_nothing_wrong_complete_without_a_trip():
    found = over_seeds(session, range(1, 1001), 2)
    assert [ended.seed for ended in found if is_trip(ended)] == []


def test_each_session_draws_its_own_compliance_within_the_stages_tolerance(monkeypatch):
    from iontobench.campaign import healthy_bench

    shares = []

    def stop_here(*args):
        shares.append(args[-1])
        raise StopIteration

    monkeypatch.setattr(healthy_bench, "FaultBench", stop_here)
    for seed in (1, 21, 41):  # one board
        with pytest.raises(StopIteration):
            session(seed)
    assert len(set(shares)) == 3
    assert all(0.995 <= share <= 1.024 for share in shares)


def test_a_skin_is_its_seeds_and_a_quarter_of_them_start_dry():
    assert member(7) == member(7)
    assert member(7) != member(8)
    skins = [member(seed) for seed in range(400)]
    dry = sum(skin.label.endswith("dry") for skin in skins)
    assert abs(dry / len(skins) - 0.25) < 0.06
    middle = sorted(skin.j50_ua_cm2 for skin in skins)[len(skins) // 2]
    assert middle == pytest.approx(20, rel=0.1)
    assert all(skin.r_min_kohm_cm2 >= 0.8 for skin in skins)


@pytest.mark.parametrize(
    ("outcome", "fault", "trips"),
    [("complete", None, 0), ("short", None, 1), ("fault", "open", 1), ("refused", "no load", 1)],
)
def test_whatever_is_not_the_programs_own_end_is_counted_and_named(outcome, fault, trips):
    text = report([NuisanceResult(3, "a skin", outcome, fault, 0, 0, 2000.0)])
    assert f"{trips} trips" in text
    assert ("seed 3 (a skin)" in text) == bool(trips)


def test_the_command_is_exit_1_when_a_session_trips(monkeypatch, capsys):
    from iontobench.campaign import nuisance

    bad = NuisanceResult(1, "a skin", "fault", "open", 0, 0, 1.0)
    monkeypatch.setattr(nuisance, "session", lambda seed: bad)
    assert main(["--seeds", "1", "--jobs", "1"]) == 1
    assert "1 trips" in capsys.readouterr().out
