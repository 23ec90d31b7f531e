"""The ways off and the trips, without and with the model of the flash cache, on one booted chip.

A session of 2 mA on a resistor; each way is tried on a copy of it. `python -m
tests.chip.cached_ways` prints the table. A model, not hardware [docs/platform.md, Flash cache].
Times in us from the order or the key to the last current above 5 uA; of a trip from the onset to
the gate's fall; of the hardware limiter, which opens the chain by itself, to the last current, and
of the gate behind it, where the firmware has lost the current; of the watchdog to its reset.
"""

import json
import sys

from tests.chip.cached_emulator import told_by_cached
from tests.chip.forks import in_copy

CASES = ("none", "central")
DOCTOR_CASES = (*CASES, "60-prefetch")  # in the order of `timing.MODELS`
_PHASES_US = (0, 520, 3700)  # of the tick and its slots; the longest of them counts
_CTRL_C = b"\x03"
_HOLD_US = 8_400  # the dead-man timer's longest
_WATCHDOG_US = 110_000
_SETTLE_US = 25_000
_DRAINED_US = 1_000  # what the output's capacitance still holds
_STEP_US = 100
_QUIET_US = 50_000
_TICKS = 600


def told():
    """Each way off in each case, as JSON; run where the emulator has the model."""
    return _in_cases(CASES, _ways)


def told_by_doctor():
    """The ticks of `doctor --timing` in the cases of its table, as JSON."""
    return _in_cases(DOCTOR_CASES, _timed)


def _in_cases(names, act):
    from iontobench import resources
    from iontobench.chip.cache_cases import CASES as KNOWN
    from iontobench.chip.cache_cases import apply
    from iontobench.chip.image import find_image
    from iontobench.chip.machine import Chip
    from iontobench.device.calibration_bench import calibrate_seeded
    from iontobench.sessions.chip import flash_files

    from .course import SEED, by_time, job_of

    board = resources.load_board("pico_pwm").BOARD
    calibration = calibrate_seeded(board, "rp2040", SEED)
    chip = Chip(find_image(), flash_files(job_of(by_time(1000, 100), "", calibration)))
    chip.prompt()
    by_name = {case.name: case for case in KNOWN}
    found = {}
    for name in names:
        apply(by_name[name], chip)
        found[name] = in_copy(act, (chip, calibration))
    return json.dumps(found)


def _ways(booted):
    """Each way off by its name: us, and what the board said or did."""
    from . import acts
    from .course import ALMOST_UA, HALF_UA, Course, by_time

    course = Course(booted, by_time(2000, 60_000), patch=acts.PATCH)
    course.run_to_current(HALF_UA)
    found = {"above the envelope": _worst(course, _trip, "overcurrent", 1.5)}
    course.run_to_current(ALMOST_UA)
    course.run_to(course.now_us + 100_000)
    found |= {
        "above the peak": _worst(course, _trip, "overcurrent", 1.5),
        "hardware limiter": _worst(course, _limited),
        "the gate behind the limiter": _worst(course, _trip, "overcurrent", 3.0),
        "open lead": _worst(course, _trip, "open", 0.0),
        "exception in a tick": _worst(course, _left, acts.FAIL, ()),
        "Ctrl-C": _worst(course, _left, 0, (0,)),
        "double Ctrl-C": _worst(course, _left, 0, (0, 700)),
        "soft reset": _worst(course, _soft_reset),
        "reset by the firmware": _worst(course, _reset, acts.RESET),
        "dead-man timer, the loop hangs": _worst(course, _reset, acts.SPIN),
        "dead-man timer, interrupts off": _worst(course, _reset, acts.STICK),
        "watchdog": _worst(course, _bitten),
    }
    return found


def _worst(course, act, *args):
    """The longest over all phases of the tick, with what was said there."""
    base_us = course.now_us
    return max(in_copy(_at, course, base_us + us, act, *args) for us in _PHASES_US)


def _at(course, at_us, act, *args):
    return act(course.run_to(at_us), *args)


def _trip(course, kind, value):
    onset_us = course.inject(kind, value)
    course.run_to(onset_us + _SETTLE_US)
    gate_us = course.gate_off_us(onset_us)
    if gate_us is None:
        return _SETTLE_US, "gate closed"
    drained = course.current_off_us(onset_us) <= gate_us + _DRAINED_US
    return gate_us, "off" if drained else "current flows"


def _limited(course):
    onset_us = course.inject("overcurrent", 3.0)
    course.run_to(onset_us + _SETTLE_US)
    return course.current_off_us(onset_us), "off" if course.is_off() else "not off"


def _left(course, act, after_us):
    """An exception, or Ctrl-C once or twice."""
    from .acts import aftermath

    since_us = course.now_us
    course.order(act)
    for us in after_us:
        course.chip.run_until_us(course.chip.now_us + since_us + us - course.now_us)
        course.key(_CTRL_C)
    found = aftermath(course, since_us)
    well = found["off"] and not found["resets"] and found["prompt is interruptible"]
    return found["current_off_us"], found["last"]["outcome"] if well else "not off"


def _soft_reset(course):
    from .acts import SOFT_RESET

    since_us = course.now_us
    course.order(SOFT_RESET)
    course.chip.usb.read_until(b"soft reboot", 3_000_000)
    course.chip.run_until_us(course.chip.now_us + _QUIET_US)
    said = "off" if course.is_off() and not course.chip.resets else "not off"
    return course.current_off_us(since_us), said


def _slow_dead_man(course):
    import msgspec

    from iontobench.sim.dead_man import DeadMan

    plant = course.plant
    plant.stage = msgspec.structs.replace(plant.stage, hold_us=_HOLD_US)
    plant.dead_man, plant.even_us = DeadMan(plant.stage), -1
    plant.dead_man.fill(plant.now_us)
    course.run_to(course.now_us + 3_000)


def _reset(course, act):
    _slow_dead_man(course)
    since_us = course.now_us
    course.order(act)
    course.chip.run_until_us(course.chip.now_us + _WATCHDOG_US)
    causes = " ".join(reset.cause for reset in course.chip.resets)
    return course.current_off_us(since_us), causes if course.is_off() else "not off"


def _bitten(course):
    """How long after the loop has hung the watchdog resets the chip."""
    from .acts import STICK

    since_us = course.now_us
    course.order(STICK)
    while not course.chip.resets and course.now_us - since_us < 2 * _WATCHDOG_US:
        course.chip.run_until_us(course.chip.now_us + _STEP_US)
    causes = " ".join(reset.cause for reset in course.chip.resets)
    return course.now_us - since_us, causes if course.is_off() else "not off"


def _timed(booted):
    """Misses and accesses of each tick of `doctor --timing`, and its line in the table."""
    from iontobench.device.timing import Ticks, lines

    from .test_link_port import timed_by_doctor

    _, told, _, _, _, gross_uc, _ = timed_by_doctor(booted, _TICKS)
    ticks = Ticks(**told["timing"])
    return {
        "misses": ticks.misses,
        "accesses": ticks.accesses,
        "quantiles_us": ticks.quantiles_us,
        "said": lines(ticks)[2].split(),
        "gross_uc": gross_uc,
    }


def main():
    """Print the table. Exit 1: no emulator with the model."""
    from iontobench.cli.console import Out

    try:
        found = told_by_cached("tests.chip.cached_ways", "told")
    except FileNotFoundError as why:
        print(f"cached_ways: {why}", file=sys.stderr)
        return 1
    rows = [[way, *(str(found[case][way][0]) for case in CASES)] for way in found[CASES[0]]]
    Out().table(("way off, us", *CASES), rows, right=CASES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
