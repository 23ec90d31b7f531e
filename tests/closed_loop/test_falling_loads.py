"""Loads that fall by themselves are no short: breakdown of skin, a dry one that settles, limiting.

Breakdown is a load of the test's own: above 30 V over both interfaces they lose nine tenths of
their resistance within milliseconds and recover slowly [docs/loads.md, Sites, F56, F57]; `spike_s`
is a movement that takes them there for an instant.
"""

from math import exp

import pytest
from msgspec.structs import replace
from tests.closed_loop.sessions import by_time

from ionto.core import codes
from iontobench.campaign.fault_bench import FaultBench, board_of
from iontobench.sim import bench
from iontobench.sim.load import SkinState
from iontobench.sim.skin import load_skin

LONG = pytest.mark.long
BOARD = board_of("virtual")
LEVEL_UA, RAMP_S = 2000, 5
BREAKS_MV, BREAK_US, STEP_US = 30_000.0, 2000.0, 1000


class Breaking(SkinState):
    """Skin that breaks down above 30 V."""

    recovery_us = 60e6
    spike_us = None
    lasts_us = 10_000  # once begun it goes on to its end
    now_us = until_us = 0

    def __init__(self, params, seed):
        self.broken = 0.0
        super().__init__(params, seed)

    def step(self, dt_us, gross_pc, net_pc, v1, v2):
        super().step(dt_us, gross_pc, net_pc, v1, v2)
        self.now_us += dt_us
        spike = self.spike_us is not None and 0 <= self.now_us - self.spike_us < 10_000
        if abs(v1) + abs(v2) > BREAKS_MV:
            self.until_us = self.now_us + self.lasts_us
        if self.now_us < self.until_us:
            self.broken += (1 - self.broken) * (1 - exp(-dt_us / BREAK_US))
        else:
            self.broken *= exp(-dt_us / self.recovery_us)
        factor = (1.2 if spike else 1.0) / (1 + 9 * self.broken)
        self.r1_kohm *= factor
        self.r2_kohm *= factor
        return STEP_US


def run(monkeypatch, params, hold_s, load=SkinState, injected=(), share=1.0):
    """A hold of 2 mA on a load; returns how it ended and the codes of its events."""
    monkeypatch.setattr(bench, "new_state", load)
    fault_bench = FaultBench(BOARD, params, faults=injected, share=share)
    words = by_time((LEVEL_UA, hold_s * 1000), slew_ua_s=LEVEL_UA // RAMP_S, probe_min_q4=8)
    seen = fault_bench.run(words)
    return seen.last, {item.code for item in seen.host.events}


def plain_skin(kohm, **changes):
    """Skin that neither settles nor gives way below breakdown, of this resistance in all."""
    forearm = load_skin("forearm")
    fixed = {"j50_ua_cm2": 1e5, "field_mv": 1e6, "breakdown_times": 1.0, "noise_sigma": 0.01}
    fixed |= changes
    return replace(forearm, r0_kohm_cm2=(kohm - 0.6) / 0.15, **fixed)


@pytest.mark.hazard("H-07")
@pytest.mark.parametrize("recovery_s", [0.02, 1.0, pytest.param(60.0, marks=LONG)])
@pytest.mark.short_cases("1.0")
def test_skin_that_breaks_down_in_the_ramp_is_no_short(recovery_s, monkeypatch):
    monkeypatch.setattr(Breaking, "recovery_us", recovery_s * 1e6)
    last, _ = run(monkeypatch, plain_skin(19.0), 12, Breaking)
    assert (last["outcome"], last["fault"]) == ("complete", None)


@pytest.mark.hazard("H-07")
@pytest.mark.parametrize("kohm", [14.0, 15.3, pytest.param(14.7, marks=LONG)])
@pytest.mark.parametrize("recovery_s", [1.0, pytest.param(60.0, marks=LONG)])
@pytest.mark.short_cases("1.0-14.0")
def test_skin_near_30_v_that_breaks_down_in_a_hold_is_told_and_is_no_short(
    kohm, recovery_s, monkeypatch
):
    monkeypatch.setattr(Breaking, "recovery_us", recovery_s * 1e6)
    monkeypatch.setattr(Breaking, "spike_us", 16_000_000)
    last, told = run(monkeypatch, plain_skin(kohm), 16, Breaking)
    assert (last["outcome"], last["fault"]) == ("complete", None)
    assert codes.EVENT_LOW in told


@pytest.mark.hazard("H-07")
@pytest.mark.parametrize("times", [10, pytest.param(6, marks=LONG)])
@pytest.mark.long
def test_a_very_dry_skin_that_settles_is_no_short(times, monkeypatch):
    forearm = load_skin("forearm")
    dry = replace(forearm, r0_kohm_cm2=times * forearm.r0_kohm_cm2, tau_fast_s=5.0)
    last, told = run(monkeypatch, dry, 25)
    assert (last["outcome"], last["fault"]) == ("complete", None)
    assert codes.EVENT_LOW not in told


@pytest.mark.hazard("H-07")
def test_a_return_from_limiting_is_no_short(monkeypatch):
    """A lead path that is half off for a time, and whole again: limited, then a fifth of it."""
    dry = plain_skin(14.0)
    back = ("part-lift@10:60", "part-lift@16:1")
    monkeypatch.setattr(bench.SimulatedBench, "worsen", _coming_back(bench.SimulatedBench.worsen))
    last, told = run(monkeypatch, dry, 22, injected=back, share=0.92)
    assert (last["outcome"], last["fault"]) == ("complete", None)
    assert codes.EVENT_LIMITED in told
    assert codes.EVENT_LIMITED_END in told


def _coming_back(worsen):
    """The second of two lifts puts the pad back, and it is wetter than before."""

    def change(self, resistance, area=1.0):
        worsen(self, *((1.0, 0.4) if area < 0.9 else (0.2, 2.5)))

    return change
