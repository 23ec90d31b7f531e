"""Gate, drive and ENABLE by register are those of MicroPython's own objects, and off is off."""

import ast

import pytest

from .forks import in_copy

_DRIVES = (0, 1, 8, 15, 16, 24, 4095, 32_767, 32_768, 52_429, 65_519, 65_527, 65_534, 65_535)

# The level that `PWM.duty_u16` writes, and the one that `actuate` does, for each drive; then the
# three pins after each call.
_LEVELS = f"""
import machine
from ionto.rp2.output import Output
from ionto.board import PINS
made = Output(PINS)
made.arm()
cc = made._table[2] + 12
def level():
    return machine.mem32[cc] >> made._table[3] & 0xFFFF
def pin(line):  # what SIO drives: GPIO_OUT where GPIO_OE is set
    return (machine.mem32[0xD0000010] & machine.mem32[0xD0000020]) >> PINS[line] & 1
def pins():
    return [pin("gate"), pin("enable")]
told = []
for drive in {_DRIVES}:
    made._pwm.duty_u16(drive)
    own = level()
    made.actuate(1, drive)
    told.append((own, level()))
seen = [pins()]
for call, args in (("pump", ()), ("pump", ()), ("actuate", (0, 0)), ("prove", (0, 300))):
    getattr(made, call)(*args)
    seen.append(pins() + [level()])
made.prove(1, 300)
seen.append(pins() + [level()])
made.off()
off = []
for call, args in (("actuate", (1, 40000)), ("prove", (1, 300)), ("pump", ()), ("pump", ())):
    getattr(made, call)(*args)
    off.append(pins() + [level(), pin("drive")])
print((told, seen, off))
"""

_REFUSED = """
from ionto.rp2.port import Rp2Port
from ionto.board import PINS, SCALES
for line, number in (("gate", 26), ("enable", PINS["drive"]), ("drive", -1)):
    try: Rp2Port(dict(PINS, **{line: number}), SCALES)
    except ValueError as error: print(error)
"""

# A slice that counts to another top, and a gate that another block has.
_NOT_OURS = """
import machine
import ionto.rp2.output as output
from ionto.board import PINS
made = output.Output(PINS)
made._table[2] += 20
try: made.arm()
except RuntimeError as error: print(error)
made.actuate(1, 40000)
print(machine.mem32[0xD0000010] >> PINS["gate"] & 1)
made.off()
"""


def _ask(booted, source):
    return booted[0].exec(source)


@pytest.fixture(scope="module")
def told(booted):
    return ast.literal_eval(in_copy(_ask, booted, _LEVELS).decode())


def test_every_drive_makes_the_level_that_micropython_makes_of_it(told):
    levels, _, _ = told
    assert [ours for _, ours in levels] == [own for own, _ in levels]
    assert levels[0][1] == 0
    assert levels[-1][1] == 4096


def test_gate_and_enable_move_as_asked(told):
    _, seen, _ = told
    assert seen == [[1, 0], [1, 1, 4096], [1, 0, 4096], [0, 0, 0], [0, 0, 19], [1, 0, 19]]


@pytest.mark.hazard("H-20")
def test_after_off_no_call_moves_a_pin(told):
    _, _, off = told
    assert off == [[0, 0, 0, 0]] * 4


def test_line_without_a_pin_of_its_own_is_refused(booted):
    said = in_copy(_ask, booted, _REFUSED).decode().splitlines()
    assert said == [
        "pin of gate: GP26 is not within GP0..GP25",
        "pin of enable: GP16 is drive already",
        "pin of drive: GP-1 is not within GP0..GP25",
    ]


@pytest.mark.hazard("H-20")
def test_drive_that_is_not_the_tables_slice_is_refused_and_nothing_moves(booted):
    said = in_copy(_ask, booted, _NOT_OURS).decode().splitlines()
    assert said == ["GP16 is no PWM of 4096 steps", "0"]
