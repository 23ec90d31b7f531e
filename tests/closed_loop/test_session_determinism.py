"""The seed decides everything: the same one gives the same items, another one others."""

import pytest
from tests.closed_loop.sessions import by_dose
from tests.support.trial import Trial


def told(load, adc, seed, *specs):
    """All that one session says, and the truth of it."""
    trial = Trial(load, adc, seed, specs)
    trial.say(1.5, "pause").say(3, "resume")
    last = trial.run(by_dose((2000, 6000)))
    truth = trial.truth
    return trial.items, last, (truth.gross_uc, truth.peak_ua, truth.last_above_us)


def test_the_same_seed_says_the_same_to_the_last_item():
    for adc in ("ideal", "rp2040"):
        first = told("forearm", adc, 1, "reopen@5:30")
        assert len(first[0]) > 60
        assert first == told("forearm", adc, 1, "reopen@5:30")


@pytest.mark.long
def test_another_seed_says_something_else():
    for adc in ("ideal", "rp2040"):
        items, _, truth = told("forearm", adc, 1)
        other_items, _, other_truth = told("forearm", adc, 2)
        assert items != other_items
        assert truth != other_truth


def test_a_listener_changes_nothing():
    watched, alone = Trial("forearm", "rp2040", 1), Trial("forearm", "rp2040", 1)
    watched.each = lambda plant: plant.truth.gross_uc
    words = by_dose((2000, 9000))
    assert watched.run(words) == alone.run(words)
    assert watched.items == alone.items
