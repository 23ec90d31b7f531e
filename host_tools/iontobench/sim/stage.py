"""The analogue stage's data and its two guardians: the dead-man and the hardware limiter.

Units: uA, mV, kOhm, nF, us. Topology: PWM, two poles, gate, V-to-I stage, series switch, node
N; on N sit the output capacitance, the divider, the bleed and PROBE, then the shunts and the
load. So the shunts see the load's current alone. The V-to-I stage's own bandwidth (20 kHz) is
taken as instant. Must not know who drives it.
"""

from math import inf

import msgspec

from .noise import seeded

LIM_TEST_UA = 30.0  # x the board's proof_scale [docs/control.md, The stage]
_LIMITER_RATIO = 1.05
# Of its nominal compliance; provisional until a circuit says more [docs/control.md, The stage].
COMPLIANCE_SHARE_MIN = 0.92
SHARE_LOW, SHARE_HIGH = 0.5, 1.0  # what a test or a fault may ask for


class StageParams(msgspec.Struct, frozen=True, kw_only=True):
    """What one stage is made of; `of_board` fills it from a board's data."""

    full_scale_ua: float
    nominal_mv: float  # the compliance that the board's data promise
    compliance_mv: float  # the one that this stage has
    limiter_ua: float
    lim_test_ua: float
    probe_mv: float
    probe_kohm: float
    supply_mv: float = 5000.0
    c_out_nf: float = 2.2
    divider_kohm: float = 10000.0
    output_kohm: float = 5000.0
    bleed_kohm: float = 330.0  # N is empty after 5 ms, and 1.5 V of electrodes drive < 5 uA
    recovery_us: float = 100.0
    limiter_us: float = 20.0  # how long an over-current must last: C_out's dump is shorter
    hold_us: int = 6000

    @property
    def leak_ms(self) -> float:
        """Conductance from N to ground while the stage feeds it, 1/kOhm."""
        return 1.0 / self.divider_kohm + 1.0 / self.output_kohm

    @classmethod
    def of_board(cls, board, seed: int, compliance_share: float | None = None) -> "StageParams":
        """Return the stage of `board` (limits.Board) with this seed's tolerances.

        Args:
            compliance_share: true over nominal compliance; None = as the seed draws it.

        Raises:
            ValueError: a share outside `SHARE_LOW` to `SHARE_HIGH`.
        """
        if compliance_share is None:
            compliance_share = draw_compliance_share(seed)
        elif not SHARE_LOW <= compliance_share <= SHARE_HIGH:
            raise ValueError(
                f"compliance_share is {SHARE_LOW:g} to {SHARE_HIGH:g}, not {compliance_share}"
            )
        return cls(
            full_scale_ua=float(board.full_scale_ua),
            nominal_mv=float(board.compliance_mv),
            compliance_mv=board.compliance_mv * compliance_share,
            limiter_ua=_LIMITER_RATIO * board.max_ua,
            lim_test_ua=LIM_TEST_UA * board.proof_scale,
            probe_mv=float(board.probe_mv),
            probe_kohm=board.probe_ohm / 1000.0,
            hold_us=draw_hold_us(seed),
        )


def draw_hold_us(seed: int) -> int:
    """The dead-man's hold: 6 ms nominal, 3.6 to 8.4 ms with its tolerance [docs/control.md, The
    stage]."""
    return round(seeded(seed, "dead-man").triangular(3600.0, 8400.0, 6000.0))


def draw_compliance_share(seed: int) -> float:
    """The true compliance over the nominal one: 0.92 to 1, uniform."""
    return seeded(seed, "compliance").uniform(COMPLIANCE_SHARE_MIN, 1.0)


class Limiter:
    """Latches the series switch open when its own shunt sees too much for `limiter_us`."""

    __slots__ = ("_over_us", "_params", "dead", "limit_ua", "tripped")

    def __init__(self, params: StageParams) -> None:
        self._params = params
        self._over_us = 0.0
        self.tripped = False
        self.dead = False  # it no longer acts: a fault
        self.limit_ua = params.limiter_ua

    def test(self, on: bool) -> None:
        """Lower the threshold for the proof, or restore it."""
        if self.dead:
            return
        self.limit_ua = self._params.lim_test_ua if on else self._params.limiter_ua

    def watch(self, current_ua: float, dt_us: float) -> bool:
        """Look at the shunt for `dt_us`; return whether it trips now."""
        if current_ua <= self.limit_ua:
            self._over_us = 0.0
            return False
        self._over_us += dt_us
        if self.tripped or self._over_us < self._params.limiter_us:
            return False
        self.tripped = True
        return True

    def die(self) -> None:
        """From now on no current is too much for it."""
        self.dead = True
        self.limit_ua = inf

    def rearm(self, gate: bool) -> None:
        """Close the latch again; only with the gate low."""
        if not gate:
            self.tripped = False
            self._over_us = 0.0
