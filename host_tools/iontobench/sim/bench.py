"""The plant seen from its pins: what a controller's pins do to the stage, and what they read.

Input calls take effect at `now_us`: advance first, then set. Units: us, uA, mV; drive is a
fraction of its full scale, which is sense A's. Deterministic: board, load, converter, seed and
faults, with the plant's times of those that are injected, give one trace. Must not know who drives
it.
"""

from collections.abc import Callable, Sequence

from iontobench.signs import US

from .dead_man import PERIOD_US
from .fault import Fault, Injected, Schedule
from .faults import KINDS, SENSES, checked, parse, text_of
from .faults_senses import Troubled
from .load import new_state
from .loads import load_named
from .plant import Plant
from .plant_state import NEVER_US
from .senses import ADCS, CH_A, CH_B, CH_SUPPLY, CH_V, Converter
from .skin import LoadParams
from .stage import StageParams
from .truth import Truth

__all__ = ["CH_A", "CH_B", "CH_SUPPLY", "CH_V", "SimulatedBench"]

_TROUBLED = {*SENSES, "shoot-through"}  # kinds that need a converter with faults


class SimulatedBench(Plant):
    """A stage, a load and a converter.

    Args:
        board: the board's data (limits.Board).
        skin: a load's name (`forearm`, `resistor:10000`) or its parameters.
        adc: `ideal`, `rp2040` or a converter of one's own.
        seed: draws the tolerances and the noise; each purpose has a stream of its own.
        faults: texts KIND@SECONDS[:VALUE] or typed faults; `inject` takes later ones.
        compliance_share: the stage's true compliance over the board's nominal one, 0.5 to 1;
            None = as the seed draws it over the circuit's tolerances.

    Raises:
        ValueError: an unknown load, converter or fault, a share out of range; one line.
    """

    __slots__ = (
        *(
            "_base_ua",
            "_jump_ua",
            "_scale_ua",
            "_schedule",
            "_told",
            "_watchers",
            "adc",
            "board",
            "bridge_welded",
            "has_processor",
            "host",
        ),
        *("mishaps", "polarity", "seed", "stop_pressed", "supply_mv", "truth", "upset"),
    )

    def __init__(
        self,
        board,
        skin: str | LoadParams = "forearm",
        adc: str | Converter = "ideal",
        seed: int = 1,
        faults: Sequence[str | Fault] = (),
        compliance_share: float | None = None,
    ) -> None:
        if isinstance(adc, str) and adc not in ADCS:
            raise ValueError(f"no converter called {adc!r}: {', '.join(ADCS)}")
        params = load_named(skin) if isinstance(skin, str) else skin
        known = [parse(one) if isinstance(one, str) else checked(one) for one in faults]
        self._schedule = Schedule(KINDS, known)
        stage = StageParams.of_board(board, seed, compliance_share)
        super().__init__(stage, new_state(params, seed))
        self.truth = Truth(self)
        self.board = board
        self.adc: Converter = ADCS[adc](board, seed) if isinstance(adc, str) else adc
        self.seed = seed
        if self._schedule.kinds & _TROUBLED:
            self.adc = Troubled(self.adc, self, seed)
        self._base_ua = 0.0  # the drive is base + fraction x scale
        self._scale_ua = stage.full_scale_ua
        self._jump_ua = stage.full_scale_ua / 200  # at once: a pulse, or a very fast ramp
        self.polarity = 1
        self.supply_mv = stage.supply_mv
        self.stop_pressed = False  # the stop input; a test or a fault presses it
        self.bridge_welded = False
        self.has_processor = False  # a virtual port is there, which acts on `mishaps`
        self.mishaps: list[tuple[int, float]] = []  # what befell the processor: its port's
        self.host: dict[str, float] = {}  # what befell the link: the port's cable's
        self._told: list[Fault] = []  # the faults that were injected
        self._watchers: list[Callable[[Fault], None]] = []
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

    def hold_drive(self, current_ua: float) -> None:
        """From now on the drive is that of `current_ua`, whatever it is told; the gate cuts it."""
        self._base_ua, self._scale_ua = current_ua, 0.0
        self.hurry()
        self.drive_ua = current_ua

    def set_gate(self, on: bool) -> None:
        """Close or open the gate; open, the drive is cut and the bleed empties node N."""
        if self.gate == bool(on):
            return
        self.edge()
        self.gate = bool(on)
        truth = self.truth
        if not on:
            truth.gate_until_us = self.now_us
        if not on and truth.fault_onset_us is not None and truth.gate_low_us is None:
            truth.gate_low_us = self.now_us

    def pump(self) -> None:
        """One ENABLE edge, of whichever sense is due."""
        if self.enable:
            self.enable = False
        elif self.now_us == self.even_us:
            # As the last ones: the pump is full, and each edge makes it last the same.
            self.enable = True
            self.even_us += PERIOD_US
            self.dead_us = self.now_us + self.full_us
        else:
            self.set_enable(True)

    def set_enable(self, high: bool) -> None:
        """Set ENABLE's level: a rising edge feeds the dead-man, which holds from there."""
        if high == self.enable:
            return
        self.enable = high
        if high and 0 < self.hold_us < NEVER_US:
            if self.even_us > 0:
                self.dead_man.risen_us = self.even_us - PERIOD_US
            self.full_us = self.dead_man.rise(self.now_us)
            self.even_us = self.now_us + PERIOD_US if self.dead_man.is_full else -1
            self.pumped(self.full_us)
            if not self.source:
                self.switch()

    def fill_pump(self) -> None:
        """As if ENABLE had had an edge each ms for long, the last one, rising, now."""
        self.enable = True
        self.pumped(self.dead_man.fill(self.now_us))
        self.live_us = self.now_us
        self.switch()

    def set_probe(self, on: bool) -> None:
        """Switch 5 V behind 100 kOhm to node N; its switch conducts a little later."""
        if self.probe != bool(on):
            self.edge()
            self.probe = bool(on)
            self.probe_us = self.now_us + self.stage.probe_us

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
        if self.closing_ua:
            self.closing_ua = self.stage.rearm_ua

    def read_code(self, channel: int) -> int:
        """Convert one channel (CH_A, CH_B, CH_V, CH_SUPPLY) now."""
        return self.adc.code(channel, self.quantity(channel))

    def inject(self, fault: str | Fault) -> Fault:
        """Inject a fault while time runs; return it as it is recorded.

        Call it between two advances, from the thread that advances the bench: in a session from a
        listener. A fault of the plant from now on is in force at once; one of the processor or
        its link is acted on at the port's next look, 1 to 20 ms later.

        Args:
            fault: KIND[:VALUE] from now on, KIND@SECONDS[:VALUE] or a typed fault at its time.

        Raises:
            ValueError: no such fault, a time in the past, or a fault that nothing here can act
                on; one line.
        """
        found = parse(fault, self.now_us) if isinstance(fault, str) else checked(fault)
        shown = fault if isinstance(fault, str) else text_of(fault, with_time=True)
        if found.onset_us < self.now_us:
            raise ValueError(
                f"fault {shown!r}: its time is past, the bench stands at {self.now_us} {US};"
                " leave @SECONDS out for now"
            )
        needs = KINDS[found.kind].needs
        if needs == "port" and not self.has_processor:
            raise ValueError(f"fault {shown!r}: it is a virtual board's own, and there is none")
        if needs == "memory" and self.upset is _no_memory:
            raise ValueError(f"fault {shown!r}: no processor's memory is within reach")
        if found.kind in _TROUBLED and not isinstance(self.adc, Troubled):
            self.adc = Troubled(self.adc, self, self.seed)
        self._schedule.add(found)
        self._told.append(found)
        self.fault_due_us = self._schedule.due_us(NEVER_US)
        self.due_us = min(self.refresh_us, self.fault_due_us)
        if self.fault_due_us <= self.now_us:
            self.fault_edges()
            self.switch()
        for watcher in self._watchers:
            watcher(found)
        return found

    def watch(self, watcher: Callable[[Fault], None]) -> None:
        """Call `watcher` for each fault that is injected, and now for each that has been."""
        self._watchers.append(watcher)
        for fault in self._told:
            watcher(fault)

    def enable_sense_faults(self) -> Troubled:
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
        ua = self.shunt_ua if self.smooth else self.sense_ua
        if channel == CH_A:
            return ua
        if channel == CH_B:
            return (self.load_ua if self.leaves_b else ua) * self.polarity
        if channel == CH_SUPPLY:
            return self.supply_mv
        return (self.node_mv if self.smooth else self.sense_mv) + self.stage.inside_kohm * ua

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
