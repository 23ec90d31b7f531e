"""The load's own steps against a solver that takes as many as it needs.

The reference writes the equations of docs/loads.md down once more, as one system of differential
equations without a step of its own, and `scipy` solves it. The plant is driven the same way in
steps of 10 us to 10 ms.
"""

from math import exp

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.integrate import solve_ivp
from tests.closed_loop.plants import bench_with, drive_ua

from iontobench.sim.network import FILTER_TAU_US
from iontobench.sim.plant_state import NEVER_US
from iontobench.sim.skin import load_skin
from iontobench.sim.voigt import ALPHA, RATIOS, SHARES, SLOWEST, TAU_PER_KOHM_NF

EVERY_US = 10_000
_DENSITY_TAU_US = 5000.0
_RTOL, _ATOL = 1e-6, 1e-5
NEAR = 0.005
C_OUT_NF = 0.47  # [boards/pico_pwm/README.md]
_SHARES, _M = np.array(SHARES), SLOWEST / np.array(RATIOS)
# The state: two poles, node N, EMF, |I| filtered, charge; of each interface five branches, then
# fast, slow and field.
_HEAD, _EACH = 6, 5 + 3


class Reference:
    """One load under the stage, the gate closed until `off_us`."""

    def __init__(self, params, stage, off_us):
        self.p, self.stage, self.off_us = params, stage, off_us
        self.areas = (params.active_cm2, params.return_cm2)
        per_area = sum(1 / area for area in self.areas)
        self.series = 0.001 * (
            params.r_body_ohm + 2 * params.r_lead_ohm + params.areal_ohm_cm2 * per_area
        )
        self.c_dl = params.electrode_uf_cm2 * min(self.areas) * 1000.0
        self.state = np.zeros(_HEAD + 2 * _EACH)

    def run(self, drives):
        """Node voltages at the end of each piece of `EVERY_US` at one of `drives`."""
        seen = []
        for index, drive in enumerate(drives):
            is_on = index * EVERY_US < self.off_us
            found = solve_ivp(
                *(lambda _, y, d=drive, on=is_on: self.slopes(y, d, on), (0, EVERY_US)),
                *(self.state, "LSODA"),
                rtol=_RTOL,
                atol=_ATOL,
            )
            assert found.success
            self.state = found.y[:, -1]
            seen.append(self.state[2])
        return seen

    def slopes(self, y, drive, is_on):
        """dy / dt of every state, 1/us."""
        x1, x2, node, emf, mean, _ = y[:_HEAD]
        stage, p = self.stage, self.p
        sides = [y[_HEAD + i * _EACH : _HEAD + (i + 1) * _EACH] for i in (0, 1)]
        rest = emf + sum(side[:5].sum() for side in sides)
        current = (node - rest) / self.series
        leak = 1 / stage.divider_kohm
        leak += 1 / stage.output_kohm if is_on else 1 / stage.bleed_kohm
        feed = x2 if is_on else 0.0
        out = [
            (drive - x1) / FILTER_TAU_US,
            (x1 - x2) / FILTER_TAU_US,
            (feed - current - node * leak) / stage.c_out_nf,
            current / self.c_dl
            - abs(current) * emf / (self.c_dl * p.electrode_mv)
            - 1e-6 * emf / p.electrode_decay_s,
            (abs(current) - mean) / _DENSITY_TAU_US,
            current,
        ]
        for area, side in zip(self.areas, sides, strict=True):
            out.extend(self.interface(side, area, current, mean))
        return out

    def interface(self, side, area, current, mean):
        """The same of one interface."""
        p, branches, (g1, g2, field) = self.p, side[:5], side[5:]
        z = (field / p.breakdown_mv) ** 8
        fall = 1 + p.fast_share * g1 + (1 - p.fast_share) * g2
        fall *= 1 + (field / p.field_mv) ** 2
        fall *= 1 + (p.breakdown_times - 1) * z / (1 + z)
        r = p.r_min_kohm_cm2 + (p.r0_kohm_cm2 - p.r_min_kohm_cm2) / fall
        tau = (r * p.c_nf_cm2 * TAU_PER_KOHM_NF) ** (1 / ALPHA)
        goal, size = mean / area / p.j50_ua_cm2, abs(branches.sum())
        rising = 1000.0 * (p.tau_field_ms if size > field else p.tau_field_recovery_ms)
        return [
            *((_SHARES * r / area * current - branches) / (_M * tau)),
            (goal - g1) * 1e-6 / (p.tau_fast_s if goal > g1 else p.tau_recovery_s),
            (goal - g2) * 1e-6 / (p.tau_slow_s if goal > g2 else p.tau_recovery_s),
            (size - field) / rising,
        ]


def on_stage(skin):
    """A bench with the most output capacitance that a stage may have."""
    bench = bench_with(skin, compliance_share=1.0)
    bench.stage = replace(bench.stage, c_out_nf=C_OUT_NF)
    bench.worsen(1.0)  # with coefficients of its own
    return bench


def driven(skin, drives, off_us, step_us):
    """The plant's voltages at the same moments, in steps of `step_us`."""
    bench = on_stage(skin)
    bench.dead_us = NEVER_US  # a step of 10 ms is longer than the dead-man's hold
    bench.set_gate(True)
    seen = []
    for index, drive in enumerate(drives):
        if index * EVERY_US == off_us:
            bench.set_gate(False)
        drive_ua(bench, drive)
        for _ in range(EVERY_US // step_us):
            bench.advance(bench.now_us + step_us)
        seen.append(bench.node_mv)
    return bench, seen


def session(top_ua, ramp_s, hold_s, off_s):
    """Drives of a ramp, a hold, a ramp to half of it and the gate off, one each 10 ms."""
    ramp, hold = round(ramp_s * 100), round(hold_s * 100)
    up = [top_ua * (index + 1) / ramp for index in range(ramp)]
    down = [top_ua * (1 - 0.5 * (index + 1) / ramp) for index in range(ramp)]
    drives = up + [top_ua] * hold + down + [top_ua / 2] * hold
    return drives + [0.0] * round(off_s * 100), len(drives) * EVERY_US


def quiet(name, **changes):
    """A shipped load without its motion."""
    return replace(load_skin(name), noise_sigma=0.0, **changes)


LOADS = {
    "forearm": (quiet("forearm"), 2000),
    "dry": (quiet("forearm-dry"), 2000),
    "palm": (quiet("palm", active_cm2=150.0, return_cm2=150.0), 4000),
    "small": (quiet("forearm", active_cm2=0.95, return_cm2=25.0), 100),
}


OTHERS = sorted(LOADS.keys() - {"forearm"})
LONG = pytest.mark.long


@pytest.fixture(scope="module")
def references():
    """Each load's reference, solved once."""
    return {}


def reference_of(references, name):
    if name not in references:
        skin, top_ua = LOADS[name]
        drives, off_us = session(top_ua, 1.0, 0.4, 0.2)
        one = Reference(skin, on_stage(skin).stage, off_us)
        references[name] = drives, off_us, np.array(one.run(drives)), one.state[5]
    return references[name]


@pytest.mark.parametrize("name", ["forearm", *(pytest.param(one, marks=LONG) for one in OTHERS)])
@pytest.mark.parametrize("step_us", [10_000, 1000, 100, pytest.param(10, marks=LONG)])
def test_any_step_of_10_us_to_10_ms_ends_within_half_a_percent_of_a_solver(
    name, step_us, references
):
    drives, off_us, told, charge_pc = reference_of(references, name)
    bench, seen = driven(LOADS[name][0], drives, off_us, step_us)
    away = np.abs(np.array(seen) - told)
    on = off_us // EVERY_US
    # A share of a fifth of the peak at least: up to 10 uA the plant takes its first-order steps.
    # After the gate a share of the peak: what is left is nothing.
    assert (away[:on] <= NEAR * np.maximum(told[:on], 0.2 * told.max())).all()
    assert (away[on:] <= NEAR * told.max()).all()
    assert bench.net_pc == pytest.approx(charge_pc, rel=0.001)


def test_the_reference_itself_knows_a_resistor():
    # v = R I (1 - exp(-t / tau)) for each branch: the sum of five at a constant current.
    one = Reference(LOADS["forearm"][0], bench_with("forearm").stage, 10**9)
    r_kohm, tau_us = 15.0, (150 * 25 * TAU_PER_KOHM_NF) ** (1 / ALPHA)
    slopes = one.interface(np.zeros(8), 10.0, 10.0, 10.0)
    for slope, share, m in zip(slopes, SHARES, _M, strict=False):
        moved = r_kohm * share * 10.0 * (1 - exp(-1e-3 / (m * tau_us)))
        assert slope * 1e-3 == pytest.approx(moved, rel=2e-3)
