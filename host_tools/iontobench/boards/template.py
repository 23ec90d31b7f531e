"""A folder to start a board from: a Raspberry Pi Pico with an external stage, commented.

It is a board as it stands, with the data of `pico_pwm`, so that it can be simulated at once. Must
not decide anything: ranges are those of `board_module`.
"""

from ionto.core.limits import Board
from iontobench import resources
from iontobench.board_module import FILE, NAME, NAME_TEXT, RANGES
from iontobench.errors import UserError
from iontobench.sim.senses import coarse_ranges, nominal_calibration

BOOT = "boot.py"
PAGE = "README.md"
DRIVE = "drive"
OUTPUTS = (DRIVE, "gate", "enable", "probe", "polarity", "lim_test", "rearm")
INPUTS = ("limiter", "stop")
# Of a board whose drive and converter are on SPI0, instead of DRIVE; as boards/pico_dac.
BUS_OUTPUTS = ("dac_clr",)
BUS_INPUTS = ("miso",)
BUS_SELECTS = ("sck", "mosi", "adc_cs", "dac_cs")  # idle at either level, or high: not boot's
_PINS = (16, 17, 18, 19, 20, 21, 14, 22, 15)  # as boards/pico_pwm

_BOARD = '''\
"""{name}: a Raspberry Pi Pico with an external stage of my own: say here which.

Data only; importing moves no pin. Bench only: dummy loads, never people.
"""

from ionto.core.limits import Board

BOARD = Board(
    name="{name}",  # the folder's own name
    max_ua=5000,  # {max_ua}; the senses reach a quarter more
    compliance_mv=40000,  # {compliance_mv}; what the stage makes over the load at max_ua
    sigma_q4=37,  # {sigma_q4}; noise of one sample of sense A, in 1/16 of a microampere:
    # 1.5 steps of a converter of 12 bits over 6250 µA
    # proof_scale=1,  # {proof_scale}; 6 on a board of 30 mA: the proof drives 30 and 45 µA
    # probe_mv=5000,  # {probe_mv}; PROBE's source ...
    # probe_ohm=100000,  # {probe_ohm}; ... and the resistor behind it
    # lim_test=True,  # False: no LIM_TEST line, so the proof cannot test the limiter
    # bridge=True,  # False: nothing can reverse the load
    # limiter=True,  # False: the stage has none of its own; the line limiter lies on ground
    # loads_ohm=(),  # (least, most) of a stage without a source of current, as `pico_demo`
    # inside_ohm=0,  # {inside_ohm}; shunts inside the measured load voltage, with `NodeSenses`
    # supply_min_mv=4300,  # {supply_min_mv}; below it the stage does not work
    # accuracy_ua=10,  # {accuracy_ua}; the error of a calibrated current
    # code_top=4095,  # {code_top}; the converter's largest code: 65535 with an ADS8688 on SPI,
    # drive_steps=4096,  # {drive_steps}; 65536 with a DAC8562: the board `pico_dac` shows both
)

# GP0 to GP25, each once. The converter's are fixed: GP26 sense A, GP27 sense B, GP28 load voltage,
# GP29 supply.
PINS = {{
{pins}
}}

# (zero_counts, mul, shift) of sense A, sense B, load voltage and supply, as the stage is designed:
# value = (code - zero) * mul >> shift, codes 0..4095, currents in 1/16 µA, voltages in mV.
# A calibration beside a meter replaces them.
SCALES = {scales}


def make_port():
    """The port to this board, on the chip itself."""
    from ionto.rp2.calibration import read
    from ionto.rp2.port import Rp2Port

    return Rp2Port(PINS, read(SCALES))
'''
_BOOT = '''\
"""Bench only, never people: every output line low before anything can fail."""

import machine

for pin in ({outputs}):
    machine.Pin(pin, machine.Pin.OUT, value=0)
'''
_PAGE = """\
# {name}

**Bench only: dummy loads, never people.** A real build needs an independently designed and
certified, isolated, current-limiting hardware stage.

Write here what the stage is, what was measured on it, and what was not. In this order:

1. `board.py`: the data of the stage, its pins, the scales of its senses.
2. `boot.py`: the pins of every output line, the same as in `board.py`.
3. `iontobench boards check ./{name}`: what is missing.
4. `iontobench run demo --board ./{name}`: a session on the simulated stage.
5. An external pull-down at every output, and a limiter and a dead-man that work without the Pico:
   the page of the board `pico_pwm` says what a stage has to fulfil, and shows one.
6. `iontobench deploy auto --board ./{name}`, then on a dummy load
   `iontobench run demo --on auto --board ./{name}`.
"""


def new_board(name: str) -> dict[str, str]:
    """The files of a new board, by their names in its folder.

    Raises:
        UserError: a name that no board can have, or that one of this project has.
    """
    if not NAME.fullmatch(name):
        plain = "".join(one if one.isalnum() else "_" for one in name.lower())
        hint = f"; did you mean {plain}?" if NAME.fullmatch(plain) else ""
        raise UserError(f"name: found {name!r}; allowed: {NAME_TEXT}{hint}")
    if name in resources.board_names():
        raise UserError(f"name: {name} is a board of this project; choose another")
    ranges = {key: f"{one.least} to {one.most}" for key, one in RANGES.items()}
    numbers = dict(zip((*OUTPUTS, *INPUTS), _PINS, strict=True))
    rows = nominal_calibration(coarse_ranges(Board(name, 5000, 40000, 37)))
    return {
        FILE: _BOARD.format(
            name=name,
            pins="\n".join(f'    "{line}": {pin},' for line, pin in numbers.items()),
            scales=tuple(number for row in rows for number in row),
            **ranges,
        ),
        BOOT: _BOOT.format(outputs=", ".join(str(numbers[line]) for line in OUTPUTS)),
        PAGE: _PAGE.format(name=name),
    }
