"""Dry loads and loads near compliance: limited, never a nuisance trip [docs/control.md, Limited].

The charge of half a minute at 2 mA with the 20 s ramps of a protocol, of one and a half in the
long tier; the time limit leaves room for the stretch that being limited costs.
"""

from itertools import pairwise

import pytest
from tests.closed_loop.regulating import AT_2_MA_40_V
from tests.closed_loop.sessions import by_dose, drier, shipped
from tests.support.trial import Trial

from ionto.core import codes, program

SHORT_UC, LONG_UC = 60_000, 180_000
LONG = pytest.mark.long
VERY_DRY = ((60, "complete", 5), (200, "short", 10))
PROBE_MIN_Q4 = shipped()[program.H_PROBE_MIN_Q4]


def held(load, adc="ideal", seed=1, dose_uc=SHORT_UC, share=None):
    """A part of the first protocol, at its slew, on a load; `share` is the stage's compliance."""
    trial = Trial(load, adc, seed, compliance_share=share)
    words = by_dose(
        (2000, dose_uc), slew_ua_s=100, time_s=220, probe_min_q4=PROBE_MIN_Q4, polarity=-1
    )
    trial.run(words)
    return trial


def assert_no_nuisance(trial, dose_uc, share=0.001):
    """Complete, true, without a trip, a cut or a dip."""
    last = trial.last
    assert (last["outcome"], last["fault"], last["later_faults"]) == ("complete", None, 0)
    assert last["dose_uc"] == pytest.approx(trial.truth.gross_uc, rel=share)
    assert last["dose_uc"] == pytest.approx(dose_uc, rel=0.0025)
    for code in (codes.EVENT_CONTACT, codes.EVENT_DIP, codes.EVENT_LATE):
        assert trial.events(code) == []
    assert trial.truth.peak_ua <= 2030


@pytest.mark.parametrize("dose_uc", [SHORT_UC, pytest.param(LONG_UC, marks=LONG)])
@pytest.mark.long
def test_a_dry_start_is_not_even_limited(dose_uc):
    trial = held("forearm-dry", dose_uc=dose_uc)
    assert_no_nuisance(trial, dose_uc)
    assert trial.events(codes.EVENT_LIMITED) == []
    assert max(sample.load_mv for sample in trial.samples()) == pytest.approx(18_300, rel=0.03)


def lacking_uc(trial):
    """What the firmware saw flow less than programmed, until the way down."""
    begun_ms, down_ms = trial.first_ms(codes.STATE_RAMP), trial.first_ms(codes.STATE_RAMP_DOWN)
    rows = [one for one in trial.samples() if begun_ms < one.t_ms < down_ms]
    return sum(
        (min(2000, (late.t_ms - begun_ms) / 10) - late.current_ua)
        * (late.t_ms - early.t_ms)
        / 1000
        for early, late in pairwise(rows)
    )


@pytest.mark.parametrize(
    ("times", "share", "least_ms", "most_ms", "adc", "dose_uc"),
    [
        (10, AT_2_MA_40_V, 200, 2000, "ideal", SHORT_UC),
        *(
            pytest.param(*case, adc, LONG_UC, marks=LONG)
            for case in (
                (10, AT_2_MA_40_V, 200, 2000),
                (15, None, 1000, 5000),
                (15, AT_2_MA_40_V, 8000, 20_000),
            )
            for adc in ("ideal", "rp2040")
        ),
    ],
)
def test_a_much_drier_start_is_limited_for_a_while_and_stretches_the_session(
    times, share, least_ms, most_ms, adc, dose_uc
):
    """By as long as the level takes to carry what the limited current has not."""
    trial = held(drier(times), adc, dose_uc=dose_uc, share=share)
    assert_no_nuisance(trial, dose_uc, 0.001 if adc == "ideal" else 0.01)
    # The start, and ramps that carry half of their time.
    nominal_ms = trial.first_ms(codes.STATE_RAMP) + 20_000 + dose_uc / 2
    stretched_ms = trial.last["t_ms"] - nominal_ms
    assert least_ms <= stretched_ms <= most_ms
    assert stretched_ms == pytest.approx(lacking_uc(trial) / 2, abs=100)
    limited_ms = sum(event.a for event in trial.events(codes.EVENT_LIMITED_END))
    assert len(trial.events(codes.EVENT_LIMITED)) == len(trial.events(codes.EVENT_LIMITED_END))
    assert limited_ms >= 10_000


# The probe tells an open lead, not dry skin: 200 ms after 5 V the constant-phase element still
# carries more than the least current. Such skin is energised, limited and breaks down; at 200
# times the time ends first.
@pytest.mark.hazard("H-06")
@pytest.mark.parametrize(
    ("times", "outcome", "least_warned"),
    [(20, "complete", 1), *(pytest.param(*case, marks=LONG) for case in VERY_DRY)],
)
def test_very_dry_skin_is_limited_never_over_current_and_told(times, outcome, least_warned):
    trial = held(drier(times, breakdown_times=10.0))
    last = trial.last
    assert (last["outcome"], last["fault"], last["later_faults"]) == (outcome, None, 0)
    assert last["dose_uc"] == pytest.approx(trial.truth.gross_uc, rel=0.001)
    assert (last["dose_uc"] >= 0.9975 * SHORT_UC) is (outcome == "complete")
    assert trial.truth.peak_ua <= 2030
    assert len(trial.events(codes.EVENT_LIMITED)) >= 1
    assert len(trial.events(codes.EVENT_COMPLIANCE)) >= least_warned


def test_a_load_that_the_probe_cannot_tell_from_an_open_lead_is_refused_unenergised():
    trial = held("resistor:2000000")  # dry skin still shows its capacitance
    assert (trial.last["outcome"], trial.last["fault"]) == ("refused", "no load")
    assert trial.truth.peak_ua <= 50  # the probe's own current
    assert trial.last["state"] == "fault"
    assert [event.code for event in trial.items[-1:]] == [codes.EVENT_END]


def restless(times, noise):
    """A dry load whose resistance wanders quickly, so that it is limited again and again."""
    return drier(times, noise_sigma=noise, noise_tau_s=0.5)


@pytest.mark.parametrize(
    ("seed", "dose_uc"), [(1, SHORT_UC), *(pytest.param(n, LONG_UC, marks=LONG) for n in (1, 2))]
)
@pytest.mark.long
def test_a_restless_load_near_compliance_never_trips(seed, dose_uc):
    trial = held(restless(9, 0.05), "rp2040", seed, dose_uc)
    assert_no_nuisance(trial, dose_uc, 0.01)
    assert trial.events(codes.EVENT_LIMITED) != []


@LONG
@pytest.mark.parametrize("seed", range(3, 23))
@pytest.mark.parametrize(("times", "noise"), [(8, 0.02), (9, 0.1), (15, 0.05), (13, 0.15)])
def test_restless_loads_near_compliance_never_trip_over_many_seeds(times, noise, seed):
    trial = held(restless(times, noise), "rp2040", seed, LONG_UC)
    assert_no_nuisance(trial, LONG_UC, 0.01)
