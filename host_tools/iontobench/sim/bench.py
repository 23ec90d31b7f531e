"""The plant seen from its pins: what a controller's pins do to the stage, and what they read.

Input calls take effect at `now_us`: advance first, then set. Units: us, uA, mV; drive is a
fraction of its full scale, which is sense A's. Deterministic: board, load, converter, seed and
faults give one trace. Must not know who drives it.
"""

from collections.abc import Callable

from .adc import ADCS
from .fault import Injected
from .faults import SENSES, Schedule, parse
from .faults_senses import Troubled
from .load import new_state
from .plant import Plant
from .senses import CH_A, CH_B, CH_SUPPLY, CH_V
from .skin import LoadParams, load_skin
from .stage import StageParams
from .state import NEVER_US
from .truth import Truth

__all__ = ["CH_A", "CH_B", "CH_SUPPLY", "CH_V", "SimulatedBench"]


class SimulatedBench(Plant):
    """A stage, a load and a converter.

    Args:
        board: the board's data (limits.Board).
        skin: a load's name (`forearm`, `resistor:10000`) or its parameters.
        adc: `ideal` or `rp2040`.
        seed: draws the tolerances and the noise.
        faults: texts KIND@SECONDS[:VALUE].
        compliance_share: the stage's true compliance over the board's nominal one, 0.5 to 1;
            None = as the seed draws it, 0.92 to 1.

    Raises:
        ValueError: an unknown load, converter or fault, a share out of range; one line.
    """

    __slots__ = (
        *(
            "_base_ua",
            "_jump_ua",
            "_scale_ua",
            "_schedule",
            "adc",
            "board",
            "bridge_welded",
            "host",
        ),
        *("mishaps", "polarity", "seed", "stop_pressed", "supply_mv", "truth", "upset"),
    )

    def __init__(
        self,
        board,
        skin: str | LoadParams = "forearm",
        adc: str = "ideal",
        seed: int = 1,
        faults: tuple[str, ...] | list[str] = (),
        compliance_share: float | None = None,
    ) -> None:
        if adc not in ADCS:
            raise ValueError(f"no converter called {adc!r}: {', '.join(ADCS)}")
        params = load_skin(skin) if isinstance(skin, str) else skin
        self._schedule = Schedule([parse(text) for text in faults])
        stage = StageParams.of_board(board, seed, compliance_share)
        super().__init__(stage, new_state(params, seed))
        self.truth = Truth(self)
        self.board = board
        self.adc = ADCS[adc](board, seed)
        if self._schedule.kinds & {*SENSES, "shoot-through"}:
            self.adc = Troubled(self.adc, self, seed)
        self.seed = seed
        self._base_ua = 0.0  # the drive is base + fraction x scale
        self._scale_ua = stage.full_scale_ua
        self._jump_ua = stage.full_scale_ua / 200  # at once: a pulse, or a very fast ramp
        self.polarity = 1
        self.supply_mv = stage.supply_mv
        self.stop_pressed = False  # the stop input; a test or a fault presses it
        self.bridge_welded = False
        self.mishaps: list[tuple[int, float]] = []  # what befell the processor: its port's
        self.host: dict[str, float] = {}  # what befell the link: the port's cable's
        self.upset: Callable[[str, int], None] = _no_memory
        self.fault_due_us = self._schedule.due_us(NEVER_US)
        self.recompute()
        if self._schedule.begin(self):
            self._struck()

    def set_drive(self, fraction: float) -> None:
        """Set the drive to 0..1 of full scale (a PWM's duty, a DAC's code).

        Raises:
            ValueError: outside 0..1.
        """
        if not 0.0 <= fraction <= 1.0:
            raise ValueError(f"drive {fraction} is not within 0 to 1")
        drive_ua = self._base_ua + fraction * self._scale_ua
        if abs(drive_ua - self.drive_ua) > self._jump_ua:
            self.hurry()
        self.drive_ua = drive_ua

    def force_drive(self, current_ua: float) -> None:
        """From now on the stage makes `current_ua`, whatever the drive is."""
        self._base_ua, self._scale_ua = current_ua, 0.0
        self.drive_ua = self.x1_ua = self.x2_ua = current_ua

    def set_gate(self, on: bool) -> None:
        """Close or open the gate; open, the bleed empties node N."""
        if self.gate == bool(on):
            return
        self.gate = bool(on)
        truth = self.truth
        if not on:
            truth.gate_until_us = self.now_us
        if not on and truth.fault_onset_us is not None and truth.gate_low_us is None:
            truth.gate_low_us = self.now_us
        self.edge()
        self.switch()

    def pump(self) -> None:
        """One ENABLE edge: the dead-man conducts for its hold time from now."""
        if self.hold_us:
            self.dead_us = self.now_us + self.hold_us
        if not self.source:
            self.switch()

    def set_probe(self, on: bool) -> None:
        """Switch 5 V behind 100 kOhm to node N."""
        if self.probe != bool(on):
            self.probe = bool(on)
            self.edge()

    def set_polarity(self, sign: int) -> None:
        """Turn the load over: +1 or -1.

        Raises:
            ValueError: any other sign.
        """
        if sign not in (1, -1):
            raise ValueError(f"polarity {sign} is neither 1 nor -1")
        if sign == self.polarity or self.bridge_welded:
            return
        self.truth.fold()
        self.polarity = sign
        self.turn_over()
        self.recompute()

    def set_lim_test(self, on: bool) -> None:
        """Lower the hardware limiter's threshold for its proof, or restore it."""
        self.limiter.test(bool(on))
        self.recompute()
        self.edge()

    def rearm(self) -> None:
        """Re-arm the hardware limiter; without effect while the gate is high."""
        self.limiter.rearm(self.gate)
        self.switch()

    def read_code(self, channel: int) -> int:
        """Convert one channel (CH_A, CH_B, CH_V, CH_SUPPLY) now."""
        return self.adc.code(channel, self.quantity(channel))

    @property
    def fault_kinds(self) -> frozenset[str]:
        """Which kinds of fault this bench was told of."""
        return self._schedule.kinds

    def senses(self) -> Troubled:
        """The faults between stage and codes, from now on in force.

        Raises:
            TypeError: this bench was not told of such a fault.
        """
        if not isinstance(self.adc, Troubled):
            raise TypeError("a bench without faults of its senses")
        self.adc.active = True
        return self.adc

    def quantity(self, channel: int) -> float:
        """What a channel's sense stands before, uA or mV."""
        if channel == CH_A:
            return self.shunt_ua
        if channel == CH_B:
            return (self.load_ua if self.leaves_b else self.shunt_ua) * self.polarity
        return self.node_mv if channel == CH_V else self.supply_mv

    @property
    def limiter_tripped(self) -> bool:
        """The hardware limiter has latched the series switch open."""
        return self.limiter.tripped

    @property
    def load_current_ua(self) -> float:
        """The current through the load as the load sees it: signed by the polarity."""
        return self.load_ua * self.polarity

    def fault_edges(self) -> None:
        """Apply the faults that are due and note the first onset."""
        if self._schedule.apply(self):
            self._struck()

    def injected(self) -> list[Injected]:
        """What became of each fault that this bench was told of, so far."""
        gate_us = self.now_us if self.gate else self.truth.gate_until_us
        return [
            Injected(
                *(fault.kind, fault.onset_us, fault.value, fired),
                met_output=fired and gate_us >= fault.onset_us,
            )
            for fault, fired in self._schedule.ended()
        ]

    def _struck(self) -> None:
        truth = self.truth
        if truth.fault_onset_us is None:
            truth.fault_onset_us = self.fault_due_us
            if not self.gate:
                truth.gate_low_us = self.now_us
        self.fault_due_us = self._schedule.due_us(NEVER_US)
        self.recompute()


def _no_memory(what: str, value: int) -> None:
    raise RuntimeError(f"no processor's memory is within reach of this bench: {what} {value}")
