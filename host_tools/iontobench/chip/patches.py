"""What the emulator rp2040py 0.3.6 gets wrong and matters here, each mended with its reason.

Every patch has a test that shows the unmended behaviour; when such a test fails after an upgrade,
its patch has become needless and goes. `watch_duty`, `before_inputs` and `after_alarm` are hooks
that the emulator lacks. Nothing outside this file may reach into the emulator's private parts.
"""

from collections.abc import Callable
from typing import Protocol

from rp2040py.peripherals.clocks import CLK_PERI_CTRL
from rp2040py.peripherals.pwm import CHN_DIV, PWMChannel
from rp2040py.peripherals.usb import EP0_IN_BUFFER_CONTROL, USB_BUF_CTRL_AVAILABLE
from rp2040py.peripherals.xip_ctrl import CTR_ACC, CTR_HIT, CTRL, FLUSH
from rp2040py.rp2040 import RP2040
from rp2040py.sio import GPIO_IN
from rp2040py.usb.cdc import USBCDC

from .flash_cache import FlashCache

_BUFFER_CONTROL_STRIDE = 8
_CACHE_EN = 1  # of CTRL
_CLOCKS = 0x40008  # the emulator's key of the block of clocks
_FROM_USB = 2  # of CLK_PERI_CTRL's AUXSRC [RP2040 datasheet, 2.15.7]
_USB_HZ = 48_000_000
_IO_BANK0 = 0x40014  # the emulator's key of the block that holds every pin's function


class _Write(Protocol):
    """A register block's write, as the emulator calls it."""

    def __call__(self, offset: int, value: int) -> None: ...


class PatientCDC(USBCDC):
    """A host whose OUT transfer waits until there is something to send.

    The emulator answers every empty read with a zero-length packet 10 us later, and the chip asks
    again at once: a USB interrupt every 26 us, which makes bytecode look 2-3 times slower than it
    is and keeps an idle chip from ever sleeping. A real host sends nothing while it has nothing.
    """

    def __init__(self, mcu: RP2040):
        super().__init__(mcu.usb_ctrl)
        self._unsent = bytearray()
        self._awaited: int | None = None  # bytes the chip is ready to take, None = not ready
        self._answer_control = mcu.usb_ctrl.on_endpoint_read
        mcu.usb_ctrl.on_endpoint_read = self._on_read

    @property
    def out_waiting(self) -> int:
        """Bytes that the chip has not taken yet."""
        return len(self._unsent)

    @property
    def in_endpoint(self) -> int:
        """The endpoint of the chip's serial output; -1 until it has enumerated."""
        return self._in_endpoint

    def send(self, data: bytes) -> None:
        """Queue bytes for the chip; they leave as it asks for them, at most 64 a packet."""
        self._unsent.extend(data)
        self._deliver()

    def _on_read(self, endpoint: int, size: int) -> None:
        if endpoint != self._out_endpoint:
            if self._answer_control is not None:
                self._answer_control(endpoint, size)
            return
        self._awaited = size
        self._deliver()

    def _deliver(self) -> None:
        if self._awaited is None or not self._unsent:
            return
        packet = bytes(self._unsent[: self._awaited])
        del self._unsent[: self._awaited]
        self._awaited = None
        self.usb.endpoint_read_done(self._out_endpoint, packet)

    def _on_controller_reset(self) -> None:
        super()._on_controller_reset()
        self._awaited = None
        self._unsent.clear()


class UnreadPort:
    """Lets the host stop reading: the chip's packet then stays in the chip until it reads again.

    The emulator says "sent" the moment the chip hands a packet over, so a host that has vanished
    with its port open could never block the chip, which is what the link's credit is there for.
    """

    def __init__(self, mcu: RP2040, cdc: PatientCDC):
        self._cdc = cdc
        self._held: tuple[int, int] | None = None  # a chip has at most one packet on its way
        self._pass_on: Callable[[int, int], None] = mcu.usb_ctrl.dpram_updated
        self._reading = True
        mcu.usb_ctrl.dpram_updated = self._on_dpram

    @property
    def reading(self) -> bool:
        """False while the host leaves the port open and unread."""
        return self._reading

    @reading.setter
    def reading(self, on: bool) -> None:
        self._reading = on
        if on and self._held is not None:
            held, self._held = self._held, None
            self._pass_on(*held)

    def forget(self) -> None:
        """The chip was reset: what it held is gone."""
        self._held = None

    def _on_dpram(self, offset: int, value: int) -> None:
        data_in = EP0_IN_BUFFER_CONTROL + _BUFFER_CONTROL_STRIDE * self._cdc.in_endpoint
        if not self._reading and offset == data_in and value & USB_BUF_CTRL_AVAILABLE:
            self._held = (offset, value)
        else:
            self._pass_on(offset, value)


def keep_stopped_slices_stopped(mcu: RP2040) -> None:
    """A stopped PWM slice leaves its pin frozen at the level of that moment, whatever is written.

    The emulator starts a stopped slice's counter again when its divider is written, so that a pin
    which the silicon holds, high perhaps, until someone starts the slice would toggle there.
    """
    for channel in mcu.pwm.channels:
        channel.write_register = _without_start(channel, channel.write_register)


def _without_start(channel: PWMChannel, write: _Write) -> _Write:
    def written(offset: int, value: int) -> None:
        write(offset, value)
        if offset == CHN_DIV:
            channel.update_enable()

    return written


def watch_duty(mcu: RP2040, channel: PWMChannel, changed: Callable[[], None]) -> None:
    """Call `changed` after whatever may change a pin's duty other than its own level.

    That is a write to the PWM block (a slice stops), to a pin's function, and the wrap at which a
    slice latches a new duty. The emulator tells a pin's listeners of levels only.
    """
    mcu.pwm.write_uint32 = _followed(mcu.pwm.write_uint32, changed)
    functions = mcu.peripherals[_IO_BANK0]
    functions.write_uint32 = _followed(functions.write_uint32, changed)
    latch = channel._update_double_buffered

    def latched() -> None:
        fresh = channel.cc_updated or channel.top_updated
        latch()
        if fresh:
            changed()

    channel._update_double_buffered = latched


def _followed(write: _Write, after: Callable[[], None]) -> _Write:
    def written(offset: int, value: int) -> None:
        write(offset, value)
        after()

    return written


def before_inputs(mcu: RP2040, prepare: Callable[[], None]) -> None:
    """Call `prepare` before the chip reads its input pins, at the moment it reads them."""
    read = mcu.sio.read_uint32

    def prepared(offset: int) -> int | float:
        if offset == GPIO_IN:
            prepare()
        return read(offset)

    mcu.sio.read_uint32 = prepared


def after_alarm(mcu: RP2040, happened: Callable[[int], None]) -> Callable[[], None]:
    """Call `happened` with the number of each of the timer's alarms, 0..3, as it fires.

    Returns:
        Ends it.
    """
    timer = mcu.timer
    fire = timer._fire_alarm

    def fired(index: int) -> None:
        fire(index)
        happened(index)

    def end() -> None:
        timer._fire_alarm = fire

    timer._fire_alarm = fired
    return end


def follow_system_clock(mcu: RP2040, clock_hz: int) -> None:
    """The PWM slices and SysTick count at that clock: the emulator keeps them at 125 MHz."""
    mcu.clk_sys = clock_hz
    for timer in (mcu.ppb.systick_timer, *(channel.timer for channel in mcu.pwm.channels)):
        timer.frequency = clock_hz


def spi_word_ns(mcu: RP2040, number: int) -> float:
    """How long a word of that SPI takes, at the peripherals' clock of its register.

    The emulator reckons with 125 MHz. MicroPython leaves the clock at the USB's 48 MHz
    [micropython#13718], and sets the SPI's divider by that.
    """
    spi = mcu.spi[number]
    source = int(mcu.peripherals[_CLOCKS].read_uint32(CLK_PERI_CTRL)) >> 5 & 7
    clock_hz = _USB_HZ if source == _FROM_USB else mcu.clk_peri
    hz = spi.clock_frequency * clock_hz / mcu.clk_peri
    return spi.data_bits * 1e9 / hz if hz else 0.0


def answer_from_cache(mcu: RP2040, cache: FlashCache) -> None:
    """XIP_CTRL answers from the model of the flash cache, in a build that has one.

    Its enable bit and a flush act on the model, and CTR_HIT and CTR_ACC are the model's counts;
    any write sets one of them to 0 [RP2040 datasheet, 2.6.3]. The emulator's own says 0.
    """
    block = mcu.xip_ctrl
    read, write = block.read_uint32, block.write_uint32

    def counted(offset: int) -> int:
        if cache.is_on and offset == CTR_HIT:
            return cache.hits
        if cache.is_on and offset == CTR_ACC:
            return cache.accesses
        return read(offset)

    def acted(offset: int, value: int) -> None:
        write(offset, value)
        if offset == CTRL:
            cache.is_enabled = bool(value & _CACHE_EN)
        elif offset == FLUSH:
            cache.flush()
        elif offset == CTR_HIT:
            cache.hits = 0
        elif offset == CTR_ACC:
            cache.accesses = 0

    block.read_uint32, block.write_uint32 = counted, acted
