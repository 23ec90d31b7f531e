"""What the board's page asks of a stage, by the page's ids, each with how the circuit shows it.

The page `boards/pico_pwm/README.md` has the sentences; a test holds both lists together. What the
simulated stage has of each stands in `simulated`, by the same ids and names.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from . import conversion, edges, guards, powering
from .bench import PICO_PWM, BoardStage

Measured = dict[str, float]
_FEW_US = 0.25  # times after an edge: steps of a microsecond, one pole for several
_PACKET = 0.2  # as the differential test allows of a charge
_ALIKE = 0.1  # of the circuit's value: nearer, the simulated stage is said to agree


@dataclass(frozen=True)
class Bound:
    """One number of a requirement, and what it may be. Both ends belong to it."""

    name: str  # as the measurement gives it
    words: str
    unit: str
    least: float = -math.inf
    most: float = math.inf
    alike: float = _ALIKE  # the simulated stage: nearer than this share, it is said to agree

    def holds(self, value: float) -> bool:
        """Whether the value is allowed; one that is no number is not."""
        return self.least <= value <= self.most

    def agrees(self, value: float, span: tuple[float, float] | None) -> bool:
        """Whether the simulated stage, with `span`, has nearly the circuit's value."""
        if span is None:
            return False
        low, high = span
        slack = self.alike * abs(value)
        return low - slack <= value <= high + slack


@dataclass(frozen=True)
class Requirement:
    """One requirement of the page."""

    id: str
    words: str
    measure: Callable[..., Measured] | None  # None: no circuit can show it
    bounds: tuple[Bound, ...] = field(default=())

    def on_stage(self, on: BoardStage) -> "Requirement":
        """The same, measured on the stage of a board."""
        return (
            self if self.measure is None else replace(self, measure=partial(self.measure, on=on))
        )

    def missed(self, measured: Measured) -> dict[str, float]:
        """Of what was measured, by its name: what lies outside its bound."""
        found = {bound.name: (bound, measured[bound.name]) for bound in self.bounds}
        return {name: value for name, (bound, value) in found.items() if not bound.holds(value)}


REQUIREMENTS = (
    Requirement(
        "S-01",
        "output resistance",
        conversion.output_resistance,
        (Bound("output_mohm", "2 to 40 V, 30 µA to 5 mA", "MΩ", least=5),),
    ),
    Requirement(
        "S-02",
        "bandwidth",
        conversion.bandwidth,
        (
            Bound("lowest_khz", "lowest −3 dB", "kHz", least=12),
            Bound("highest_khz", "highest −3 dB", "kHz", most=25),
            Bound("peak_ratio", "peak over the flat part", "", most=1.05),
        ),
    ),
    Requirement(
        "S-03",
        "scale",
        conversion.transfer,
        (
            Bound("gain_error_percent", "error of the gain", "%", -0.5, 0.5),
            Bound("bend_ua", "off a straight line", "µA", most=2, alike=1),
        ),
    ),
    Requirement(
        "S-04",
        "ripple of the PWM",
        conversion.ripple,
        (Bound("ripple_ua", "peak to peak at half duty", "µA", most=2),),
    ),
    Requirement(
        "S-05",
        "zero",
        conversion.zero,
        (Bound("largest_zero_ua", "duty 0, gate high", "µA", most=1, alike=1),),
    ),
    Requirement(
        "S-06",
        "compliance",
        conversion.compliance,
        (
            Bound("at_5ma_v", "at 5 mA", "V", least=40, alike=0.02),
            Bound("open_v", "no load", "V", most=47, alike=0.02),
        ),
    ),
    Requirement(
        "S-07",
        "recovery from saturation",
        edges.recovery,
        (
            Bound("extra_nc", "charge above the current", "nC", most=30),
            Bound("settled_us", "within 2 % after", "µs", most=100, alike=_FEW_US),
            Bound("from_above", "comes from above", "", 1, 1),
            Bound("peak_ma", "peak", "mA", most=47),
        ),
    ),
    Requirement(
        "S-08",
        "output capacitance",
        edges.halving,
        (
            Bound("c_out_pf", "at N", "pF", most=470),
            Bound(
                "above_limit_us", "8 to 4 kΩ at 5 mA: above 5.25 mA", "µs", most=9, alike=_FEW_US
            ),
            Bound("trips", "that trips the limiter", "", 0, 0),
        ),
    ),
    Requirement(
        "S-09",
        "gate",
        edges.gate_cut,
        (
            Bound("off_us", "below 1 % of full scale after", "µs", most=100, alike=_FEW_US),
            Bound("quiet_us", "below 5 µA after", "µs", most=1000, alike=_FEW_US),
        ),
    ),
    Requirement(
        "S-10",
        "bleed",
        edges.gate_cut,
        (Bound("open_n_after_5ms_mv", "an open output 5 ms after the gate", "mV", most=100),),
    ),
    Requirement(
        "S-11",
        "dead-man",
        guards.dead_man,
        (
            Bound("shortest_ms", "shorter of frozen high and low", "ms", least=3.6),
            Bound("longest_ms", "longer of frozen high and low", "ms", most=8.4),
            Bound("ready_ms", "conducts after pumping for", "ms", most=10),
            Bound("one_edge_conducts", "one edge alone conducts", "", 0, 0),
        ),
    ),
    Requirement(
        "S-12",
        "stuck pins",
        lambda on=PICO_PWM: {**edges.stuck_pins(on), **powering.gate_alone_high(on)},
        (
            Bound(
                "off_ms", "GATE and drive stuck at 2 mA, ENABLE still: off after", "ms", most=8.4
            ),
            Bound("still_ua", "GATE and drive high, ENABLE never moved", "µA", most=1, alike=1),
        ),
    ),
    Requirement(
        "S-13",
        "limiter",
        guards.thresholds,
        (Bound("threshold_ua", "opens at", "µA", 5200, 5300, alike=0.01),),
    ),
    Requirement(
        "S-14",
        "limiter's time",
        guards.trips,
        (
            Bound("trip_us", "back below 5.25 mA after", "µs", most=20, alike=_FEW_US),
            Bound("gone_us", "below 60 µA after", "µs", most=35, alike=_FEW_US),
            Bound("trip_nc", "charge", "nC", most=200),
        ),
    ),
    Requirement(
        "S-15",
        "LIM_TEST",
        guards.lim_test_threshold,
        (Bound("lim_test_ua", "opens at", "µA", 15, 42),),
    ),
    Requirement(
        "S-16",
        "the test current trips",
        guards.proof,
        (
            Bound("proven", "the firmware's proof, its own pins, is passed", "", 1, 1),
            Bound("closing_ua", "gate closes at 30 µA: at most", "µA", most=31),
            Bound("trips_us", "after LIM_TEST 45 µA open the switch in", "µs", 0, 20),
            Bound("peak_ua", "the most that flowed", "µA", most=150),
            Bound("dead_trips", "a dead limiter trips", "", 0, 0),
            Bound("dead_refused", "the firmware then refuses the start", "", 1, 1),
        ),
    ),
    Requirement(
        "S-17",
        "REARM",
        guards.rearm,
        (
            Bound("tripped_before", "tripped", "", 1, 1),
            Bound("tripped_after_gate_high", "still, after REARM with the gate high", "", 1, 1),
            Bound("tripped_after_gate_low", "still, after 1 µs with the gate low", "", 0, 0),
            Bound("rearm_nc", "what closing gives, 10 ms after the gate", "nC", most=0.1),
        ),
    ),
    Requirement(
        "S-18",
        "wind-up",
        edges.chain_closes,
        (
            Bound(
                "packet_nc",
                "series switch closes behind a high gate, 30 µA",
                "nC",
                most=10,
                alike=_PACKET,
            ),
        ),
    ),
    Requirement(
        "S-19",
        "PROBE",
        edges.probe_limits,
        (
            Bound("short_ua", "into a short", "µA", most=50),
            Bound("open_v", "into nothing", "V", most=5),
            Bound("of_10kohm_kohm", "10 kΩ are read as", "kΩ", 9.5, 10.5),
            Bound("ready_ms", "ready after", "ms", most=10),
        ),
    ),
    Requirement(
        "S-20",
        "senses",
        conversion.senses,
        (
            Bound("a_error_ua", "A at zero", "µA", -5, 5, alike=1),
            Bound("b_error_ua", "B at zero", "µA", -5, 5, alike=1),
            Bound("a_gain_percent", "A's gain", "%", -1, 1, alike=1),
            Bound("b_gain_percent", "B's gain", "%", -1, 1, alike=1),
        ),
    ),
    Requirement(
        "S-21",
        "load voltage",
        lambda on=PICO_PWM: {**conversion.senses(on), **conversion.load_voltage(on)},
        (
            Bound("v_error_mv", "at zero", "mV", -50, 50, alike=1),
            Bound("v_gain_percent", "gain", "%", -1, 1, alike=1),
            Bound("inside_ohm", "shunts inside the measured voltage", "Ω", most=30),
        ),
    ),
    Requirement(
        "S-22",
        "reference",
        conversion.reference,
        (Bound("code_shift_percent", "code of a duty, reference 1 % high", "%", most=0.1),),
    ),
    Requirement(
        "S-23",
        "bridge",
        edges.polarity,
        (
            Bound("in_the_swap_nc", "into the load while it swaps at zero", "nC", most=1),
            Bound("b_before_ua", "B before, 998 µA", "µA", 968, 1028),
            Bound("b_after_ua", "B after", "µA", -1028, -968),
        ),
    ),
    Requirement(
        "S-24",
        "power-up and open pins",
        powering.power_ups,
        (
            Bound("peak_ua", "into 1 kΩ, any order of the rails", "µA", most=50),
            Bound("charge_nc", "charge", "nC", most=5),
            Bound("armed", "the limiter is armed", "", 1, 1),
        ),
    ),
    Requirement(
        "S-25",
        "lockout",
        powering.lockout,
        (
            Bound("opens_at_v", "5 V falls: off at", "V", 4.0, 4.4),
            Bound("rise_percent", "either rail lost: current rises by", "%", most=5),
            Bound("hv_off_us", "45.5 V falls: off after", "µs", most=1000),
        ),
    ),
    Requirement(
        "S-26",
        "reset",
        edges.reset,
        (
            Bound("rise_percent", "5 mA: rises by", "%", most=1, alike=1),
            Bound("off_us", "below 1 % of full scale after", "µs", most=100, alike=_FEW_US),
        ),
    ),
    Requirement(
        "S-27",
        "supply",
        powering.supply,
        (
            Bound("least_hv_v", "full load, 4.75 V", "V", least=45.2),
            Bound("most_hv_v", "at rest, 5.25 V", "V", most=46),
            Bound("across_regulator_v", "across the regulator", "V", most=55),
        ),
    ),
    Requirement(
        "S-28",
        "discharge",
        powering.discharge,
        (Bound("empty_ms", "below 5 V after the supply goes", "ms", most=1000),),
    ),
    Requirement("S-29", "isolation", None),
)
