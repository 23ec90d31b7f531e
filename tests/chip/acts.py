"""What a test can make the firmware do in its next tick, by an order in a scratch register.

The patch wraps the session's ticks on the device before `bench.run()`. It allocates nothing in a
tick until an act does, so the heap may be locked around it.
"""

import ast

from .course import ORDER

FAIL, EXHAUST, SPOIL, SOFT_RESET, RESET, SPIN, STICK = range(1, 8)

PATCH = f"""
import machine
def _fail(): raise ValueError("ordered")
def _exhaust(): return bytearray(64)
def _spoil(): bench._loop.tick.supervisor.envelope.max_q4 = None
def _spin():
    while True: pass
def _stick():
    machine.disable_irq()
    while True: pass
_acts = [None, _fail, _exhaust, _spoil, machine.soft_reset, machine.reset, _spin, _stick]
_start = bench._loop.tick.start
_orders = machine.mem32
def _obedient(ticks):
    for is_over in ticks:
        act = _orders[{ORDER}]
        if act:
            _orders[{ORDER}] = 0
            _acts[act]()
        yield is_over
bench._loop.tick.start = lambda program, supervised: _obedient(_start(program, supervised))
"""

QUIET_US = 300_000  # three times the watchdog's 100 ms
_FACTS = "print((bench.last(), bench.info()['fault'], len(bytearray(4000))))"


def aftermath(course, since_us):
    """What a session that was broken off at `since_us` left behind; the board must be out of it.

    Asks the board at its prompt, after a silence in which an armed watchdog would have bitten.
    """
    chip = course.chip
    shown = chip.usb.read_until(b"\x04>", 3_000_000)
    found = {
        "gate_off_us": course.gate_off_us(since_us),
        "current_off_us": course.current_off_us(since_us),
        "prompt_us": course.now_us - since_us,
        "shown": shown,
    }
    chip.run_until_us(chip.now_us + QUIET_US)
    found["resets"] = [reset.cause for reset in chip.resets]
    found["last"], found["fault"], found["allocated"] = ast.literal_eval(
        chip.exec(_FACTS).decode()
    )
    found["prompt is interruptible"] = _is_interruptible(chip)
    found["off"] = course.is_off()
    return found


def assert_left_well(found):
    """Off for good, the board usable: prompt, heap, watchdog, Ctrl-C."""
    assert found["off"]
    assert found["current_off_us"] <= 20_000
    assert found["resets"] == []
    assert found["allocated"] == 4000
    assert found["prompt is interruptible"]


def _is_interruptible(chip):
    """Whether Ctrl-C ends an endless loop at the prompt."""
    chip.usb.write(b"\r\x01")
    chip.usb.read_until(b"CTRL-B to exit\r\n>", 1_000_000)
    chip.usb.write(b"while True: pass\x04")
    chip.usb.read_until(b"OK", 1_000_000)
    chip.run_until_us(chip.now_us + 2000)
    chip.usb.write(b"\x03")
    chip.run_until_us(chip.now_us + 5000)
    return b"KeyboardInterrupt" in chip.usb.read(chip.usb.in_waiting)
