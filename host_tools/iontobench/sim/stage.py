"""The analogue stage's data, by board and seed, and its hardware limiter.

The data of the reference stage lie in `stages/pico_pwm.toml`, each with its source. Other ranges
are that one to scale: currents by the maximum, voltages by the compliance, times the same; so
resistances by voltage over current, capacitances and charges the other way. PROBE is the board's
own. No circuit shows them (`is_shown`). A board without a source of current (`loads_ohm`) has the
stage of `stages/pico_demo.toml`: its voltage behind resistors is a current beside a resistor.

Units: uA, mV, kOhm, nF, us, pC. Topology: PWM, two poles, gate, V-to-I stage, series switch, node
N; on N sit the output capacitance, the divider, the bleed and PROBE, then the load and, in its
return, the shunts. So the shunts see the load's current alone. Must not know who drives it.
"""

from functools import cache
from importlib import resources
from math import inf

import msgspec

from .noise import seeded

SHARE_LOW, SHARE_HIGH = 0.5, 1.03  # what a test or a fault may ask for of the compliance


class StageFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the reference's data and any stage have alike; the file says what each is."""

    max_ua: float
    nominal_mv: float  # the compliance that the board's data promise
    knee_kohm: float  # the output falls by so much with the current
    return_kohm: float
    limiter_kohm: float
    a_kohm: float
    b_input_kohm: float
    inside_kohm: float
    dump_kohm: float
    c_out_nf: float
    divider_kohm: float
    output_kohm: float
    bleed_kohm: float
    gate_us: float
    windup_pc: float
    windup_less_us: float
    closing_pc: float
    closing_ua: float
    rearm_ua: float
    clamp_ua: float
    short_ua: float
    surge_pc: float
    surge_us: float
    stuck_ua: float
    unwind_ua: float
    slack_pc: float
    lim_test_ua: float
    limiter_us: int
    opens_us: int
    lockout_mv: float
    source_ua: float = 0.0  # at full drive, where the load does not matter; 0: the full scale
    hold_us: int  # of the dead-man, from the last rising edge of ENABLE
    pump_mv: float
    pump_share: float
    hold_mv: float
    ready_us: int
    probe_us: int
    sense_us: float


class StageData(StageFigures, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The reference stage; every figure's meaning and source stand in the file."""

    least_share: float
    most_share: float
    limiter_share: float
    hold_least_us: int
    hold_most_us: int
    # (code of zero, codes a uA or mV) of A, B, load voltage and supply; (): by the full scales
    senses: tuple[tuple[float, float], ...] = ()


@cache
def reference_stage(name: str = "pico_pwm") -> StageData:
    """The stage that a circuit shows: of `pico_pwm`, or of `pico_demo`."""
    text = (resources.files("iontobench.sim") / "stages" / f"{name}.toml").read_text("utf-8")
    return msgspec.toml.decode(text, type=StageData)


def stage_of(board) -> StageData:
    """The stage that a board (limits.Board) has, before it is to scale."""
    return reference_stage("pico_demo" if board.loads_ohm else "pico_pwm")


class StageParams(StageFigures, frozen=True, kw_only=True):
    """What one stage is made of; `of_board` fills it from a board's data and the reference."""

    is_shown: bool  # whether a circuit shows it
    full_scale_ua: float
    compliance_mv: float  # the one that this stage has at its maximum: N to the return's top
    limiter_ua: float
    probe_mv: float
    probe_kohm: float
    supply_mv: float = 5000.0

    @property
    def leak_ms(self) -> float:
        """Conductance from N to ground while the stage feeds it, 1/kOhm."""
        return 1.0 / self.divider_kohm + 1.0 / self.output_kohm

    def open_mv(self, compliance_mv: float) -> float:
        """N without a load, of a stage with that compliance at its maximum."""
        return compliance_mv + self.max_ua * (self.knee_kohm + self.return_kohm)

    @classmethod
    def of_board(cls, board, seed: int, compliance_share: float | None = None) -> "StageParams":
        """Return the stage of `board` (limits.Board) with this seed's tolerances.

        Args:
            compliance_share: true over nominal compliance; None = as the seed draws it.

        Raises:
            ValueError: a share outside `SHARE_LOW` to `SHARE_HIGH`.
        """
        data = stage_of(board)
        if compliance_share is None:
            compliance_share = draw_compliance_share(seed, data)
        elif not SHARE_LOW <= compliance_share <= SHARE_HIGH:
            raise ValueError(
                f"compliance_share is {SHARE_LOW:g} to {SHARE_HIGH:g}, not {compliance_share}"
            )
        amps, volts = board.max_ua / data.max_ua, board.compliance_mv / data.nominal_mv
        own = {
            "max_ua": float(board.max_ua),
            "nominal_mv": float(board.compliance_mv),
            "lim_test_ua": data.lim_test_ua * board.proof_scale,
            "hold_us": draw_hold_us(seed, data),
        }
        limiter_ua = data.limiter_share * board.max_ua if board.limiter else inf
        scaled = _to_scale(data, amps, volts)
        return cls(
            is_shown=amps == volts == 1.0,
            full_scale_ua=scaled["source_ua"] or float(board.full_scale_ua),
            compliance_mv=board.compliance_mv * compliance_share,
            limiter_ua=limiter_ua,
            probe_mv=float(board.probe_mv),
            probe_kohm=board.probe_ohm / 1000.0,
            **(scaled | own),
        )


def _to_scale(data: StageData, amps: float, volts: float) -> dict:
    """The reference's figures for another range, each as its unit goes.

    Times stay; so do the guards' own voltages, which the 5 V rail makes.
    """
    times_over = {
        "kohm": (volts, amps),
        "nf": (amps, volts),
        "ua": (amps, 1.0),
        "pc": (amps, 1.0),
    }
    made = {}
    for name in StageFigures.__struct_fields__:
        value = getattr(data, name)
        unit = name.rpartition("_")[2]
        if unit in times_over:
            times, over = times_over[unit]
            value = value * times / over
        made[name] = value
    return made


def draw_hold_us(seed: int, data: StageData | None = None) -> int:
    """The dead-man's hold from the last rising edge, over what the board's page allows (S-11)."""
    data = data or reference_stage()
    draw = seeded(seed, "dead-man")
    return round(draw.triangular(data.hold_least_us, data.hold_most_us, data.hold_us))


def draw_compliance_share(seed: int, data: StageData | None = None) -> float:
    """The true compliance over the nominal one, uniform over the circuit's corners."""
    data = data or reference_stage()
    return seeded(seed, "compliance").uniform(data.least_share, data.most_share)


class Limiter:
    """Latches the series switch open when its own shunt sees too much for `limiter_us`.

    `opens_us` is when the switch has followed: a transistor's gate empties.
    """

    __slots__ = ("_over_us", "_params", "dead", "limit_ua", "opens_us", "share", "tripped")

    def __init__(self, params: StageParams) -> None:
        self._params = params
        self._over_us = 0.0
        self.tripped = False
        self.opens_us = 0
        self.dead = params.limiter_ua == inf  # it does not act: there is none, or a fault
        self.share = 1.0  # of its limits, which a fault may move
        self.limit_ua = params.limiter_ua

    def test(self, on: bool) -> None:
        """Lower the threshold for the proof, or restore it."""
        if self.dead:
            return
        whole_ua = self._params.lim_test_ua if on else self._params.limiter_ua
        self.limit_ua = self.share * whole_ua

    def watch(self, current_ua: float, dt_us: float, now_us: int) -> bool:
        """Look at the shunt for `dt_us` up to `now_us`; return whether it trips now."""
        if current_ua <= self.limit_ua:
            self._over_us = 0.0
            return False
        self._over_us += dt_us
        if self.tripped or self._over_us < self._params.limiter_us:
            return False
        self.tripped = True
        self.opens_us = now_us + self._params.opens_us
        return True

    def die(self) -> None:
        """From now on no current is too much for it."""
        self.dead = True
        self.limit_ua = inf

    def move(self, share: float) -> None:
        """From now on its limits are `share` of what they were."""
        self.limit_ua *= share
        self.share *= share

    def rearm(self, gate: bool) -> None:
        """Close the latch again; only with the gate low."""
        if not gate:
            self.tripped = False
            self._over_us = 0.0
