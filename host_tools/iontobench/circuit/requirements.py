"""What the board's page asks of a stage, by the page's ids, each with how the circuit shows it.

The page `boards/pico_pwm/README.md` has the sentences; a test holds both lists together. The
values of the simulated stage are its own, from its data or driven, so that a difference is told.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from . import conversion, edges, guards, powering
from .simulated import Span, simulated

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
    simulated: Span | None = None  # what the simulated stage has; None = nothing
    alike: float = _ALIKE

    def holds(self, value: float) -> bool:
        """Whether the value is allowed; one that is no number is not."""
        return self.least <= value <= self.most

    def agrees(self, value: float) -> bool:
        """Whether the simulated stage has nearly the circuit's value."""
        if self.simulated is None:
            return False
        low, high = self.simulated
        slack = self.alike * abs(value)
        return low - slack <= value <= high + slack


@dataclass(frozen=True)
class Requirement:
    """One requirement of the page."""

    id: str
    words: str
    measure: Callable[[], Measured] | None  # None: no circuit can show it
    bounds: tuple[Bound, ...] = field(default=())


_SIM = simulated()
_NONE = (0.0, 0.0)
_YES = (1.0, 1.0)

REQUIREMENTS = (
    Requirement(
        "S-01",
        "output resistance",
        conversion.output_resistance,
        (
            Bound(
                "output_mohm",
                "2 to 40 V, 30 µA to 5 mA",
                "MΩ",
                least=5,
                simulated=_SIM["output_mohm"],
            ),
        ),
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
            Bound("gain_error_percent", "error of the gain", "%", -0.5, 0.5, _NONE),
            Bound("bend_ua", "off a straight line", "µA", most=2, simulated=_NONE, alike=1),
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
        (Bound("largest_zero_ua", "duty 0, gate high", "µA", most=1, simulated=_NONE, alike=1),),
    ),
    Requirement(
        "S-06",
        "compliance",
        conversion.compliance,
        (
            Bound("at_5ma_v", "at 5 mA", "V", least=40, simulated=_SIM["at_5ma_v"], alike=0.02),
            Bound("open_v", "no load", "V", most=47, simulated=_SIM["open_v"], alike=0.02),
        ),
    ),
    Requirement(
        "S-07",
        "recovery from saturation",
        edges.recovery,
        (
            Bound(
                "extra_nc",
                "charge above the current",
                "nC",
                most=30,
                simulated=_SIM["extra_nc"],
            ),
            Bound(
                "settled_us",
                "within 2 % after",
                "µs",
                most=100,
                simulated=_SIM["settled_us"],
                alike=_FEW_US,
            ),
            Bound("from_above", "comes from above", "", 1, 1, _SIM["from_above"]),
            Bound("peak_ma", "peak", "mA", most=47, simulated=_SIM["peak_ma"]),
        ),
    ),
    Requirement(
        "S-08",
        "output capacitance",
        edges.halving,
        (
            Bound("c_out_pf", "at N", "pF", most=470, simulated=_SIM["c_out_pf"]),
            Bound(
                "above_limit_us",
                "8 to 4 kΩ at 5 mA: above 5.25 mA",
                "µs",
                most=9,
                simulated=_SIM["above_limit_us"],
                alike=_FEW_US,
            ),
            Bound("trips", "that trips the limiter", "", 0, 0, _SIM["halving_trips"]),
        ),
    ),
    Requirement(
        "S-09",
        "gate",
        edges.gate_cut,
        (
            Bound(
                "off_us",
                "below 1 % of full scale after",
                "µs",
                most=100,
                simulated=_SIM["off_us"],
                alike=_FEW_US,
            ),
            Bound(
                "quiet_us",
                "below 5 µA after",
                "µs",
                most=1000,
                simulated=_SIM["quiet_us"],
                alike=_FEW_US,
            ),
        ),
    ),
    Requirement(
        "S-10",
        "bleed",
        edges.gate_cut,
        (
            Bound(
                "open_n_after_5ms_mv",
                "an open output 5 ms after the gate",
                "mV",
                most=100,
                simulated=_SIM["open_n_after_5ms_mv"],
            ),
        ),
    ),
    Requirement(
        "S-11",
        "dead-man",
        guards.dead_man,
        (
            Bound(
                "shortest_ms",
                "shorter of frozen high and low",
                "ms",
                least=3.6,
                simulated=_SIM["shortest_ms"],
            ),
            Bound(
                "longest_ms",
                "longer of frozen high and low",
                "ms",
                most=8.4,
                simulated=_SIM["longest_ms"],
            ),
            Bound("ready_ms", "conducts after pumping for", "ms", most=10),
            Bound(
                "one_edge_conducts", "one edge alone conducts", "", 0, 0, _SIM["one_edge_conducts"]
            ),
        ),
    ),
    Requirement(
        "S-12",
        "stuck pins",
        lambda: {**edges.stuck_pins(), **powering.gate_alone_high()},
        (
            Bound(
                "off_ms",
                "GATE and drive stuck at 2 mA, ENABLE still: off after",
                "ms",
                most=8.4,
                simulated=_SIM["longest_ms"],
            ),
            Bound(
                "still_ua",
                "GATE and drive high, ENABLE never moved",
                "µA",
                most=1,
                simulated=_NONE,
                alike=1,
            ),
        ),
    ),
    Requirement(
        "S-13",
        "limiter",
        guards.thresholds,
        (Bound("threshold_ua", "opens at", "µA", 5200, 5300, _SIM["threshold_ua"], 0.01),),
    ),
    Requirement(
        "S-14",
        "limiter's time",
        guards.trips,
        (
            Bound(
                "trip_us",
                "back below 5.25 mA after",
                "µs",
                most=20,
                simulated=_SIM["trip_us"],
                alike=_FEW_US,
            ),
            Bound(
                "gone_us",
                "below 60 µA after",
                "µs",
                most=35,
                simulated=_SIM["gone_us"],
                alike=_FEW_US,
            ),
            Bound("trip_nc", "charge", "nC", most=200, simulated=_SIM["trip_nc"]),
        ),
    ),
    Requirement(
        "S-15",
        "LIM_TEST",
        guards.lim_test_threshold,
        (Bound("lim_test_ua", "opens at", "µA", 15, 42, _SIM["lim_test_ua"]),),
    ),
    Requirement(
        "S-16",
        "the test current trips",
        guards.proof,
        (
            Bound("proven", "the firmware's proof, its own pins, is passed", "", 1, 1, _YES),
            Bound("closing_ua", "gate closes at 30 µA: at most", "µA", most=31),
            Bound("trips_us", "after LIM_TEST 45 µA open the switch in", "µs", 0, 20),
            Bound("peak_ua", "the most that flowed", "µA", most=150),
            Bound("dead_trips", "a dead limiter trips", "", 0, 0, _NONE),
            Bound("dead_refused", "the firmware then refuses the start", "", 1, 1, _YES),
        ),
    ),
    Requirement(
        "S-17",
        "REARM",
        guards.rearm,
        (
            Bound("tripped_before", "tripped", "", 1, 1, _YES),
            Bound(
                "tripped_after_gate_high", "still, after REARM with the gate high", "", 1, 1, _YES
            ),
            Bound(
                "tripped_after_gate_low", "still, after 1 µs with the gate low", "", 0, 0, _NONE
            ),
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
                simulated=_SIM["packet_nc"],
                alike=_PACKET,
            ),
        ),
    ),
    Requirement(
        "S-19",
        "PROBE",
        edges.probe_limits,
        (
            Bound("short_ua", "into a short", "µA", most=50, simulated=_SIM["probe_short_ua"]),
            Bound("open_v", "into nothing", "V", most=5, simulated=_SIM["probe_open_v"]),
            Bound("of_10kohm_kohm", "10 kΩ are read as", "kΩ", 9.5, 10.5, (10.0, 10.0)),
            Bound("ready_ms", "ready after", "ms", most=10, simulated=_SIM["probe_ready_ms"]),
        ),
    ),
    Requirement(
        "S-20",
        "senses",
        conversion.senses,
        (
            Bound("a_error_ua", "A at zero", "µA", -5, 5, _NONE, 1),
            Bound("b_error_ua", "B at zero", "µA", -5, 5, _NONE, 1),
            Bound("a_gain_percent", "A's gain", "%", -1, 1, _NONE, 1),
            Bound("b_gain_percent", "B's gain", "%", -1, 1, _NONE, 1),
        ),
    ),
    Requirement(
        "S-21",
        "load voltage",
        lambda: {**conversion.senses(), **conversion.load_voltage()},
        (
            Bound("v_error_mv", "at zero", "mV", -50, 50, _NONE, 1),
            Bound("v_gain_percent", "gain", "%", -1, 1, _NONE, 1),
            Bound(
                "inside_ohm",
                "shunts inside the measured voltage",
                "Ω",
                most=30,
                simulated=_SIM["inside_ohm"],
            ),
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
            Bound("armed", "the limiter is armed", "", 1, 1, _YES),
        ),
    ),
    Requirement(
        "S-25",
        "lockout",
        powering.lockout,
        (
            Bound("opens_at_v", "5 V falls: off at", "V", 4.0, 4.4, _SIM["lockout_v"]),
            Bound("rise_percent", "either rail lost: current rises by", "%", most=5),
            Bound("hv_off_us", "45.5 V falls: off after", "µs", most=1000),
        ),
    ),
    Requirement(
        "S-26",
        "reset",
        edges.reset,
        (
            Bound("rise_percent", "5 mA: rises by", "%", most=1, simulated=_NONE, alike=1),
            Bound(
                "off_us",
                "below 1 % of full scale after",
                "µs",
                most=100,
                simulated=_SIM["off_us"],
                alike=_FEW_US,
            ),
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
