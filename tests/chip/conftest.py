"""The emulated chip as fixtures: skipped by name where the emulator or its image is absent.

With `chip` in IONTOBENCH_REQUIRE its absence fails instead. Nothing here downloads. `booted` is
one chip for all tests: what runs on it runs in a copy (`forks.in_copy`), never on itself. So does
a test that asks for an empty `chip`, as a whole: see `Later`.
"""

import importlib.util
import inspect
import os

import pytest

from .fake_plant import FakePlant
from .forks import Later, in_copy


def _unavailable(why):
    if "chip" in os.environ.get("IONTOBENCH_REQUIRE", "").split(","):
        pytest.fail(f"the chip tier is required: {why}", pytrace=False)
    pytest.skip(f"chip tier: {why}")


@pytest.fixture(scope="session")
def emulator():
    """The emulator's package is installed; no image is needed."""
    for package in ("rp2040py", "littlefs"):
        if importlib.util.find_spec(package) is None:
            _unavailable(f"no {package}: install the extra `chip`")


@pytest.fixture(scope="session")
def chip_image(emulator):
    """Path of the pinned MicroPython image."""
    from iontobench.chip.image import IMAGE_NAME, ImageError, cache_dir, cached_image

    try:
        path = cached_image()
    except ImageError as why:
        _unavailable(why)
    if path is None:
        _unavailable(f"no {IMAGE_NAME} in {cache_dir()}")
    return path


@pytest.fixture
def make_chip(chip_image):
    """Makes a chip at power-on, with files in its flash."""
    from iontobench.chip.machine import Chip

    return lambda files=None: Chip(chip_image, {} if files is None else files)


def _call(test, given):
    test(**{name: one.make() if isinstance(one, Later) else one for name, one in given.items()})


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a test that is given something for `Later` in a copy of this process."""
    names = inspect.signature(pyfuncitem.obj).parameters
    given = {name: pyfuncitem.funcargs[name] for name in names}
    if not any(isinstance(one, Later) for one in given.values()):
        return None
    in_copy(_call, pyfuncitem.obj, given)
    return True


@pytest.fixture(scope="session")
def at_prompt(chip_image):
    """A chip with an empty filesystem at its prompt, for all: nothing may run on it."""
    from iontobench.chip.machine import Chip

    machine = Chip(chip_image, {})
    machine.prompt()
    return machine


@pytest.fixture
def chip(at_prompt):
    """A chip with an empty filesystem at its prompt, for the test alone."""
    return Later(lambda: at_prompt)


@pytest.fixture
def plant():
    """A plant that only remembers."""
    return FakePlant()


@pytest.fixture
def wired(chip, plant):
    """A chip at its prompt with the fake plant on its pins: `(chip, plant, wiring)`."""
    return Later(lambda: _wired(chip.make(), plant))


def _wired(chip, plant):
    from iontobench.chip.wiring import PinMap, Wiring

    pins = PinMap(
        drive=2, gate=3, enable=4, probe=5, polarity=6, lim_test=7, rearm=8, limiter=9, stop=10
    )
    return chip, plant, Wiring(chip, plant, pins)


@pytest.fixture(scope="session")
def calibration(emulator):
    """What two known loads say of the seed's board."""
    from iontobench.device.calibration_bench import calibrate_seeded

    from .course import BOARD, SEED

    return calibrate_seeded(BOARD, "rp2040", SEED)


@pytest.fixture(scope="session")
def firmware(emulator, calibration):
    """All files of a deployed board, the calibration too."""
    from iontobench.sessions.chip import flash_files

    from .course import by_time, job_of

    return flash_files(job_of(by_time(1000, 100), "resistor:10000", calibration))


@pytest.fixture(scope="session")
def booting(chip_image, firmware):
    """A chip with the firmware, watched from power-on to its prompt: `(chip, shown, highs)`.

    `highs` are the output pins that were high, each with its time in us.
    """
    from rp2040py.gpio_pin import GPIOPinState

    from iontobench.chip.machine import Chip

    from .course import OUTPUTS

    chip = Chip(chip_image, firmware)
    highs = []

    def watch(pin):
        def on_level(value, last):
            if value == GPIOPinState.HIGH:
                highs.append((pin, chip.now_us))

        chip.mcu.gpio[pin].add_listener(on_level)

    for pin in OUTPUTS:
        watch(pin)
    return chip, chip.prompt(), highs


@pytest.fixture(scope="session")
def short_session(booted):
    """A supervised session of a second with telemetry and beats, measured in every way."""
    from . import measured

    return in_copy(measured.session, booted, *measured.SHORT)


@pytest.fixture(scope="session")
def at_2_ma(booted):
    """A session of 2 mA on 10 kOhm, as a `forks.Stay` with the places of `course.places`."""
    from .course import places
    from .forks import Stay

    stay = Stay(places, booted)
    yield stay
    stay.close()


@pytest.fixture(scope="session")
def booted(booting, calibration):
    """The chip at its prompt and its calibration, for a `course.Course` in a copy."""
    return booting[0], calibration
