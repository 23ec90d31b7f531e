"""The dead-man: a pump that edges of ENABLE feed, and that runs empty without them.

Each rising edge takes the pump's voltage a share of the way up; between edges it decays. It
conducts above a threshold, a little later than it passes that. A falling edge only prepares the
next one: so a pin frozen high holds a tick longer than one frozen low, and one edge alone never
conducts. Units: us, mV. Must not know what it switches.
"""

from math import exp, log

from .stage import StageParams

_TICK_US = 1000
PERIOD_US = 2 * _TICK_US  # of ENABLE, with an edge each tick
_ALIKE_MV = 1e-3


class DeadMan:
    """The pump of one stage; `is_full` once each tick has had an edge for long."""

    __slots__ = ("_keep", "_mv", "_stage", "_tau_us", "is_full", "risen_us")

    def __init__(self, stage: StageParams) -> None:
        self._stage = stage
        self._tau_us = _decay_us(stage)
        self._keep = exp(-PERIOD_US / self._tau_us)
        self._mv = 0.0
        self.risen_us = 0
        self.is_full = False

    def rise(self, now_us: int) -> int:
        """A rising edge; return how long the pump's voltage then lasts, us, 0 = it does not."""
        since_us = now_us - self.risen_us
        self.risen_us = now_us
        keep = self._keep if since_us == PERIOD_US else exp(-since_us / self._tau_us)
        last_mv = self._mv
        left_mv = last_mv * keep
        self._mv = mv = left_mv + (self._stage.pump_mv - left_mv) * self._stage.pump_share
        over = mv / self._stage.hold_mv
        self.is_full = since_us == PERIOD_US and -_ALIKE_MV < mv - last_mv < _ALIKE_MV
        return round(self._tau_us * log(over)) if over > 1.0 else 0

    def fill(self, now_us: int) -> int:
        """As after a long time of edges, the last one rising now; return as `rise` does."""
        self._mv = _full_mv(self._stage, self._keep)
        self.risen_us = now_us - PERIOD_US
        return self.rise(now_us)


def _full_mv(stage: StageParams, keep: float) -> float:
    """The voltage just after an edge, when each tick has had one for long."""
    share = stage.pump_share
    return stage.pump_mv * share / (1.0 - keep * (1.0 - share))


def _decay_us(stage: StageParams) -> float:
    """The time constant with which a full pump lasts for the stage's hold."""
    tau_us = 1.5 * stage.hold_us
    for _ in range(40):  # each turn brings it nearer by a factor of about four
        full_mv = _full_mv(stage, exp(-PERIOD_US / tau_us))
        tau_us = stage.hold_us / log(full_mv / stage.hold_mv)
    return tau_us
