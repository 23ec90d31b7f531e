"""The bench around the stage: rails, pins as the Pico drives them, waveforms, loads, senses.

Times in ms, currents in uA, loads in Ohm. `PinDrive` says what every pin does; `deck` makes the
text for ngspice. `BoardStage` has what is a board's own: what measures takes one as `on`, and that
of pico_pwm where it gets none. Must not judge what comes out.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from ionto.core.units import UA_Q4
from iontobench.resources import load_board

from .netlist import BLOCKS, MODELS, Netlist
from .ngspice import Array

FULL_SCALE_UA = 6250.0
PIN_V = 3.3
V5_V = 5.0
HV_V = 45.5
VREF_V = 3.0
TICK_MS = 1.0
PIN_OHM = 40.0
_EDGE_MS = 0.001
_PERIOD_S = 4096 / 125e6  # of the PWM
_NEVER_MS = 1e6

Waveform = str  # of a SPICE source
LOW: Waveform = "0"
HIGH: Waveform = f"{PIN_V}"
# ENABLE as the firmware drives it: an edge each tick.
TOGGLING: Waveform = f"PULSE(0 {PIN_V} 0.1m 10n 10n 1m 2m)"
LATCH_PULSE_MS = 5.0  # arms the latch, whose state a simulator chooses as it likes

# The series switch held on and the limiter deaf: the converter alone.
CONVERTER_ALONE = ("Rforce and_top 0 1", "Rdeaf delay 0 1")


def steps(
    points: Iterable[tuple[float, float]], edge_ms: float = _EDGE_MS, first: float = 0.0
) -> Waveform:
    """A staircase: from each (ms, V) on that value; `first` before the first."""
    said = [f"0 {first:.8g}"]
    last = first
    for t_ms, volt in points:
        said += [f"{t_ms:.7g}m {last:.8g}", f"{t_ms + edge_ms:.9g}m {volt:.8g}"]
        last = volt
    return f"PWL({' '.join(said)})"


def line(points: Iterable[tuple[float, float]]) -> Waveform:
    """Straight lines between (ms, V)."""
    return f"PWL({' '.join(f'{t:.9g}m {v:.8g}' for t, v in points)})"


def switched(at_ms: float, before: float = 0.0, after: float = 1.0) -> Waveform:
    """One step within 0.1 us: the control of an ideal switch."""
    return line([(0, before), (at_ms, before), (at_ms + 1e-4, after)])


def during(*spans: tuple[float, float], volt: float = PIN_V) -> Waveform:
    """High within each (from, to) in ms."""
    return steps([point for a, b in spans for point in ((a, volt), (b, 0.0))])


def pulses(*spans: tuple[float, float]) -> Waveform:
    """As `during`, with edges of 10 ns: for pulses of a microsecond."""
    return steps([p for a, b in spans for p in ((a, PIN_V), (b, 0.0))], edge_ms=1e-5)


def toggled(*spans: tuple[float, float], step_ms: float = TICK_MS, last: int = 0) -> Waveform:
    """ENABLE with an edge each `step_ms` within the spans; at the end it stays at `last`."""
    points, level = [], 0
    for start_ms, end_ms in spans:
        t_ms = start_ms
        while t_ms < end_ms - 1e-9:
            level = 1 - level
            points.append((t_ms, PIN_V * level))
            t_ms += step_ms
    if points and level != last:
        points.append((points[-1][0] + step_ms, PIN_V * last))
    return steps(points, edge_ms=1e-4)


def share(current_ua: float) -> float:
    """The duty that a current takes."""
    return current_ua / FULL_SCALE_UA


@dataclass(frozen=True)
class PinDrive:
    """What the Pico's pins do. `duty` is 0..1 as a waveform, or `pwm_duty` the real PWM."""

    gate: Waveform = LOW
    enable: Waveform = TOGGLING
    probe: Waveform = LOW
    polarity: Waveform = LOW
    lim_test: Waveform = LOW
    rearm: Waveform = LOW
    duty: Waveform = LOW
    pwm_duty: float | None = None
    released_ms: float = _NEVER_MS  # from here on every pin is open, as in a reset
    dac_clr: Waveform = HIGH  # of a stage with a DAC

    @classmethod
    def steady(cls, current_ua: float, gate_ms: float = 12.0, **more) -> "PinDrive":
        """Armed, pumped, and from `gate_ms` on that current."""
        armed = pulses((LATCH_PULSE_MS, LATCH_PULSE_MS + 0.003))
        gate = steps([(gate_ms, PIN_V)])
        return replace(cls(gate=gate, rearm=armed, duty=f"{share(current_ua):.9g}"), **more)

    def lines(self, has_dac: bool = False) -> tuple[str, ...]:
        """The sources, and each pin's own resistance."""
        pins = {
            "gate": self.gate,
            "enable": self.enable,
            "probe": self.probe,
            "polarity": self.polarity,
            "lim_test": self.lim_test,
            "rearm": self.rearm,
        }
        if has_dac:
            pins["dac_clr"] = self.dac_clr
        if self.pwm_duty is not None:
            high_s = self.pwm_duty * _PERIOD_S - 5e-9
            pins["pwm"] = f"PULSE(0 {PIN_V} 0 5n 5n {high_s:.9g} {_PERIOD_S:.9g})"
        made = [] if self.pwm_duty is not None else [f"Vduty duty 0 {self.duty}"]
        for pin, source in pins.items():
            made += self._pin(pin, source)
        if self.released_ms < _NEVER_MS:
            made.append(f"Vheld held 0 {switched(self.released_ms, 1, 0)}")
        return tuple(made)

    def _pin(self, pin: str, source: Waveform) -> list[str]:
        if self.released_ms >= _NEVER_MS:
            return [f"Vpin_{pin} s_{pin} 0 {source}", f"Rpin_{pin} s_{pin} {pin} {PIN_OHM:g}"]
        return [
            f"Vpin_{pin} s_{pin} 0 {source}",
            f"Spin_{pin} s_{pin} z_{pin} held 0 IDEAL",
            f"Rpin_{pin} z_{pin} {pin} {PIN_OHM:g}",
            f"Rweak_{pin} {pin} 0 65k",  # the chip's own pull-down after a reset
        ]


@dataclass(frozen=True)
class DummyLoad:
    """A resistor from lead to lead, with what can stand beside it. i(vload) is its current."""

    ohm: float
    series_ohm: float = 0.01
    parallel_nf: float = 0.0
    contact: Waveform | None = None  # 1 = the lead is on
    step: tuple[float, float] | None = None  # ms, and the resistance from there on

    def lines(self) -> tuple[str, ...]:
        """The load between lead_1 and lead_2."""
        made = []
        top = "lead_1"
        if self.contact is not None:
            made += [f"Vcontact contact 0 {self.contact}", "Slead lead_1 lead_on contact 0 IDEAL"]
            top = "lead_on"
        made += [f"Vload {top} load_in 0", f"Rload_s load_in load_mid {self.series_ohm:g}"]
        made.append(f"Rload load_mid lead_2 {self._most_ohm:.9g}")
        if self.parallel_nf:
            made.append(f"Cload load_mid lead_2 {self.parallel_nf:g}n")
        if self.step is not None:
            # The lower of both resistances is the higher one with another beside it.
            at_ms, then_ohm = self.step
            falls = float(then_ohm < self.ohm)
            beside_ohm = 1 / abs(1 / then_ohm - 1 / self.ohm)
            made += [
                f"Vstep beside_on 0 {switched(at_ms, 1 - falls, falls)}",
                "Sstep load_mid load_beside beside_on 0 IDEAL",
                f"Rbeside load_beside lead_2 {beside_ohm:.9g}",
            ]
        return tuple(made)

    @property
    def _most_ohm(self) -> float:
        return self.ohm if self.step is None else max(self.ohm, self.step[1])


def stage() -> Netlist:
    """The stage without its supply, the PWM replaced by its mean."""
    return real_pwm().without("XU6").added("Bpwm pwm_level 0 v=v(vref)*v(duty)")


def real_pwm() -> Netlist:
    """The stage without its supply, with the switch that re-makes the PWM."""
    return Netlist.of_blocks(MODELS, *BLOCKS)


_OWN_RAILS = (f"Vvref vref 0 {VREF_V}",)


def steady_rails(hv_v: float = HV_V, own: tuple[str, ...] = _OWN_RAILS) -> tuple[str, ...]:
    """Steady rails, as the supply's own bench shows them, and those that are the board's own."""
    return (
        f"Vhv hv_source 0 {hv_v}",
        "Rhv hv_source hv 5",
        "Chv hv 0 1u",
        f"Vv5 v5 0 {V5_V}",
        "Vv33 v33 0 3.3",
        *own,
        "Vr25 r25 0 2.5",
        "Vv50 v50 0 5.0",
        "Vneg vneg 0 -0.232",
    )


SENSES: Mapping[str, str] = {"adc_a_v": "v(adc_a)", "adc_b_v": "v(adc_b)", "adc_v_v": "v(adc_v)"}


@dataclass(frozen=True, eq=False)
class BoardStage:
    """The stage of one board, and what is its own of rails, pins and senses."""

    board: str
    netlist: Callable[[], Netlist]  # without its supply; v(duty) is the drive as a share
    at_rest: Callable[[], Netlist]  # the same, with nothing at any pin
    driven_wrong: tuple[str, ...]  # at rest: GATE, ENABLE and the drive high from the start
    rails: tuple[str, ...]
    moving_rails: tuple[str, ...]
    senses: Mapping[str, str]  # what the converter sees
    top_v: float  # what it makes its largest code of
    top_code: int
    has_dac: bool = False  # the drive is a register: a reset of the Pico leaves it as it was

    def shown(self, channel: int, adc_v: Array | float):
        """What the firmware makes of a channel by the board's nominal SCALES, in its unit."""
        zero, mul, shift = load_board(self.board).SCALES[3 * channel : 3 * channel + 3]
        return (adc_v / self.top_v * self.top_code - zero) * mul / 2**shift


PICO_PWM = BoardStage(
    board="pico_pwm",
    netlist=stage,
    at_rest=real_pwm,
    driven_wrong=("Vg gate 0 3.3", "Ve enable 0 3.3", "Vp pwm 0 3.3"),
    rails=_OWN_RAILS,
    moving_rails=(f"Bvref vref 0 v=min({VREF_V},v(v33))",),
    senses=SENSES,
    top_v=VREF_V,
    top_code=4095,
)

_Found = TypeVar("_Found")


def once_a_stage(measure: Callable[[BoardStage], _Found]) -> Callable[..., _Found]:
    """Keep what a stage was measured to have: one run, however it is asked for."""
    kept = functools.cache(measure)

    @functools.wraps(measure)
    def known(on: BoardStage = PICO_PWM) -> _Found:
        return kept(on)

    return known


@dataclass(frozen=True)
class StageBench:
    """One stage, one load, one way of driving it."""

    drive: PinDrive = field(default_factory=PinDrive)
    load: DummyLoad | None = None
    netlist: Netlist | None = None  # the board's, where none is given
    rails: tuple[str, ...] | None = None  # steady, where none are given
    more: tuple[str, ...] = ()
    on: BoardStage = PICO_PWM

    def deck(self) -> str:
        """The text for ngspice."""
        load = self.load.lines() if self.load is not None else ()
        netlist = self.on.netlist() if self.netlist is None else self.netlist
        rails = steady_rails(own=self.on.rails) if self.rails is None else self.rails
        pins = self.drive.lines(self.on.has_dac)
        return netlist.added(*rails, *pins, *load, *self.more).text


def moving_rails(
    hv: Waveform, v5: Waveform, v33: Waveform, on: BoardStage = PICO_PWM
) -> tuple[str, ...]:
    """Rails that come and go; the references follow the rail that feeds them."""
    return (
        f"Vhv hv_source 0 {hv}",
        "Rhv hv_source hv 5",
        "Chv hv 0 1u",
        "Rhv_load hv 0 100k",
        f"Vv5 v5 0 {v5}",
        f"Vv33 v33 0 {v33}",
        *on.moving_rails,
        "Br25 r25 0 v=min(2.5,v(v5))",
        "Bv50 v50 0 v=min(5.0,v(hv))",
        "Bneg vneg 0 v=-0.232*min(1,max(0,v(v5)/3))",
    )


def sense_a_ua(adc_v: Array | float, on: BoardStage = PICO_PWM):
    """What the firmware makes of sense A by the board's nominal SCALES."""
    return on.shown(0, adc_v) / UA_Q4


def sense_b_ua(adc_v: Array | float, on: BoardStage = PICO_PWM):
    """What the firmware makes of sense B by the board's nominal SCALES."""
    return on.shown(1, adc_v) / UA_Q4


def sense_v_mv(adc_v: Array | float, on: BoardStage = PICO_PWM):
    """What the firmware makes of the load voltage by the board's nominal SCALES."""
    return on.shown(2, adc_v)


LOAD: Mapping[str, str] = {"load_ua": "i(vload)", "n_v": "v(n)", "tripped_v": "v(tripped)"}
