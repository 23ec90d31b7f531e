"""Faults of leads, pads and load. Units: ms, ohm, percent. Changes the plant only."""

from iontobench.signs import OHM

from .fault import Kind

_REOPEN_PERIOD_US = 2000000  # a wobbling lead: three gaps well within a minute
_DRYING_STEP_US = 100000
_MINUTE_US = 60e6
_LIFT_STEPS, _LIFT_STEP_US = 60, 1000000  # in 60 s: no single step is a sudden lift


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
        plant.worsen((1.0 + value / 100.0) ** (_DRYING_STEP_US / _MINUTE_US))
    return _DRYING_STEP_US


def _short(plant, value: float, count: int) -> None:
    plant.bridge(value / 1000.0)


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
