"""Faults that change the plant alone: of leads, pads and load, and of the stage and its supply.

The stage's are those of its transistors, switches, guardians and bridge. Units: ms, ohm, percent,
uA, mV, times. Must not know who drives the plant.
"""

from iontobench.signs import OHM, UA

from .fault import Kind
from .portable import power
from .stage import SHARE_HIGH, SHARE_LOW

_REOPEN_PERIOD_US = 2000000  # a wobbling lead: three gaps well within a minute
_DRYING_STEP_US = 100000
_MINUTE_US = 60e6
_LIFT_STEPS, _LIFT_STEP_US = 60, 1000000  # in 60 s: no single step is a sudden lift
_DEAD_GAIN = 1e-9  # the solver divides by the gain
_LEG_KOHM = 0.001  # a half-bridge that conducts through


def _open(plant, value: float, count: int) -> int | None:
    if count == 0:
        plant.lift()
        return round(value * 1000.0) or None
    plant.meet()
    return None


def _reopen(plant, value: float, count: int) -> int:
    gap_us = round(value * 1000.0)
    if count % 2 == 0:
        plant.lift()
        return gap_us
    plant.meet()
    return _REOPEN_PERIOD_US - gap_us


def _drying(plant, value: float, count: int) -> int:
    if count:
        plant.worsen(power(1.0 + value / 100.0, _DRYING_STEP_US / _MINUTE_US))
    return _DRYING_STEP_US


def _short(plant, value: float, count: int) -> None:
    plant.short(value / 1000.0)


def _part_lift(plant, value: float, count: int) -> None:
    plant.worsen(1.0, 1.0 - value / 100.0)


def _slow_lift(plant, value: float, count: int) -> int | None:
    step = value / 100.0 / _LIFT_STEPS
    if count:
        plant.worsen(1.0, (1.0 - step * count) / (1.0 - step * (count - 1)))
    return _LIFT_STEP_US if count < _LIFT_STEPS else None


LEADS: dict[str, Kind] = {
    "open": Kind("a lead comes off; VALUE: back after so long, 0 = never", 1, _open, "ms", 0, 1e7),
    "reopen": Kind(
        "a lead wobbles: a gap of VALUE every 2 s, without end", 3, _reopen, "ms", 0.1, 1900, 30
    ),
    "drying": Kind(
        "the gel dries: the load's resistance grows by VALUE", 4, _drying, "%/min", 1, 1e6, 10
    ),
    "short": Kind("the pads are bridged by VALUE", 5, _short, OHM, 0.1, 10000, 10),
    "part-lift": Kind(
        "the active pad lifts in part: it loses VALUE of its area", 6, _part_lift, "%", 1, 99, 50
    ),
    "slow-lift": Kind(
        "the active pad lifts slowly: over 60 s it loses VALUE of its area",
        *(6, _slow_lift, "%", 1, 99, 50),
    ),
}


def _overcurrent(plant, value: float, count: int) -> None:
    """Multiply the gain; below 1 it is the fault `weak`."""
    plant.gain *= value
    plant.recompute()
    plant.edge()


def _stage_off(plant, value: float, count: int) -> None:
    plant.gain = _DEAD_GAIN
    plant.recompute()
    plant.edge()


def _stage_on(plant, value: float, count: int) -> None:
    plant.gate_welded = True
    plant.force_drive(value)
    plant.edge()


def _dac_dead(plant, value: float, count: int) -> None:
    plant.hold_drive(0.0)


def _dac_stuck(plant, value: float, count: int) -> None:
    plant.hold_drive(plant.drive_ua)


def _gate_welded(plant, value: float, count: int) -> None:
    plant.edge()
    plant.gate_welded = True


def _series_welded(plant, value: float, count: int) -> None:
    plant.weld_series()


def _dead_man_welded(plant, value: float, count: int) -> None:
    plant.weld_dead_man()  # the limiter still opens


def _enable_stuck(plant, value: float, count: int) -> None:
    plant.deafen_dead_man()


def _limiter_trip(plant, value: float, count: int) -> None:
    plant.limiter.tripped = True


def _limiter_reference(plant, value: float, count: int) -> None:
    plant.limiter.move(0.0)
    plant.recompute()
    plant.edge()


def _output_short(plant, value: float, count: int) -> None:
    plant.edge()
    plant.forced_ua = plant.stage.short_ua  # what the series switch passes is all that is left
    if plant.source:
        plant.surge_pc = plant.stage.surge_pc


def _amplifier_stuck(plant, value: float, count: int) -> None:
    plant.edge()
    plant.forced_ua = plant.stage.stuck_ua


def _limiter_dead(plant, value: float, count: int) -> None:
    plant.limiter.die()
    plant.recompute()


def _bridge_welded(plant, value: float, count: int) -> None:
    plant.bridge_welded = True


def _bridge_flip(plant, value: float, count: int) -> None:
    plant.set_polarity(-plant.polarity)


def _shoot_through(plant, value: float, count: int) -> None:
    plant.enable_sense_faults()
    plant.leaves_b = True
    plant.short(_LEG_KOHM)


def _low_compliance(plant, value: float, count: int) -> None:
    plant.weaken(value)


def _sag(plant, value: float, count: int) -> None:
    plant.supply_mv = value
    plant.starved = value < plant.stage.lockout_mv


STAGE: dict[str, Kind] = {
    "overcurrent": Kind(
        "the stage's gain jumps: VALUE times the current", 7, _overcurrent, "times", 1.01, 20, 1.5
    ),
    "weak": Kind(
        "the stage's gain falls: VALUE times the current",
        8,
        _overcurrent,
        "times",
        0.01,
        0.99,
        0.5,
    ),
    "stage-on": Kind(
        "the output transistor is stuck on at VALUE, whatever drive and gate say",
        *(7, _stage_on, UA, 10, 20000, 20000),
    ),
    "output-short": Kind(
        "the output transistor is a short: the stage gives the most it can, whatever drive and"
        " gate say",
        *(7, _output_short),
    ),
    "amplifier-stuck": Kind(
        "the converter's amplifier stands at its rail, whatever drive and gate say",
        *(7, _amplifier_stuck),
    ),
    "stage-off": Kind("the output transistor is stuck off", 8, _stage_off),
    "dac-dead": Kind("what makes the drive gives 0, whatever it is told", 8, _dac_dead),
    "dac-stuck": Kind("what makes the drive keeps its last code", 11, _dac_stuck),
    "gate-welded": Kind("the gate no longer opens", 7, _gate_welded),
    "series-welded": Kind(
        "the series switch no longer opens, for dead-man or limiter", 7, _series_welded
    ),
    "dead-man-welded": Kind("the dead-man conducts without edges", 15, _dead_man_welded),
    "enable-stuck": Kind("edges of ENABLE no longer reach the dead-man", 15, _enable_stuck),
    "limiter-trip": Kind("the hardware limiter trips for no reason", 9, _limiter_trip),
    "limiter-reference": Kind(
        "the hardware limiter's reference is gone: any current trips it", 9, _limiter_reference
    ),
    "limiter-dead": Kind("the hardware limiter no longer acts", 10, _limiter_dead),
    "bridge-welded": Kind(
        "the polarity bridge stays where it is, whatever is asked", 20, _bridge_welded
    ),
    "bridge-flip": Kind("the polarity bridge turns over by itself", 20, _bridge_flip),
    "shoot-through": Kind(
        "both switches of a half-bridge conduct: the current leaves out load and sense B",
        *(20, _shoot_through),
    ),
    "low-compliance": Kind(
        "the stage's compliance falls to VALUE times nominal",
        *(8, _low_compliance, "times", SHARE_LOW, SHARE_HIGH, 0.92),
    ),
    "sag": Kind(
        "the supply falls to VALUE; below 4170 the stage locks its output",
        *(14, _sag, "mV", 0, 5500, 4200),
    ),
}
