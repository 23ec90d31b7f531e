"""`emulated://FILE?load=NAME&board=PATH` for pyserial: an emulated Pico, its flash kept in FILE.

Whatever opens a serial port can so be tried without one: `doctor`, `deploy`, `run --on`. A FILE
that is not there is a Pico with stock MicroPython and nothing on it but the file `calibration`,
fitted on two known loads, without which no bench of this seed passes its own checks. On its pins
are the simulated stage of `pico_pwm`, or of the board in the folder PATH, and a load (`forearm` by
default). Its clock is the chip's: a caller that asks for `monotonic()` gets emulated seconds. The
chip runs only while somebody waits for it. It is no evidence about hardware.
"""

from pathlib import Path
from urllib.parse import parse_qs

import serial

from iontobench.chip.flash import FILESYSTEM_BYTES, FILESYSTEM_OFFSET
from iontobench.chip.image import ImageError, find_image
from iontobench.chip.machine import Chip
from iontobench.chip.pico import BOARD, pin_map
from iontobench.chip.wiring import Wiring
from iontobench.device.calibration_bench import calibrate_seeded
from iontobench.device.calibration_file import pack
from iontobench.disk import write_whole
from iontobench.errors import UserError
from iontobench.resources import load_board
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.loads import load_named
from iontobench.sim.meter import Meter
from iontobench.sim.senses import own_adc

DEFAULT_LOAD = "forearm"
SEED = 1
_LOOK_US = 20_000  # how far the chip runs where a caller polls without waiting


class Pico:
    """An emulated chip with a bench on its pins, at power-on."""

    def __init__(self, path: Path, load: str, board_name: str = BOARD):
        self.path = path
        board = load_board(board_name).BOARD
        if not path.exists():
            fitted = calibrate_seeded(board, own_adc(board), SEED)
            self.chip = Chip(find_image(), {"calibration": pack(fitted, board.name)})
        else:
            self.chip = Chip(find_image())
            data = path.read_bytes()
            if len(data) != FILESYSTEM_BYTES:
                raise OSError(f"{path} is no flash of an emulated Pico; name another file")
            self.chip.mcu.flash[FILESYSTEM_OFFSET : FILESYSTEM_OFFSET + len(data)] = data
        params = load_named(load)
        self.load_ohm: float | None = getattr(params, "r_ohm", None)
        bench = self.bench = SimulatedBench(board, params, own_adc(board), SEED)
        self.wiring = Wiring(self.chip, bench, pin_map(board_name), from_us=self.chip.now_us)

    def save(self) -> None:
        """Keep the flash; whole, so that a killed program leaves the old one."""
        flash = self.chip.mcu.flash
        data = bytes(flash[FILESYSTEM_OFFSET : FILESYSTEM_OFFSET + FILESYSTEM_BYTES])
        write_whole(self.path, data)


_PICOS: dict[str, Pico] = {}  # in this process: a port that is opened anew finds the same chip


class ChipSerial:
    """One opening of a chip's port: pyserial's calls that are used, in emulated time."""

    def __init__(self, _port: str | None = None, **options: object):
        unknown = options.keys() - {"baudrate", "exclusive", "timeout"}
        if unknown:
            raise TypeError(f"a port has no {unknown}")
        self.port: str | None = None
        self.is_open = False
        self.timeout: float | None = None
        self.write_timeout: float | None = None
        self._chip: Chip | None = None

    def find(self, rest: str) -> Chip:
        """The chip at the address behind `://`."""
        raise NotImplementedError

    @property
    def name(self) -> str | None:
        return self.port

    def open(self) -> None:
        """Boot the chip where it has not booted."""
        self._chip = self.find(str(self.port).partition("://")[2])
        self._chip.boot()
        self._chip.usb.dtr = True
        self.is_open = True

    def close(self) -> None:
        """As pulling the plug of the port, not the power."""
        if self.is_open:
            self._usb.close()
        self.is_open = False

    def monotonic(self) -> float:
        """The chip's time, s."""
        return self._open.now_us / 1e6

    @property
    def in_waiting(self) -> int:
        return self._usb.in_waiting

    def inWaiting(self) -> int:  # pyserial's old name, which mpremote polls
        if not self._usb.in_waiting:
            self._open.run_until_us(self._open.now_us + _LOOK_US, stop_on_data=True)
        return self._usb.in_waiting

    def read(self, size: int = 1) -> bytes:
        self._usb.timeout = self.timeout
        return self._usb.read(size)

    def write(self, data: bytes) -> int:
        return self._usb.write(bytes(data))

    @property
    def _usb(self):
        if not self.is_open:
            raise serial.PortNotOpenError()
        return self._open.usb

    @property
    def _open(self) -> Chip:
        if self._chip is None:
            raise serial.PortNotOpenError()
        return self._chip


class Serial(ChipSerial):
    """The port of `emulated://FILE`."""

    _pico: Pico | None = None

    def find(self, rest: str) -> Chip:
        """As the address says.

        Raises:
            SerialException: no image, no such load or board, or a file that is no flash.
        """
        name, _, query = rest.partition("?")
        asked = parse_qs(query)
        load = asked.get("load", [DEFAULT_LOAD])[-1]
        board = asked.get("board", [BOARD])[-1]
        if rest not in _PICOS:
            try:
                _PICOS[rest] = Pico(Path(name), load, board)
            except (OSError, ValueError, ImageError, UserError) as error:
                raise serial.SerialException(str(error)) from error
        self._pico = _PICOS[rest]
        return self._pico.chip

    @property
    def load_ohm(self) -> float | None:
        """The resistor on the leads; None: the load is none."""
        return None if self._pico is None else self._pico.load_ohm

    def meter_mv(self) -> float:
        """What a voltmeter across the resistor reads now, mV."""
        if self._pico is None or self._pico.load_ohm is None:
            raise serial.PortNotOpenError()
        self._pico.wiring.sync()
        return Meter(self._pico.bench, self._pico.load_ohm, SEED).read_mv()

    def lead(self, off: bool) -> None:
        """Take a lead off the load, or put it back."""
        if self._pico is None:
            raise serial.PortNotOpenError()
        self._pico.wiring.sync()
        if off:
            self._pico.bench.lift()
        else:
            self._pico.bench.meet()

    def close(self) -> None:
        """Keep the flash too."""
        was_open = self.is_open
        super().close()
        if was_open and self._pico is not None:
            self._pico.save()
