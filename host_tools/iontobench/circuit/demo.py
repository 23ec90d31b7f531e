"""`python -m iontobench.circuit.demo`: what boards/pico_demo asks of its stage, and what it has.

The board's page has the same ids, D-01 to D-11; a test holds both lists together. Exit 0 where all
are met, 1 where one is not, 2 without ngspice.
"""

import sys

from iontobench import signs

from . import demo_stage
from .demo_faults import pairs, singles
from .ngspice import NgspiceError
from .report import print_measured
from .requirements import Bound, Requirement

SINGLE_UA, PAIR_UA = 800, 1100
_TOLD = 3  # of the worst faults
_EXIT_NO, _EXIT_INPUT = 1, 2

REQUIREMENTS = (
    Requirement(
        "D-01",
        "scale",
        demo_stage.scale,
        (
            Bound("full_scale_ua", "full drive into 1.35 kΩ", "µA", 392, 408),
            Bound("least_load_percent", "0.6 kΩ: current above that", "%", 0, 11),
            Bound("most_load_percent", "1.6 kΩ: current below that", "%", -4, 0),
            Bound("zero_ua", "duty 0, gate high", "µA", most=1),
        ),
    ),
    Requirement(
        "D-02",
        "drive",
        demo_stage.drive,
        (
            Bound("ripple_ua", "ripple, peak to peak at half duty", "µA", most=2),
            Bound("most_of_it_ms", "step, 63 % after", "ms", 0.4, 1.0),
            Bound("settled_ms", "step, 99 % after", "ms", most=4),
        ),
    ),
    Requirement(
        "D-03",
        "gate",
        demo_stage.gate,
        (
            Bound("off_us", "0.3 mA cut: below 1 % after", "µs", most=200),
            Bound("closing_ua", "closes at 30 µA: at most", "µA", most=45),
        ),
    ),
    Requirement(
        "D-04",
        "stuck pins",
        demo_stage.stuck_pins,
        (
            Bound("off_ms", "GATE and drive high, ENABLE stops: off after", "ms", most=8.4),
            Bound("still_ua", "the same, ENABLE never moved", "µA", most=1),
        ),
    ),
    Requirement(
        "D-05",
        "dead-man",
        demo_stage.dead_man,
        (
            Bound("shortest_ms", "shorter of frozen high and low", "ms", least=3.6),
            Bound("longest_ms", "longer of frozen high and low", "ms", most=8.4),
            Bound("ready_ms", "conducts after pumping for", "ms", most=10),
            Bound("one_edge_conducts", "one edge alone conducts", "", 0, 0),
        ),
    ),
    Requirement(
        "D-06",
        "PROBE",
        demo_stage.probe,
        (
            Bound("short_ua", "into a short", "µA", most=50),
            Bound("open_v", "into nothing", "V", 3.1, 3.3),
        ),
    ),
    Requirement(
        "D-07",
        "power-up, pins open",
        demo_stage.power_up,
        (Bound("peak_ua", "3.3 V in 1 ms", "µA", most=1),),
    ),
    Requirement(
        "D-08",
        "senses",
        demo_stage.senses,
        (
            Bound("a_error_ua", "A by SCALES, 0 and 0.3 mA", "µA", -3, 3),
            Bound("b_error_ua", "B", "µA", -3, 3),
            Bound("v_error_mv", "load voltage", "mV", -20, 20),
        ),
    ),
    Requirement(
        "D-09",
        "any part failed",
        lambda: {"most_ua": singles()[0][0]},
        (Bound("most_ua", "the load, 0.6 kΩ or a short, gets", "µA", most=SINGLE_UA),),
    ),
    Requirement(
        "D-10",
        "any two faults",
        lambda: {"most_ua": pairs()[0][0]},
        (Bound("most_ua", "the load gets", "µA", most=PAIR_UA),),
    ),
    Requirement("D-11", "isolation", None),
)


def main() -> int:
    """Measure and print."""
    signs.spell_on(sys.stdout)
    try:
        missed = print_measured(REQUIREMENTS)
        for ua, fault in singles()[:_TOLD]:
            print(f"{ua:.0f} {signs.UA}: {fault.name}")
        for ua, first, second in pairs()[:_TOLD]:
            print(f"{ua:.0f} {signs.UA}: {first.name} and {second.name}")
    except NgspiceError as why:
        print(f"circuit: {why}", file=sys.stderr)
        return _EXIT_INPUT
    print(f"not met: {', '.join(missed) or 'none'}. Generic models, nothing measured.")
    return _EXIT_NO if missed else 0


if __name__ == "__main__":
    sys.exit(main())
