"""A booted chip as a serial port that the command line opens by its name, a bench on its pins."""

import serial
from tests.host.protocol_files import short

from .link_serial import protocol_chip

NAME = "chip://one"
_HANDLERS = "tests.chip.link_serial"


def plug(chip):
    """From now on `chip` is what is found at NAME."""
    protocol_chip.CHIPS["one"] = chip
    if _HANDLERS not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(_HANDLERS)


def bench_on(chip, calibration, load_name="resistor:10000"):
    """The simulated stage and load on the chip's pins, its time beginning now."""
    from iontobench.chip.pico import pin_map
    from iontobench.chip.wiring import Wiring
    from iontobench.sessions.job import load_of
    from iontobench.sim.bench import SimulatedBench

    from .course import BOARD, SEED, by_time, job_of

    job = job_of(by_time(1000, 100), load_name, calibration)
    plant = SimulatedBench(BOARD, load_of(job), job.adc, SEED, ())
    return plant, Wiring(chip, plant, pin_map(BOARD.name), from_us=chip.now_us)


PROTOCOL = short(0.5, 0.01, 1.0)  # hardly more than its ramps, the shortest that there are
LONGER = short(0.5, 0.015, 1.0)  # long enough to be cut
