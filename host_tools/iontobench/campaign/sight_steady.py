"""From when on the rules of a steady hold could see a fault: by set point and the plant's truth.

They judge means of whole seconds, so what they see has to last. Times in us, currents in uA,
voltages in mV.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Protocol

from .rig import Moment, Watched

_SECOND_US = 1_000_000
_TURN_US = 32_000  # a whole second is judged within the two samples that follow it
_FALL_QUIET_US = 8_000_000  # 6 s after a ramp's start, and two seconds to fall from
_FALL_SHARE = 0.24  # of what it was: a quarter trips
_BREAKDOWN_MV = 26_500.0  # a fall from 27 V or more may be the skin's own breakdown
_LIFT_QUIET_US = 20_000_000  # 6 s after a ramp's start, and 14 s to compare with
_LIFT_SHARE = 1.065  # of the ten seconds that ended two before: 6 % warns
_DRIFT_QUIET_US = 8_000_000  # 6 s after a ramp's start, and the second of the first mean
_DRIFT_US = 180_000_000
_DRIFT_SHARE = 1.065  # 6 % warns


class SteadySetPoint(Protocol):
    """What is asked of the set point."""

    ramps_us: list[int]

    def is_at_level(self, t_us: int) -> bool:
        """The program's level is to flow."""
        ...

    def is_train(self, t_us: int) -> bool:
        """Pulses, flat part or not."""
        ...

    def at(self, t_us: int) -> float:
        """What is to flow."""
        ...

    def ramp_us(self, t_us: int) -> int:
        """When the last ramp from 0 began."""
        ...


def over_us(plant: Watched, set_point: SteadySetPoint, excess_ua: float, at_us: int) -> int | None:
    """When a current `excess_ua` above the level has lasted the rule's two seconds.

    The second in which it begins is not all above; the next one is. Pulses: their flat parts.
    """
    lasted_us = 0
    before_us = at_us
    for moment in plant.moments:
        if moment.gate and set_point.is_at_level(moment.t_us):
            is_over = moment.load_ua - set_point.at(moment.t_us) > excess_ua
            lasted_us = lasted_us + moment.t_us - before_us if is_over else 0
            if lasted_us >= 2 * _SECOND_US:
                return moment.t_us + _TURN_US
        elif not set_point.is_train(moment.t_us):
            lasted_us = 0
        before_us = moment.t_us
    return None


def fell_us(plant: Watched, set_point: SteadySetPoint, at_us: int) -> int | None:
    """When a fall to a quarter is noticed: in the second in which it falls, or the next."""
    most_mv = _FALL_SHARE * plant.onset_mv
    if plant.onset_mv >= _BREAKDOWN_MV or not _is_steady(set_point, at_us, _FALL_QUIET_US):
        return None
    from_us = _lasting(plant, set_point, lambda moment: moment.node_mv < most_mv)
    return None if from_us is None else from_us + 2 * _SECOND_US


def lifted_us(plant: Watched, set_point: SteadySetPoint, at_us: int) -> int | None:
    """From when on the voltage is 6 % above the ten seconds before, for two seconds at least."""
    least_mv = _LIFT_SHARE * plant.onset_ten_mv
    if not _is_steady(set_point, at_us, _LIFT_QUIET_US):
        return None
    return _lasting(plant, set_point, lambda moment: moment.node_mv > least_mv)


def drifted_us(plant: Watched, set_point: SteadySetPoint) -> int | None:
    """When the voltage is 6 % above what it was three minutes ago, when the hold became steady."""
    for ramp_us in set_point.ramps_us:
        first_us = ramp_us + _DRIFT_QUIET_US
        first, last = (_at(plant.moments, t_us) for t_us in (first_us, first_us + _DRIFT_US))
        if (
            first is not None
            and last is not None
            and set_point.ramp_us(last.t_us) == ramp_us
            and set_point.is_at_level(last.t_us)
            and not set_point.is_train(last.t_us)
            and last.node_mv > _DRIFT_SHARE * first.node_mv
        ):
            return last.t_us
    return None


def _at(moments: Sequence[Moment], t_us: int) -> Moment | None:
    index = bisect_left(moments, t_us, key=lambda moment: moment.t_us)
    return moments[index] if index < len(moments) else None


def _is_steady(set_point: SteadySetPoint, t_us: int, quiet_us: int) -> bool:
    is_quiet = t_us - set_point.ramp_us(t_us) >= quiet_us
    return is_quiet and set_point.is_at_level(t_us) and not set_point.is_train(t_us)


def _lasting(
    plant: Watched, set_point: SteadySetPoint, shows: Callable[[Moment], bool]
) -> int | None:
    """From when on it shows for two seconds without a gap, in the hold that it struck in."""
    since_us: int | None = None
    for moment in plant.moments:
        if not moment.gate or not set_point.is_at_level(moment.t_us):
            return None
        if not shows(moment):
            since_us = None
        elif since_us is None:
            since_us = moment.t_us
        if since_us is not None and moment.t_us - since_us >= 2 * _SECOND_US:
            return since_us
    return None
