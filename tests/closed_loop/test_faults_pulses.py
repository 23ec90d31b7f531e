"""Faults of a train of pulses that take a second of its flat parts to be seen."""

import pytest
from tests.support.programs import pulses, words
from tests.support.trial import Trial

PROGRAM = {"slew_ua_s": 2000, "charge_uc": 100_000_000, "time_s": 100}


@pytest.mark.hazard("H-07", "H-17", "H-31")
@pytest.mark.parametrize(("on_ms", "off_ms"), [(200, 200), (20, 30)])
@pytest.mark.parametrize(
    ("fault", "cause", "onset_ms"),
    [
        ("weak@2:0.5", "under-current", 2000),
        ("short@7:10", "low impedance", 7000),
        ("v-dead@7", "low impedance", 7000),
    ],
)
@pytest.mark.short_cases(
    "short@7:10-low impedance-7000-200-200",
    "v-dead@7-low impedance-7000-20-30",
    "weak@2:0.5-under-current-2000-20-30",
)
def test_too_little_current_and_a_short_are_found_after_a_second_of_flat_parts(
    on_ms, off_ms, fault, cause, onset_ms
):
    trial = Trial("resistor:2000", faults=[fault])
    trial.run(words([pulses(on_ms, off_ms, 2, 20_000 // (on_ms + off_ms))], **PROGRAM))
    assert (trial.last["outcome"], trial.last["fault"]) == ("fault", cause)
    share = on_ms / (on_ms + off_ms + 4)
    assert onset_ms + 1000 < trial.last["t_ms"] < onset_ms + 1300 / share
    trial.wait_s(1)
    assert trial.plant.load_ua < 5
