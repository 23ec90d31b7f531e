"""Joins a plant to the pins of the emulated chip, as a board's copper joins a stage to a Pico.

What the chip does to a pin reaches the plant at the microsecond it happens: before every input the
plant is advanced to the chip's time. What the plant does reaches the chip where the chip looks: at
an ADC conversion and at a read of its inputs. The chip's time is emulated microseconds since
power-on; the plant's time begins with a session. The drive is a fraction 0..1, ADC values are
codes of the board's converter. A board whose drive and converter are on SPI has a bus for them:
`spi_bus`. It must not know the firmware, nor smooth anything: a
pin is what the emulator says it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from rp2040py.gpio_pin import FUNCTION_PWM, GPIOPinState
from rp2040py.peripherals.pwm import CSR_EN

from iontobench.chip.machine import Chip
from iontobench.chip.patches import before_inputs, watch_duty
from iontobench.chip.spi_bus import BusPins, SpiBus

_SLICES = 8


class PinPlant(Protocol):
    """A plant as the pins see it: the input calls take effect at `now_us`."""

    @property
    def now_us(self) -> int: ...
    @property
    def limiter_tripped(self) -> bool: ...
    @property
    def stop_pressed(self) -> bool: ...
    def advance(self, to_us: int) -> None: ...
    def set_drive(self, fraction: float) -> None: ...
    def set_gate(self, on: bool) -> None: ...
    def pump(self) -> None: ...
    def set_probe(self, on: bool) -> None: ...
    def set_polarity(self, sign: int) -> None: ...
    def set_lim_test(self, on: bool) -> None: ...
    def rearm(self) -> None: ...
    def read_code(self, channel: int) -> int: ...


@dataclass(frozen=True)
class PinMap:
    """Which GPIO is which line; None = the board has no such line.

    `adc` maps the converter's input 0..3 (GPIO 26..29) to the plant's channel; `bus` has the lines
    of a board whose drive and converter are on SPI instead. A line in
    `active_low` means "on" (polarity: "reversed", inputs: "tripped", "pressed") when it is low. An
    output line in `floating` has lost the resistor that holds it off: the chip's pull-up lifts it.
    """

    gate: int
    enable: int
    drive: int | None = None
    probe: int | None = None
    polarity: int | None = None
    lim_test: int | None = None
    rearm: int | None = None
    limiter: int | None = None
    stop: int | None = None
    adc: Mapping[int, int] = field(default_factory=lambda: {0: 0, 1: 1, 2: 2, 3: 3})
    active_low: frozenset[int] = frozenset()
    floating: frozenset[int] = frozenset()
    bus: BusPins | None = None


class Wiring:
    """Connects `plant` to `chip` on construction, for good.

    Every output line that the chip leaves floating (reset, input) is off: the board pulls it down,
    or up where it is active low.

    Args:
        chip: the emulated chip.
        plant: what its pins drive and read.
        pins: which pin is which line.
        from_us: the chip's time that is the plant's time 0; None = the plant's time stands still
            until `start`. Its pins act meanwhile, but nothing passes: faults and records so count
            from the session's start on every rung.
    """

    def __init__(self, chip: Chip, plant: PinPlant, pins: PinMap, from_us: int | None = 0):
        self._chip = chip
        self._plant = plant
        self._from_us = from_us
        self._pins = pins
        self.bus = None if pins.bus is None else SpiBus(chip, plant, pins.bus, self._advance)
        self._running = False
        self._drive = 0.0
        self._levels: dict[int, bool] = {}
        self._outputs: dict[int, Callable[[bool], None]] = {}
        self._connect_outputs()
        if pins.drive is not None:
            self._connect_drive(pins.drive)
        self._connect_inputs()
        chip.on_reset.append(self._refresh)
        self._refresh()

    @property
    def drive(self) -> float:
        """The drive as the plant sees it now, 0..1."""
        return self._drive if self.bus is None else self.bus.drive

    def start(self) -> None:
        """A session begins: the chip's time now is the plant's time 0."""
        self._from_us = self._chip.now_us

    def sync(self) -> None:
        """Bring the plant to the chip's time: before looking at it from outside.

        Not done by itself at every pause of the chip: how a plant's steps fall would then depend
        on how the host slices its time.
        """
        self._advance()

    def _advance(self) -> None:
        if self._from_us is None:
            return
        now_us = self._chip.now_us - self._from_us
        if now_us > self._plant.now_us:
            self._plant.advance(now_us)

    def _connect_outputs(self) -> None:
        plant, pins = self._plant, self._pins
        lines: tuple[tuple[int | None, Callable[[bool], None]], ...] = (
            (pins.gate, plant.set_gate),
            (pins.enable, lambda on: plant.pump()),
            (pins.probe, plant.set_probe),
            (pins.polarity, lambda on: plant.set_polarity(-1 if on else 1)),
            (pins.lim_test, plant.set_lim_test),
            (pins.rearm, lambda on: plant.rearm() if on else None),
        )
        for number, act in lines:
            if number is not None:
                self._outputs[number] = act
                self._levels[number] = False
                self._hold(number)
                self._chip.mcu.gpio[number].add_listener(self._listener(number))
        if pins.drive is not None:
            self._hold(pins.drive)

    def _hold(self, number: int) -> None:
        """The stage's resistor on an output line, which the chip reads where it does not drive."""
        if number not in self._pins.floating:
            self._chip.mcu.gpio[number].set_input_value(number in self._pins.active_low)

    def _listener(self, number: int) -> Callable[[GPIOPinState, GPIOPinState], None]:
        return lambda value, last: self._on_level(number)

    def _on_level(self, number: int) -> None:
        asserting = GPIOPinState.LOW if number in self._pins.active_low else GPIOPinState.HIGH
        value = self._chip.mcu.gpio[number].value
        on = value == asserting
        if number in self._pins.floating and asserting == GPIOPinState.HIGH:
            on = on or value == GPIOPinState.INPUT_PULL_UP
        if on != self._levels[number]:
            self._levels[number] = on
            self._advance()
            self._outputs[number](on)

    def _connect_drive(self, number: int) -> None:
        mcu = self._chip.mcu
        # GPIO 0 and 1 are slice 0's A and B, 2 and 3 slice 1's ... 16 and 17 slice 0's again.
        self._slice = mcu.pwm.channels[number // 2 % _SLICES]
        watch_duty(mcu, self._slice, self._on_drive)
        mcu.gpio[number].add_listener(lambda value, last: self._on_drive_level())

    def _connect_inputs(self) -> None:
        mcu, adc = self._chip.mcu, self._chip.mcu.adc
        convert = adc.on_adc_read

        def on_conversion(channel: int) -> None:
            if channel in self._pins.adc:
                self._advance()
                adc.channel_values[channel] = self._plant.read_code(self._pins.adc[channel])
            convert(channel)

        adc.on_adc_read = on_conversion
        before_inputs(mcu, self._set_inputs)

    def _set_inputs(self) -> None:
        self._advance()
        self._set_input(self._pins.limiter, self._plant.limiter_tripped)
        self._set_input(self._pins.stop, self._plant.stop_pressed)

    def _set_input(self, number: int | None, on: bool) -> None:
        if number is not None:
            level = on != (number in self._pins.active_low)
            if self._levels.get(number) != level:
                self._levels[number] = level
                self._chip.mcu.gpio[number].set_input_value(level)

    def _refresh(self) -> None:
        """Look at every line: a reset changes pins without telling anyone."""
        for number in self._outputs:
            self._on_level(number)
        self._on_drive()

    def _on_drive_level(self) -> None:
        if not self._running:
            self._on_drive()

    def _on_drive(self) -> None:
        if self._pins.drive is None:
            return
        fraction = self._fraction(self._pins.drive)
        if fraction != self._drive:
            self._drive = fraction
            self._advance()
            self._plant.set_drive(fraction)

    def _fraction(self, number: int) -> float:
        """The drive pin's mean level: a duty, or 0 or 1 where nothing toggles it."""
        pin = self._chip.mcu.gpio[number]
        high = pin.value == GPIOPinState.HIGH
        self._running = pin.function_select == FUNCTION_PWM and bool(self._slice.csr & CSR_EN)
        if not self._running:
            return 1.0 if high else 0.0
        odd = number & 1
        compare = self._slice.alarm_b.target if odd else self._slice.alarm_a.target
        return min(1.0, compare / (self._slice.timer.top + 1))
