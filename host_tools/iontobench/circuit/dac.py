"""`python -m iontobench.circuit.dac`: what boards/pico_dac asks of its stage, and what it has.

Ids and bounds are those of pico_pwm's page, measured on this stage; S-05, S-20, S-22 and S-26 have
this board's own beside them or instead [boards/pico_dac/README.md, What the circuit shows].
Exit 0 where all are met, 1 where one is not, 2 without ngspice.
"""

import sys
from collections.abc import Iterable
from dataclasses import replace

from iontobench import signs

from . import conversion, dac_stage, edges, requirements
from .dac_stage import PICO_DAC
from .ngspice import NgspiceError
from .report import print_measured
from .requirements import Bound, Requirement

# On parts that are those of pico_pwm alone, with no pin of this board's own: shown there.
SHARED = ("S-11", "S-27", "S-28")
NO_PWM = ("S-04",)
_EXIT_NO, _EXIT_INPUT = 1, 2

_MORE_BOUNDS = {
    "S-05": (Bound("with_dac_ua", "the same, DAC's zero-code error 4 mV", "µA", most=11),),
    "S-20": (
        Bound("a_ends_ua", "A of 6.25 mA", "µA", 6050, 6200),
        Bound("b_ends_ua", "B of 6.25 mA", "µA", 6050, 6250),
        Bound("a_ends_low_ua", "A of 6.25 mA, supply 4.75 V", "µA", least=5700),
    ),
    "S-21": (Bound("open_error_percent", "open output, supply 4.75 V", "%", -1, 1),),
    "S-26": (
        Bound("select_v", "pins open: both selects at least at", "V", least=2.31),
        Bound("clear_v", "pins open: /CLR at", "V", most=0.8),
        Bound("clear_ms", "/CLR alone, 5 mA: below 1 % after", "ms", most=3),
    ),
}
_REFERENCES = Requirement(
    "S-22",
    "references, each 1 % high",
    dac_stage.references,
    (
        Bound("drive_percent", "DAC's: the drive", "%", 0.95, 1.05),
        Bound("a_by_dac_ua", "DAC's: A at 2 mA", "µA", -1, 1),
        Bound("b_by_dac_ua", "DAC's: B at zero", "µA", -65, -58),
        Bound("a_by_adc_percent", "converter's: A's gain", "%", -1.05, -0.95),
        Bound("b_by_adc_ua", "converter's: B at zero", "µA", 58, 65),
    ),
)
_MEASURES = {
    "S-05": dac_stage.zero,
    "S-20": lambda: {**conversion.senses(PICO_DAC), **dac_stage.ends()},
    "S-21": lambda: {
        **conversion.senses(PICO_DAC),
        **conversion.load_voltage(PICO_DAC),
        **dac_stage.open_output(),
    },
    "S-26": lambda: {
        **edges.reset(on=PICO_DAC),
        **dac_stage.pins_open(),
        **dac_stage.cleared(),
    },
}


def _made() -> Iterable[Requirement]:
    for one in requirements.REQUIREMENTS:
        if one.id in (*SHARED, *NO_PWM):
            continue
        if one.id == _REFERENCES.id:
            yield _REFERENCES
            continue
        here = one.on_stage(PICO_DAC)
        measure = _MEASURES.get(one.id, here.measure)
        yield replace(here, measure=measure, bounds=one.bounds + _MORE_BOUNDS.get(one.id, ()))


REQUIREMENTS = tuple(_made())


def main() -> int:
    """Measure and print."""
    signs.spell_on(sys.stdout)
    try:
        missed = print_measured(REQUIREMENTS)
    except NgspiceError as why:
        print(f"circuit: {why}", file=sys.stderr)
        return _EXIT_INPUT
    print(
        f"not met: {', '.join(missed) or 'none'}; {', '.join(SHARED)} are those of pico_pwm, whose"
        " parts they are. Generic models, nothing measured."
    )
    return _EXIT_NO if missed else 0


if __name__ == "__main__":
    sys.exit(main())
